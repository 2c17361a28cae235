"""The delivery promise: what changed since the claim, dying workers, many workers, and being told to stop."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Timer

import pytest
from sqlalchemy import update
from sqlmodel import col

from reminders.consent import ledger
from reminders.delivery.dispatcher import Dispatcher
from reminders.delivery.handoff import hand_off
from reminders.enrolment.terms import Enrolment
from reminders.rules.reconciliation import PATIENCE
from reminders.rules.terms import Channel, Message, Reason, Status
from reminders.senders import HandOff
from reminders.store.database import writing
from reminders.store.queries import delivery, people, reminder_facts
from reminders.store.tables import Client, Reminder
from tests.conftest import House, ana
from tests.support.practice_mode import go
from tests.support.scripted_sender import ASK_AT, DAY_1, TREATED, Scripted, dispatcher


class Meanwhile(Scripted):
    """A way out in whose conversation something else happens before the moment of no return."""

    def __init__(self, house: House, happens: object) -> None:
        super().__init__()
        self.house, self.happens = house, happens

    async def send(self, message: Message, hand_off: HandOff) -> str:
        if callable(self.happens):
            self.happens(self.house)
        return await super().send(message, hand_off)


def stops(house: House) -> None:
    with writing(house.engine) as session:
        client = people.clients_of(session)[0]
        ledger.withdraw(session, client, Channel.SMS, source="test", now=house.clock())


def cancels(house: House) -> None:
    house.enrol(ana(TREATED, email=None, cancelled=True))


def changes_number(house: House) -> None:
    with writing(house.engine) as session:
        session.execute(update(Client).values(phone="+447700900999"))


def goes_to_practice(house: House) -> None:
    go(house, live=False)


def night_falls(house: House) -> None:
    house.clock.now = datetime(2026, 3, 3, 20, tzinfo=UTC)


def loses_the_claim(house: House) -> None:
    with writing(house.engine) as session:
        house.clock.now += PATIENCE.lease + timedelta(seconds=1)
        assert delivery.rescue(session, house.clock()) == 1
        ids = delivery.claim_due(
            session,
            house.clock(),
            channel=Channel.SMS,
            shares=[(1, 9)],
            claim="other",
            lease=PATIENCE.lease,
        )
        assert len(ids) == 1


@pytest.mark.parametrize(
    "happens",
    [stops, cancels, changes_number, goes_to_practice, night_falls, loses_the_claim],
)
def test_what_changed_since_the_claim_is_seen_before_the_first_byte(
    house: House,
    happens: object,
) -> None:
    house.enrol(ana(TREATED, email=None))
    house.clock.now = DAY_1
    house.tick(DAY_1 - timedelta(hours=20))
    house.clock.now = DAY_1
    sender = Meanwhile(house, happens)
    dispatcher(house, sender).run()
    assert sender.sent == []
    assert house.line("day-1").status not in {Status.HANDOFF, Status.ACCEPTED}


def test_a_stop_and_a_handoff_happen_one_after_the_other(house: House) -> None:
    """Whoever comes second waits, so a stop is either seen or came too late to be."""
    house.enrol(ana(TREATED, email=None))
    with writing(house.engine) as session:
        ids = delivery.claim_due(
            session, DAY_1, channel=Channel.SMS, shares=[(1, 9)], claim="c", lease=PATIENCE.lease
        )
        held = [
            row for row in reminder_facts.facts(session, ids, DAY_1) if row.milestone == "day-1"
        ]
    house.clock.now = DAY_1
    with ThreadPoolExecutor(1) as pool:
        with writing(house.engine) as session:
            message = house.app.renderer.render(held[0], DAY_1, held[0].stale_at)
            delivery.lock_clients(session, {held[0].client_id})
            assert hand_off(session, [(held[0], message)], DAY_1, PATIENCE) == [True]
            stopping = pool.submit(stops, house)
            time.sleep(0.3)
            assert not stopping.done()
        stopping.result(timeout=5)


def test_two_texts_to_one_client_in_one_batch_are_counted_one_by_one(house: House) -> None:
    """Day three of one session and the week before the next, both due at one moment."""
    house.enrol(ana(date(2026, 3, 2), email=None), ana(date(2026, 3, 30), email=None))
    both = (col(Reminder.milestone) == "day-3") & (col(Reminder.treatment_id) == 1) | (
        col(Reminder.milestone) == "week-before"
    ) & (col(Reminder.treatment_id) == 2)
    with writing(house.engine) as session:
        later = {"due_at": DAY_1, "stale_at": DAY_1 + timedelta(days=3)}
        session.execute(update(Reminder).where(both).values(**later))
        session.execute(update(Reminder).where(~both).values(due_at=DAY_1 + timedelta(days=1)))
    house.clock.now = DAY_1
    sender = Scripted()
    dispatcher(house, sender).run()
    assert len(sender.sent) == 1
    waiting = [line for line in house.lines() if line.reason is Reason.CAP]
    assert len(waiting) == 1


def test_a_dead_worker_s_claim_is_rescued_and_its_handoff_is_not(house: House) -> None:
    house.enrol(*(ana(TREATED, email=None, phone=f"+44770090020{n}") for n in range(2)))
    house.clock.now = DAY_1
    with writing(house.engine) as session:
        ids = delivery.claim_due(
            session, DAY_1, channel=Channel.SMS, shares=[(1, 9)], claim="dead", lease=PATIENCE.lease
        )
        held = reminder_facts.facts(session, ids, DAY_1)
        message = house.app.renderer.render(held[0], DAY_1, held[0].stale_at)
        delivery.record_handoff(session, [(held[0], message)], DAY_1, ASK_AT)
    sender = Scripted()
    house.clock.now = DAY_1 + PATIENCE.lease - timedelta(seconds=1)
    assert dispatcher(house, sender).run().rescued == 0
    house.clock.now = DAY_1 + PATIENCE.lease + timedelta(seconds=1)
    assert dispatcher(house, sender).run().rescued == len(ids) - 1
    assert held[0].contact not in {message.to for message in sender.sent}


def test_a_worker_that_wakes_after_its_lease_cannot_settle_over_another(house: House) -> None:
    house.enrol(ana(TREATED, email=None))
    with writing(house.engine) as session:
        (first,) = delivery.claim_due(
            session,
            DAY_1,
            channel=Channel.SMS,
            shares=[(1, 1)],
            claim="first",
            lease=PATIENCE.lease,
        )
        (held,) = reminder_facts.facts(session, [first], DAY_1)
        later = DAY_1 + PATIENCE.lease + timedelta(seconds=1)
        delivery.rescue(session, later)
        delivery.claim_due(
            session,
            later,
            channel=Channel.SMS,
            shares=[(1, 1)],
            claim="second",
            lease=PATIENCE.lease,
        )
        assert delivery.release(session, [delivery.claim_of(held)]) == 0
        message = house.app.renderer.render(held, DAY_1, held.stale_at)
        assert delivery.record_handoff(session, [(held, message)], DAY_1, ASK_AT) == set()


def test_many_workers_at_once_send_each_reminder_once(house: House) -> None:
    house.enrol(
        *(
            Enrolment(
                first_name=f"Client {chr(65 + n // 26)}{chr(65 + n % 26)}",
                protocol="skin-needling",
                treated_on=TREATED,
                starts=None,
                phone=f"+4477009{n:05}",
                consents=ana(TREATED).consents,
            )
            for n in range(150)
        ),
    )
    house.clock.now = datetime(2026, 3, 3, 18, tzinfo=UTC)
    with ThreadPoolExecutor(4) as pool:
        tallies = list(pool.map(lambda _: house.app.dispatcher().run(), range(4)))
    assert sum(tally.sent["sms"] for tally in tallies) == 150
    names = [path.name for path in house.left()]
    assert len(names) == len(set(names)) == 150


def test_a_dispatcher_told_to_stop_claims_nothing(house: House) -> None:
    house.enrol(ana(TREATED))
    house.clock.now = DAY_1
    told = house.app.dispatcher()
    told.stop()
    assert told.run().sent == {}
    assert house.line("day-1").status is Status.PLANNED


class StopsMidway(Scripted):
    """A way out during whose first conversation the worker is told to stop."""

    def __init__(self) -> None:
        super().__init__()
        self.worker: Dispatcher | None = None

    async def send(self, message: Message, hand_off: HandOff) -> str:
        sent = await super().send(message, hand_off)
        assert self.worker is not None
        self.worker.stop()
        return sent


def test_told_to_stop_midway_it_finishes_what_is_in_hand_and_gives_the_rest_back(
    house: House,
) -> None:
    house.enrol(*(ana(TREATED, email=None, phone=f"+4477009002{n:02}") for n in range(40)))
    house.clock.now = DAY_1
    sender = StopsMidway()
    sender.worker = dispatcher(house, sender)
    sender.worker.run()
    states = Counter(line.status for line in house.lines() if line.milestone == "day-1")
    assert states[Status.ACCEPTED] == len(sender.sent) >= 1
    assert states[Status.ACCEPTED] + states[Status.PLANNED] == 40


class Endless(Scripted):
    """A mail server that never gets to the point at which a message is handed off."""

    async def send(self, message: Message, hand_off: HandOff) -> str:
        await asyncio.sleep(3600)
        return await super().send(message, hand_off)


def test_told_to_stop_it_leaves_conversations_that_lead_nowhere(house: House) -> None:
    house.enrol(*(ana(TREATED, email=None, phone=f"+4477009002{n:02}") for n in range(5)))
    house.clock.now = DAY_1
    worker = dispatcher(house, Endless())
    Timer(0.5, worker.stop).start()
    begun = time.monotonic()
    worker.run()
    assert time.monotonic() - begun < 5
    day_1 = {line.status for line in house.lines() if line.milestone == "day-1"}
    assert day_1 == {Status.PLANNED}


class Reluctant(Scripted):
    """A provider that answers long after the message was handed off; the worker is told to stop once
    so many were.
    """

    def __init__(self, last: int) -> None:
        super().__init__()
        self.last = last
        self.stop: Callable[[], None] = lambda: None

    async def send(self, message: Message, hand_off: HandOff) -> str:
        await hand_off()
        self.last -= 1
        if not self.last:
            self.stop()
        await asyncio.sleep(1.5)
        self.sent.append(message)
        return "id"


def test_told_to_stop_it_waits_for_what_was_handed_off(house: House) -> None:
    house.enrol(*(ana(TREATED, email=None, phone=f"+4477009002{n:02}") for n in range(5)))
    house.clock.now = DAY_1
    sender = Reluctant(last=5)
    worker = dispatcher(house, sender)
    sender.stop = worker.stop
    worker.run()
    assert len(sender.sent) == 5
    day_1 = {line.status for line in house.lines() if line.milestone == "day-1"}
    assert day_1 == {Status.ACCEPTED}


def test_what_a_conversation_cannot_survive_ends_the_pass_and_is_not_kept_quiet(
    house: House,
) -> None:
    class Dying:
        async def send(self, message: Message, hand_off: HandOff) -> str:
            raise Death

        async def close(self) -> None:
            pass

    house.enrol(ana(date(2026, 3, 2)))
    house.clock.now = DAY_1
    dispatcher = Dispatcher(
        house.engine, house.app.renderer, dict.fromkeys(Channel, Dying()), house.clock
    )
    with pytest.raises(Death):
        dispatcher.run()


class Death(BaseException):
    """What no one may catch."""
