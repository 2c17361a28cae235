"""What binds a number holds, whatever workers are at: its stop, its caps, whoever shares it."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Event

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from reminders.delivery.dispatcher import Dispatcher
from reminders.enrolment.terms import Enrolment
from reminders.inbox import replies
from reminders.inbox.replies import InboundText
from reminders.rehearsal.simulation import SetClock
from reminders.rules.terms import Channel, Message, Reason
from reminders.senders import HandOff
from reminders.store.database import reading, writing
from reminders.store.tables import Attempt, Reminder
from tests.conftest import House, ana

TREATED = date(2026, 3, 2)
DAY_1 = datetime(2026, 3, 3, 15, 30, tzinfo=UTC)
WORKERS = 3
SAID = ("STOP", "no more texts please", "wrong number", "Cancel", "déjenme en paz", "opt out")


class Slow:
    """A way out in whose conversations there is time for a stop, before and after the handoff."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.sent: list[str] = []

    async def send(self, message: Message, hand_off: HandOff) -> str:
        await asyncio.sleep(self.random.uniform(0, 0.15))
        await hand_off()
        self.sent.append(message.to)
        await asyncio.sleep(self.random.uniform(0, 0.02))
        return f"SM{message.reference}"

    async def close(self) -> None:
        pass


def handed_off(session: Session, contact: str) -> int:
    counted = select(func.count()).select_from(Attempt).where(col(Attempt.contact) == contact)
    return session.scalar(counted) or 0


class Together:
    """Ways out of several workers whose conversations all reach the handoff at the same moment."""

    def __init__(self, conversations: int) -> None:
        self.conversations = conversations
        self.begun: list[str] = []
        self.sent: list[str] = []

    async def send(self, message: Message, hand_off: HandOff) -> str:
        self.begun.append(message.to)
        while len(self.begun) < self.conversations:  # noqa: ASYNC110 (each worker has its own loop)
            await asyncio.sleep(0.01)
        await hand_off()
        self.sent.append(message.to)
        return f"SM{message.reference}"

    async def close(self) -> None:
        pass


def reached_at(contact: str, name: str) -> Enrolment:
    """Return somebody's treatment who has this number or address alone."""
    phone, email = (None, contact) if "@" in contact else (contact, None)
    return ana(TREATED, first_name=name, phone=phone, email=email)


@pytest.mark.parametrize("channel", list(Channel))
def test_two_workers_cannot_both_message_a_number_that_two_people_share(
    house: House, channel: Channel
) -> None:
    """One holds the mothers, the other the daughters, and both come to hand off at once."""
    numbers = [f"+4477009{number:05}" for number in range(24)]
    contacts = numbers if channel is Channel.SMS else [f"{n[1:]}@mail.example" for n in numbers]
    house.enrol(*(reached_at(contact, "Ana") for contact in contacts))
    house.enrol(*(reached_at(contact, "Eva") for contact in reversed(contacts)))
    due = (DAY_1, DAY_1 + timedelta(minutes=1))
    with writing(house.engine) as session:
        session.execute(delete(Reminder).where(col(Reminder.milestone) != "day-1"))
        daughters = col(Reminder.client_id) > len(numbers)
        session.execute(update(Reminder).values(due_at=due[0]))
        session.execute(update(Reminder).where(daughters).values(due_at=due[1]))
    way_out = Together(2 * len(numbers))

    def work(at: datetime) -> None:
        senders = {channel: way_out}
        Dispatcher(house.engine, house.app.renderer, senders, SetClock(at)).run()

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(work, due[0])
        _wait_until(lambda: len(way_out.begun) == len(numbers))
        second = pool.submit(work, due[1])
        for worker in (first, second):
            worker.result(timeout=30)
    assert sorted(way_out.sent) == sorted(contacts)
    waiting = [line for line in house.lines() if line.reason is Reason.CAP]
    assert len(waiting) == len(numbers)


def _wait_until(true: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not true():
        assert time.monotonic() < until
        time.sleep(0.01)


def stop(house: House, contact: str, words: str) -> int:
    """Stop by text, and return how often the number had been handed off to when that was true:
    whoever hands off needs the clients whom this transaction holds.
    """
    with writing(house.engine) as session:
        came = InboundText(f"SM-stop-{contact}", contact, words)
        replies.handle_text(session, house.app.answers, came, house.clock())
        return handed_off(session, contact)


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_no_handoff_follows_a_stop(house: House, seed: int) -> None:
    chance = random.Random(seed)
    numbers = [f"+4477009{number:05}" for number in range(32)]
    house.enrol(*(ana(TREATED, phone=number, email=None) for number in numbers))
    house.enrol(
        *(ana(TREATED, phone=number, email=None, first_name="Bea") for number in numbers[::4])
    )
    stopping = chance.sample(numbers, 20)
    ways_out = [Slow(seed * 10 + number) for number in range(WORKERS)]
    over = Event()

    def work(way_out: Slow) -> None:
        senders = dict.fromkeys(Channel, way_out)
        while not over.is_set():
            Dispatcher(house.engine, house.app.renderer, senders, house.clock).run()

    house.clock.now = DAY_1
    first, *others = stopping
    had = {first: stop(house, first, "STOP")}
    with ThreadPoolExecutor(WORKERS + 2) as pool:
        working = [pool.submit(work, way_out) for way_out in ways_out]
        try:
            had |= _stop_meanwhile(house, pool, chance, others)
            for days in (2, 6, 12, 27):
                house.clock.now = DAY_1 + timedelta(days=days)
                time.sleep(0.3)
        finally:
            over.set()
        for worker in working:
            worker.result(timeout=30)
    sent = [number for way_out in ways_out for number in way_out.sent]
    with reading(house.engine) as session:
        assert {number: handed_off(session, number) for number in stopping} == had
    assert {number: sent.count(number) for number in stopping} == had
    assert set(sent) >= set(numbers) - set(stopping), "and everybody else is still texted"
    assert 0 < sum(map(bool, had.values())) < len(had), "some stopped before theirs, some after"


def _stop_meanwhile(
    house: House, pool: ThreadPoolExecutor, chance: random.Random, numbers: list[str]
) -> dict[str, int]:
    """Stop one number after the other while others are being texted, the last after its own."""
    stops = {}
    for number in numbers:
        time.sleep(chance.uniform(0, 0.02))
        if number == numbers[-1]:
            _wait_for_a_handoff(house, number)
        stops[number] = pool.submit(stop, house, number, chance.choice(SAID))
    return {number: stopped.result(timeout=30) for number, stopped in stops.items()}


def _wait_for_a_handoff(house: House, number: str) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with reading(house.engine) as session:
            if handed_off(session, number):
                return
        time.sleep(0.02)
    pytest.fail("the workers do nothing")
