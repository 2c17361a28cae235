"""The one hand that writes while messages are in the air: what comes together is committed together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from reminders.delivering.handoff import hand_off
from reminders.rules.deciding import Outcome, Settled
from reminders.rules.terms import Facts, Message, Reason
from reminders.senders import Withheld
from reminders.store.database import writing
from reminders.store.queries import delivery

T = TypeVar("T")

TOGETHER = 64
"""How many may share a commit: no more than are in doubt if it is lost."""

RETRIES = (0.2, 1.0, 3.0, 6.0)
"""Seconds between tries at writing down what is known; the provider's word must not be lost."""


@dataclass(frozen=True, slots=True)
class HandOff:
    """A message that is about to leave."""

    held: Facts
    message: Message


@dataclass(frozen=True, slots=True)
class Settlement:
    """What became of a reminder, and of its attempt where there was one."""

    held: Facts
    settled: Settled
    outcome: Outcome | None = None
    code: str = ""
    provider_id: str = ""


Entry = HandOff | Settlement


class Ledger:
    """Write for many conversations with one thread and as few commits as they allow."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        """Take the database and the clock."""
        self._engine = engine
        self._clock = clock
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ledger")
        self._waiting: list[tuple[Entry, asyncio.Future[bool]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def run(self, action: Callable[[Session, datetime], T]) -> T:
        """Run an action in a transaction of its own."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._transact, action)

    def _transact(self, action: Callable[[Session, datetime], T]) -> T:
        with writing(self._engine) as session:
            return action(session, self._clock())

    async def hand_off(self, held: Facts, message: Message) -> None:
        """Commit that a message is about to leave; raises ``Withheld`` where it may not."""
        if not await self._enter(HandOff(held, message)):
            raise Withheld

    async def settle(self, settlement: Settlement) -> None:
        """Commit what became of a reminder, trying again while the database is away."""
        for wait in RETRIES:
            try:
                await self._enter(settlement)
            except SQLAlchemyError:
                await asyncio.sleep(wait)
            else:
                return
        await self._enter(settlement)

    async def _enter(self, entry: Entry) -> bool:
        written: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((entry, written))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        return await written

    async def _write(self) -> None:
        """Commit what waits, and what came meanwhile, until nothing waits."""
        while self._waiting:
            batch, self._waiting = self._waiting[:TOGETHER], self._waiting[TOGETHER:]
            entries = [entry for entry, _ in batch]
            try:
                results = await self.run(partial(_commit, entries))
            except Exception:  # noqa: BLE001 (told below to the one it is about)
                await self._write_alone(batch)
            else:
                for (_, written), result in zip(batch, results, strict=True):
                    written.set_result(result)

    async def _write_alone(self, batch: list[tuple[Entry, asyncio.Future[bool]]]) -> None:
        """Let one that cannot be written not stop its neighbours."""
        for entry, written in batch:
            try:
                written.set_result((await self.run(partial(_commit, [entry])))[0])
            except Exception as reason:  # noqa: BLE001 (told to the one who waits)
                written.set_exception(reason)

    def close(self) -> None:
        """Let the thread go."""
        self._thread.shutdown()


def _commit(entries: list[Entry], session: Session, now: datetime) -> list[bool]:
    """Write every entry, the clients locked first and always in the same order."""
    delivery.lock_clients(session, {entry.held.client_id for entry in entries})
    handoffs = [entry for entry in entries if isinstance(entry, HandOff)]
    for entry in entries:
        if isinstance(entry, Settlement):
            _settle(session, entry, now)
    allowed = iter(hand_off(session, [(e.held, e.message) for e in handoffs], now))
    return [next(allowed) if isinstance(entry, HandOff) else True for entry in entries]


def _settle(session: Session, entry: Settlement, now: datetime) -> None:
    held = entry.held
    ours = delivery.settle(session, held, entry.settled, now)
    if entry.outcome is None:
        return
    delivery.settle_attempt(
        session,
        held,
        now,
        outcome=entry.outcome,
        code=entry.code or None,
        provider_id=entry.provider_id or None,
    )
    why = {Outcome.SUPPRESS: Reason.OPTED_OUT, Outcome.INVALID: Reason.UNREACHABLE}.get(
        entry.outcome
    )
    if ours and why and held.contact:
        clinic_id = held.clinic.clinic_id
        delivery.suppress(session, clinic_id, held.contact, why, source="provider", now=now)
