"""What may have left is asked for and never guessed, on both databases."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import delete
from sqlmodel import col

from reminders.delivery.dispatcher import Dispatcher
from reminders.plans import one_off_messages
from reminders.rules.terms import Channel, Message, OneOffKind, Reason, Status
from reminders.senders import HandOff
from reminders.store.database import reading, writing
from reminders.store.queries import overview, people
from reminders.store.tables import Reminder
from tests.conftest import House, ana
from tests.support.lossy_provider import LOST, Provider, texting

pytestmark = pytest.mark.portable

TREATED = date(2026, 3, 2)
DAY_1 = datetime(2026, 3, 3, 15, 30, tzinfo=UTC)


class Mail:
    """A mail server, which cannot be asked."""

    def __init__(self, *errors: Exception | None) -> None:
        self.errors = list(errors)
        self.sent: list[Message] = []

    async def send(self, message: Message, hand_off: HandOff) -> str:
        await hand_off()
        self.sent.append(message)
        error = self.errors.pop(0) if self.errors else None
        if error is not None:
            raise error
        return message.reference

    async def close(self) -> None:
        pass


def at(house: House, **span: float) -> None:
    house.clock.now = DAY_1 + timedelta(**span)


@pytest.mark.both
def test_a_text_that_left_is_found_and_not_sent_again(house: House) -> None:
    house.enrol(ana(TREATED, email=None))
    provider = Provider()
    provider.errors = [(True, LOST)]
    at(house)
    texting(house, provider).run()
    assert house.line("day-1").status is Status.HANDOFF
    at(house, minutes=1, seconds=59)
    texting(house, provider).run()
    assert provider.asked == 0, "a provider is given time to list what it took"
    at(house, minutes=2)
    assert texting(house, provider).run().proven == {"accepted": 1}
    assert house.line("day-1").status is Status.ACCEPTED
    assert len(provider.listed) == 1


@pytest.mark.both
def test_a_text_that_never_left_goes_again_after_three_misses(house: House) -> None:
    house.enrol(ana(TREATED, email=None))
    provider = Provider()
    provider.errors = [(False, LOST)]
    for minutes in (0, 2, 5, 14.9):
        at(house, minutes=minutes)
        texting(house, provider).run()
        assert house.line("day-1").status is Status.HANDOFF
    at(house, minutes=15)
    texting(house, provider).run()
    texting(house, provider).run()
    assert provider.asked == 3
    assert house.line("day-1").status is Status.ACCEPTED
    assert len(provider.listed) == 1


def test_a_list_that_fails_counts_as_no_miss_and_ends_as_unknown(house: House) -> None:
    house.enrol(ana(TREATED, email=None))
    provider = Provider()
    provider.errors = [(False, LOST)]
    provider.deaf = True
    for minutes in range(0, 50 * 60, 100):
        at(house, minutes=minutes)
        texting(house, provider).run()
    assert (house.line("day-1").status, house.line("day-1").reason) == (
        Status.UNKNOWN,
        Reason.UNPROVEN,
    )
    assert not [text for _, _, text in provider.listed if "from now on" in text]


def test_by_hand_what_was_given_up_is_asked_for_again(house: House) -> None:
    house.enrol(ana(TREATED, email=None))
    provider = Provider()
    provider.errors = [(True, LOST)]
    provider.deaf = True
    for minutes in range(0, 50 * 60, 100):
        at(house, minutes=minutes)
        texting(house, provider).run()
    assert house.line("day-1").status is Status.UNKNOWN
    provider.deaf = False
    assert texting(house, provider).reconcile() == {"accepted": 1}
    assert house.line("day-1").status is Status.ACCEPTED


@pytest.mark.both
def test_two_alike_to_one_number_are_told_apart_by_count(house: House) -> None:
    """Staff answered two clients on one telephone in the same words: one text left, one did not."""
    house.enrol(*(ana(TREATED, email=None, first_name=name) for name in ("Ana", "Eva")))
    with writing(house.engine) as session:
        for client in people.clients_of(session):
            one_off_messages.write(
                session,
                client,
                Channel.SMS,
                OneOffKind.ANSWER,
                "Come in at ten.",
                DAY_1,
                good_for=timedelta(hours=4),
            )
        session.execute(delete(Reminder).where(col(Reminder.one_off_id).is_(None)))
    provider = Provider()
    provider.errors = [(True, LOST), (False, LOST)]
    at(house)
    texting(house, provider).run()
    for minutes in (2, 3, 5, 15, 16, 17):
        at(house, minutes=minutes)
        texting(house, provider).run()
    assert len(provider.listed) == 2
    states = Counter(line.status for line in house.lines() if line.milestone == "answer")
    assert states == {Status.ACCEPTED: 2}


@pytest.mark.parametrize("resend,copies,end", [(True, 2, "accepted"), (False, 1, "unknown")])
def test_an_email_in_doubt_goes_once_more_or_is_held(
    house: House, resend: bool, copies: int, end: str
) -> None:
    house.enrol(ana(TREATED, phone=None))
    mail = Mail(None, LOST)  # the same evening's arrives
    for minutes in (*range(-1400, 0, 100), *range(0, 120, 5)):
        at(house, minutes=minutes)
        Dispatcher(
            house.engine, house.app.renderer, {Channel.EMAIL: mail}, house.clock, resend=resend
        ).run()
    of_day_1 = [m for m in mail.sent if m.reference == mail.sent[1].reference]
    assert len(of_day_1) == copies
    assert house.line("day-1", Channel.EMAIL).status == end
    with reading(house.engine) as session:
        assert overview.possibly_doubled(session) == copies - 1


def test_an_email_in_doubt_twice_is_unknown_and_never_a_third(house: House) -> None:
    house.enrol(ana(TREATED, phone=None))
    mail = Mail(None, LOST, LOST)
    for minutes in (*range(-1400, 0, 100), *range(0, 200, 5)):
        at(house, minutes=minutes)
        Dispatcher(house.engine, house.app.renderer, {Channel.EMAIL: mail}, house.clock).run()
    assert len(mail.sent) == 3
    assert mail.sent[1].reference == mail.sent[2].reference
    assert house.line("day-1", Channel.EMAIL).status is Status.UNKNOWN


def test_a_message_in_the_outbox_is_found_there(house: House) -> None:
    house.enrol(ana(TREATED, email=None))
    sender = house.app.senders()[Channel.SMS]
    at(house)
    house.tick()
    (path,) = [p for p in house.left() if b"SPF" in p.read_bytes()]

    class Losing:
        """The outbox, but its word is lost on the way."""

        find = sender.find  # type: ignore[attr-defined]
        close = sender.close

        async def send(self, message: Message, hand_off: HandOff) -> str:
            await sender.send(message, hand_off)
            raise LOST

    house.enrol(ana(TREATED, email=None, phone="+447700900102"))
    for minutes in (0, 2):
        at(house, minutes=minutes)
        Dispatcher(house.engine, house.app.renderer, {Channel.SMS: Losing()}, house.clock).run()
    states = {line.status for line in house.lines() if line.milestone == "day-1"}
    assert states == {Status.ACCEPTED}
    assert len([p for p in house.left() if p.suffix == ".txt"]) == 2
    assert path.exists()
