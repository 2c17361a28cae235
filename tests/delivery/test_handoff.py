"""After a committed stop nothing is handed off to that number any more, whatever workers are at."""

from __future__ import annotations

import asyncio
import random
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Event

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from reminders.delivery.dispatcher import Dispatcher
from reminders.inbox import replies
from reminders.inbox.replies import InboundText
from reminders.rules.terms import Channel, Message
from reminders.senders import HandOff
from reminders.store.database import reading, writing
from reminders.store.tables import Attempt
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
