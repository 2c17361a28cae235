"""What is due leaves once, by the right channel, or says why not, on both databases."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy

import pytest
from sqlalchemy import update
from sqlmodel import col

from reminders.delivery.dispatcher import Dispatcher
from reminders.rules.decision import Outcome
from reminders.rules.terms import Channel, Message, Reason, Status
from reminders.senders import HandOff, SendError
from reminders.store.database import reading, writing
from reminders.store.tables import Reminder
from tests.conftest import MONDAY, House, ana
from tests.support.practice_mode import go
from tests.support.scripted_sender import DAY_1, TREATED, Scripted, attempts, dispatcher

pytestmark = pytest.mark.portable


@pytest.mark.both
def test_day_one_leaves_when_it_is_due_and_only_once(house: House) -> None:
    house.enrol(ana(TREATED))
    assert house.tick(datetime(2026, 3, 2, 18, 30, tzinfo=UTC)).sent == {"email": 1}
    assert house.tick(DAY_1 - timedelta(minutes=1)).sent == {}
    assert house.tick(DAY_1).sent == {"sms": 1, "email": 1}
    assert house.tick(DAY_1).sent == {}
    assert house.line("day-1").status is Status.ACCEPTED
    assert house.line("day-1").body.startswith("Rosewood Skin: Hi Ana,")  # type: ignore[union-attr]


@pytest.mark.both
def test_a_pass_looks_at_the_queues_only_if_something_is_due(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.enrol(ana(TREATED))
    house.tick(datetime(2026, 3, 2, 18, 30, tzinfo=UTC))
    monkeypatch.setattr("reminders.delivery.dispatcher.Queues", _looked_at)
    assert house.tick(DAY_1 - timedelta(minutes=1)).sent == {}
    with pytest.raises(LookupError):
        house.tick(DAY_1 - timedelta(seconds=1))


def _looked_at(*_: object) -> None:
    raise LookupError


def test_messages_lie_in_the_outbox_as_files_that_programs_open(house: House) -> None:
    house.enrol(ana(TREATED))
    house.tick(DAY_1)
    text, mail = sorted(house.left(), key=lambda path: path.suffix, reverse=True)
    assert "Segments: 2" in text.read_text("utf-8")
    parsed = message_from_bytes(mail.read_bytes(), policy=policy.default)
    assert parsed["To"] == "ana@mail.example"
    assert [part.get_content_type() for part in parsed.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]


def test_nothing_leaves_at_night(house: House) -> None:
    house.enrol(ana(TREATED))
    tally = house.tick(datetime(2026, 3, 3, 23, tzinfo=UTC))
    assert tally.sent == {}
    assert tally.deferred[Reason.QUIET_HOURS] == 2
    assert house.line("day-1").due_at == datetime(2026, 3, 4, 9, tzinfo=UTC)
    assert house.tick(datetime(2026, 3, 4, 9, tzinfo=UTC)).sent == {"sms": 1, "email": 1}


def test_a_deferral_is_no_attempt(house: House) -> None:
    house.enrol(ana(TREATED))
    house.tick(datetime(2026, 3, 3, 23, tzinfo=UTC))
    with reading(house.engine) as session:
        row = session.get(Reminder, house.line("day-1").reminder_id)
        assert row is not None
        assert row.attempts == 0
    assert attempts(house) == []


@pytest.mark.both
def test_after_days_of_silence_only_what_still_helps_leaves(house: House) -> None:
    house.enrol(ana(TREATED))
    tally = house.tick(datetime(2026, 3, 9, 10, tzinfo=UTC))  # a week without a heartbeat
    assert tally.sent == {"sms": 1, "email": 1}
    assert {line.milestone for line in house.lines() if line.status is Status.ACCEPTED} == {
        "week-1"
    }
    assert {line.reason for line in house.lines() if line.milestone == "day-3"} == {
        Reason.SUPERSEDED
    }


@pytest.mark.parametrize(
    "outcome,status,reason",
    [
        (Outcome.SUPPRESS, Status.FAILED, Reason.OPTED_OUT),
        (Outcome.INVALID, Status.FAILED, Reason.INVALID_CONTACT),
        (Outcome.CONTENT, Status.FAILED, Reason.REFUSED_CONTENT),
        (Outcome.REFUSED, Status.FAILED, Reason.REFUSED),
        (Outcome.RETRY, Status.PLANNED, Reason.PROVIDER_BUSY),
        (Outcome.CONFIGURATION, Status.PLANNED, Reason.PROVIDER_REFUSES),
        (Outcome.AMBIGUOUS, Status.HANDOFF, None),
    ],
)
def test_what_the_provider_answers_decides_what_comes_next(
    house: House,
    outcome: Outcome,
    status: Status,
    reason: Reason | None,
) -> None:
    house.enrol(ana(TREATED, email=None))
    house.clock.now = DAY_1
    dispatcher(house, Scripted(SendError(outcome, "30000"))).run()
    assert (house.line("day-1").status, house.line("day-1").reason) == (status, reason)
    (attempt,) = attempts(house)
    assert (attempt.outcome, attempt.code) == (outcome, "30000")


@pytest.mark.both
def test_an_ambiguous_one_is_never_blindly_sent_again_and_ends_as_unknown(house: House) -> None:
    house.enrol(ana(TREATED, email=None))
    house.clock.now = DAY_1
    sender = Scripted(SendError(Outcome.AMBIGUOUS, "timeout"))
    dispatcher(house, sender).run()
    for hours in (1, 2, 5, 18, 23, 25, 47):
        house.clock.now = DAY_1 + timedelta(hours=hours)
        dispatcher(house, sender).run()
    assert not [message for message in sender.sent if "SPF 30+ from now" in message.text]
    assert house.line("day-1").status is Status.UNKNOWN
    assert house.line("day-1").reason is Reason.UNPROVEN


def test_a_busy_provider_gets_it_later(house: House) -> None:
    house.enrol(ana(TREATED, email=None))
    house.clock.now = DAY_1
    sender = Scripted(SendError(Outcome.RETRY, "429"))
    dispatcher(house, sender).run()
    house.clock.now = DAY_1 + timedelta(minutes=2)
    dispatcher(house, sender).run()
    assert len(sender.sent) == 1
    assert [attempt.outcome for attempt in attempts(house)] == ["retry", "accepted"]


@pytest.mark.parametrize(
    "outcome,reason",
    [(Outcome.SUPPRESS, Reason.OPTED_OUT), (Outcome.INVALID, Reason.UNREACHABLE)],
)
def test_a_number_that_stopped_or_is_dead_is_left_alone_from_then_on(
    house: House,
    outcome: Outcome,
    reason: Reason,
) -> None:
    house.enrol(ana(TREATED, email=None))
    house.clock.now = DAY_1
    sender = Scripted(SendError(outcome, "21610"))
    dispatcher(house, sender).run()
    house.clock.now = datetime(2026, 3, 5, 10, tzinfo=UTC)
    dispatcher(house, sender).run()
    assert sender.sent == []
    assert house.line("day-3").reason is reason


class Poison:
    """A way out that breaks for one client in a way nobody foresaw."""

    def __init__(self) -> None:
        self.sent = 0

    async def send(self, message: Message, hand_off: HandOff) -> str:
        if message.to.endswith("101"):
            msg = "boom"
            raise RuntimeError(msg)
        await hand_off()
        self.sent += 1
        return "ok"

    async def close(self) -> None:
        pass


@pytest.mark.both
def test_a_poisoned_row_does_not_stop_its_neighbours(house: House) -> None:
    house.enrol(
        ana(TREATED, email=None),
        *(ana(TREATED, email=None, phone=f"+4477009002{n:02}") for n in range(20)),
    )
    house.clock.now = DAY_1
    poison = Poison()
    Dispatcher(house.engine, house.app.renderer, dict.fromkeys(Channel, poison), house.clock).run()
    assert poison.sent == 20
    assert Counter(line.reason for line in house.lines() if line.milestone == "day-1") == {
        None: 20,
        Reason.FAULT: 1,
    }


def test_broken_wording_fails_its_rows_and_no_others(house: House) -> None:
    house.enrol(ana(TREATED, email=None))
    with writing(house.engine) as session:
        session.execute(
            update(Reminder).where(col(Reminder.milestone) == "day-1").values(milestone="day-99")
        )
    house.tick(DAY_1)
    assert house.line("day-99").reason is Reason.WORDING
    assert house.tick(datetime(2026, 3, 5, 10, tzinfo=UTC)).sent == {"sms": 1}


def test_a_clinic_in_practice_mode_sends_nothing_until_it_goes_live(house: House) -> None:
    house.enrol(ana(TREATED, email=None))
    go(house, live=False)
    assert house.tick(DAY_1).deferred[Reason.PRACTICE] == 1
    assert house.left() == []
    go(house, live=True)
    assert house.tick(DAY_1 + timedelta(minutes=1)).sent == {"sms": 1}


@pytest.mark.both
def test_at_most_one_text_a_day_and_three_a_week(house: House) -> None:
    """Many treatments of one client at once can never mean many texts."""
    days = [date(2026, 3, 2) - timedelta(days=n) for n in range(0, 28, 3)]
    house.enrol(*(ana(day, email=None, external_id=f"B-{day}") for day in days))
    house.play(MONDAY + timedelta(days=35))
    sent = sorted(line.at.date() for line in house.lines() if line.status is Status.ACCEPTED)
    assert len(sent) > 3
    assert max(Counter(sent).values()) == 1
    for day in sent:
        assert sum(day <= other < day + timedelta(days=7) for other in sent) <= 3


def test_the_month_of_one_session_gives_way_to_the_day_of_the_next(house: House) -> None:
    house.enrol(ana(date(2026, 3, 2)), ana(date(2026, 4, 2)))
    house.play(MONDAY + timedelta(days=45))
    of_first = [
        x for x in house.lines() if x.treated_on == date(2026, 3, 2) and x.milestone == "month-1"
    ]
    assert {line.reason for line in of_first} == {Reason.SUPERSEDED}
    sent = Counter(
        line.milestone for line in house.lines(Channel.SMS) if line.status is Status.ACCEPTED
    )
    assert sent["day-1"] == 2


def test_a_later_session_that_is_cancelled_supersedes_nothing(house: House) -> None:
    house.enrol(ana(date(2026, 3, 2)), ana(date(2026, 4, 2), external_id="B-2"))
    house.enrol(ana(date(2026, 4, 2), external_id="B-2", cancelled=True))
    house.play(MONDAY + timedelta(days=45))
    of_first = [x for x in house.lines() if x.treated_on == date(2026, 3, 2)]
    assert {x.status for x in of_first if x.milestone == "month-1"} == {Status.ACCEPTED}
