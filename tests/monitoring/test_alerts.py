"""Alerts: told once for each key, at least once by email, whatever becomes of a try."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from sqlalchemy import func, select

from reminders.monitoring import alerts, external_checks
from reminders.monitoring.alerts import AlertSender
from reminders.monitoring.checks import Verdict
from reminders.rules.clinic_senders import pack
from reminders.rules.decision import Outcome
from reminders.rules.terms import Channel, Message
from reminders.rules.worry_alerts import untaken
from reminders.senders import HandOff, SendError
from reminders.senders.mime import compose
from reminders.store.database import reading, writing
from reminders.store.queries import alerts as kept
from reminders.store.tables import Alert, Clinic
from tests.conftest import House, plan_badly
from tests.support.desk import Desk, signed_in

PAGES = "https://aftercare.clinic.example"


class Mail:
    """A way out for emails that fails as it is told, and remembers what it took."""

    def __init__(self, *errors: Exception | None) -> None:
        self.errors = list(errors)
        self.sent: list[Message] = []

    async def send(self, message: Message, hand_off: HandOff) -> str:
        await hand_off()
        error = self.errors.pop(0) if self.errors else None
        if error is not None:
            raise error
        self.sent.append(message)
        return "taken"

    async def close(self) -> None:
        pass


def alerting(house: House, mail: Mail, operator: str = "") -> AlertSender:
    return AlertSender(
        house.engine, dict.fromkeys(Channel, mail), house.clock, operator=operator, pages_url=PAGES
    )


def tell(house: House, key: str = "k", clinic_id: int | None = 1) -> None:
    with writing(house.engine) as session:
        alerts.raise_alert(
            session, clinic_id, "reply", key, "A client wrote", "Somebody waits.", house.clock()
        )


def test_an_alert_reaches_the_clinic_once(house: House) -> None:
    tell(house)
    tell(house)
    mail = Mail()
    assert alerting(house, mail).run() == 1
    assert alerting(house, mail).run() == 0
    (message,) = mail.sent
    assert message.to == "desk@rosewood.example"
    assert message.subject == "A client wrote"
    assert message.text == f"Somebody waits.\n\n{PAGES}\n"


def test_a_few_are_taken_at_a_time_however_the_database_goes_about_it(house: House) -> None:
    for number in range(30):
        tell(house, key=str(number))
    with writing(house.engine) as session:
        plan_badly(session)
        now = house.clock()
        waits = (timedelta(minutes=1),)
        taken = kept.take_due(
            session, now, operator="", waits=waits, since=now - timedelta(days=1), limit=3
        )
    assert len(taken) == 3


def test_it_is_an_email_that_programs_read_well(house: House) -> None:
    tell(house)
    mail = Mail()
    alerting(house, mail).run()
    parsed = message_from_bytes(compose(mail.sent[0], "care@clinic.example"), policy=policy.default)
    html = parsed.get_body(("html",))
    assert html is not None
    assert f'<a href="{PAGES}">' in html.get_content()
    assert parsed["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize(
    "error", [SendError(Outcome.BUSY), SendError(Outcome.AMBIGUOUS), RuntimeError("boom")]
)
def test_what_fails_is_tried_again_later_under_the_same_message_id(
    house: House, error: Exception
) -> None:
    tell(house)
    mail = Mail(error, error)
    for minutes, sent in ((0, 0), (1, 0), (1, 0), (4, 0), (1, 1), (60, 0)):
        house.clock.now += timedelta(minutes=minutes)
        assert alerting(house, mail).run() == sent
    (message,) = mail.sent
    tell(house, "other")
    alerting(house, mail).run()
    assert mail.sent[1].reference != message.reference
    assert message.written_at == house.clock.now - timedelta(minutes=67)


def test_a_worker_that_dies_after_sending_leaves_it_due_again(house: House) -> None:
    """At least once: a second copy under the same Message-ID is better than none."""
    tell(house)
    with writing(house.engine) as session:
        (due,) = kept.take_due(
            session,
            house.clock(),
            operator="",
            waits=alerts.WAITS,
            since=house.clock() - timedelta(days=1),
            limit=9,
        )
    mail = Mail()
    assert alerting(house, mail).run() == 0
    house.clock.now += timedelta(minutes=3)
    assert alerting(house, mail).run() == 1
    assert mail.sent[0].reference.startswith(f"alert{due.alert_id}.")


def test_workers_at_once_send_each_alert_once(house: House) -> None:
    for number in range(30):
        tell(house, f"k{number}")
    mail = Mail()
    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(lambda _: alerting(house, mail).run(), range(4)))
    assert sum(counts) == 30
    assert len({message.reference for message in mail.sent}) == len(mail.sent) == 30


def test_the_operator_is_told_where_there_is_one(house: House) -> None:
    tell(house, clinic_id=None)
    mail = Mail()
    assert alerting(house, mail).run() == 0
    assert alerting(house, mail, operator="ops@operator.example").run() == 1
    assert mail.sent[0].to == "ops@operator.example"


def test_what_nobody_could_be_told_for_days_is_left(house: House) -> None:
    tell(house)
    house.clock.now += timedelta(days=4)
    assert alerting(house, Mail()).run() == 0
    with reading(house.engine) as session:
        assert not alerts.untold(session, house.clock())


def test_what_could_not_be_sent_is_shown_to_whoever_looks(house: House) -> None:
    desk = signed_in(house)
    tell(house)
    tell(house, "for the operator", clinic_id=None)
    down = Mail(SendError(Outcome.BUSY, "no connection"))
    assert alerting(house, down).run() == 0
    assert shown(house, desk) == ([], False), "it is still on its way"
    house.clock.now += timedelta(minutes=6)
    assert shown(house, desk) == ([Verdict.WARN, Verdict.FAIL], True)
    assert alerting(house, Mail(), operator="ops@operator.example").run() == 2
    assert shown(house, desk) == ([], False)


def second(house: House, to: str) -> None:
    with writing(house.engine) as session:
        alert = untaken(1, 7, house.clock(), 30, to)
        words = alert.kind, alert.key, alert.subject, alert.body
        alerts.raise_alert(session, 1, *words, house.clock(), to=to)


def test_whoever_has_a_number_is_texted_in_one_segment_as_the_clinic(house: House) -> None:
    with writing(house.engine) as session:
        session.get_one(Clinic, 1).text_senders = pack({"": "Rosewood", "DE": "RosewoodDE"})
    for to in ("lead@rosewood.example", "+447700900150", "+4915112345678"):
        second(house, to)
    mail = Mail()
    assert alerting(house, mail).run() == 3
    email, text, german = sorted(mail.sent, key=lambda one: one.reference)
    assert (email.channel, email.to) == (Channel.EMAIL, "lead@rosewood.example")
    assert (text.channel, text.to, text.sender) == (Channel.SMS, "+447700900150", "Rosewood")
    assert (german.sender, german.segments) == ("RosewoodDE", 1)
    assert text.text == (
        "Rosewood Skin: A worried client is waiting, and nobody has taken it."
        f" Please look at Today now, and call the client. {PAGES}"
    )


def test_a_text_that_could_not_be_sent_is_told_as_such_and_tried_again(house: House) -> None:
    desk = signed_in(house)
    second(house, "+447700900150")
    refused = Mail(SendError(Outcome.SUPPRESS, "21610"))
    assert alerting(house, refused).run() == 0
    house.clock.now += timedelta(minutes=6)
    with reading(house.engine) as session:
        (found,) = alerts.untold(session, house.clock())
    (check,) = external_checks.alerts([found])
    assert (found.channel, check.verdict) == (Channel.SMS, Verdict.FAIL)
    assert "could not be sent by text" in check.found
    assert "the text could not be sent" in desk.get("/").text
    assert "Alert emails" not in desk.text
    assert alerting(house, Mail()).run() == 1


def shown(house: House, desk: Desk) -> tuple[list[Verdict], bool]:
    """Return what the doctor says of alerts, and whether Today tells of them."""
    with reading(house.engine) as session:
        found = alerts.untold(session, house.clock())
    verdicts = [check.verdict for check in external_checks.alerts(found)]
    return sorted(verdicts, reverse=True), "have not been sent since" in desk.get("/").text


def test_a_mail_server_that_hangs_does_not_hold_a_stop_up(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Hanging(Mail):
        async def send(self, message: Message, hand_off: HandOff) -> str:
            await asyncio.sleep(60)
            return ""

    monkeypatch.setattr(alerts, "LONGEST", 0.2)
    tell(house)
    assert alerting(house, Hanging()).run() == 0


def test_in_practice_it_goes_to_the_outbox(house: House) -> None:
    tell(house)
    assert house.app.alert_sender().run() == 1
    (path,) = house.left()
    assert b"Subject: A client wrote" in path.read_bytes()


def test_keys_are_kept_once_however_many_raise_them_at_once(house: House) -> None:
    raising: Callable[[int], None] = lambda _: tell(house)  # noqa: E731
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(raising, range(8)))
    with reading(house.engine) as session:
        assert session.scalar(select(func.count()).select_from(Alert)) == 1
