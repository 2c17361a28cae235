"""Write handoffs and outcomes of concurrent deliveries in shared commits."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from reminders.delivery.handoff import hand_off
from reminders.delivery.history_watch import HistoryCut, HistoryWatch
from reminders.delivery.settlement import Settlement, Settler
from reminders.rules.history import Position
from reminders.rules.reconciliation import Patience
from reminders.rules.records import record
from reminders.rules.terms import Facts, Message
from reminders.senders import Withheld
from reminders.store.queries import delivery
from reminders.store.transactions import Transactions

log = structlog.get_logger()

T = TypeVar("T")

TOGETHER = 128
"""How many may share a commit: no more than are in doubt if it is lost."""

LINGER = 0.008
"""Seconds to wait for other deliveries, so that one commit serves them too."""

RETRIES: tuple[float, ...] = (0.2, 1.0, 3.0)
"""Seconds between tries at writing down what is known: the provider's word must not be lost, but
a process told to stop has no more time than this.
"""


@record
class HandOff:
    """A message that is about to leave."""

    facts: Facts
    message: Message


Entry = HandOff | Settlement


class GroupCommit:
    """Write for many concurrent deliveries in few commits."""

    def __init__(
        self,
        transactions: Transactions,
        clock: Callable[[], datetime],
        patience: Patience,
        history: HistoryWatch,
    ) -> None:
        """Take the transactions, the clock, how soon after its handoff a message must be sent, and
        what knows whether the database lacks anything.
        """
        self._transactions = transactions
        self._clock = clock
        self._patience = patience
        self._history = history
        self._settle = Settler().settle
        self._waiting: list[tuple[Entry, asyncio.Future[bool]]] = []
        self._writer: asyncio.Task[None] | None = None
        self.conversations = 0
        """How many deliveries are running; those that wait here are among them."""
        self.cut = False
        """Whether the database was found to lack what was committed: nothing more is written."""

    async def run(self, action: Callable[[Session, datetime], T]) -> T:
        """Run an action in a transaction of its own."""
        return await self._transactions.run(lambda session: action(session, self._clock()))

    async def hand_off(self, facts: Facts, message: Message) -> float:
        """Commit that a message is about to leave, and return until when on the monotonic clock
        it may; raises ``Withheld`` where it may not, ``HistoryCut`` where nothing may.
        """
        begun = time.monotonic()
        if not await self._enter(HandOff(facts, message)):
            raise Withheld
        return begun + self._patience.freshness.total_seconds()

    async def settle(self, settlement: Settlement) -> None:
        """Commit what became of a reminder, trying again while the database is away. Raises
        ``HistoryCut``.
        """
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
            if len(self._waiting) < min(self.conversations, TOGETHER):
                await asyncio.sleep(LINGER)
            batch, self._waiting = self._waiting[:TOGETHER], self._waiting[TOGETHER:]
            entries = [entry for entry, _ in batch]
            try:
                results = await self._commit_all(entries)
            except HistoryCut as cut:
                self._stop(batch, cut)
            except Exception:  # noqa: BLE001 (told below to the one it is about)
                await self._write_alone(batch)
            else:
                for (_, written), result in zip(batch, results, strict=True):
                    written.set_result(result)

    async def _write_alone(self, batch: list[tuple[Entry, asyncio.Future[bool]]]) -> None:
        """Write each entry alone, so that a faulty one does not stop the others."""
        for entry, written in batch:
            try:
                written.set_result((await self._commit_all([entry]))[0])
            except Exception as reason:  # noqa: BLE001 (told to the one who waits)
                written.set_exception(reason)

    def _stop(self, batch: list[tuple[Entry, asyncio.Future[bool]]], cut: HistoryCut) -> None:
        """Write nothing: what another server knows of these is to be found out first."""
        if not self.cut:
            log.error("history was cut, nothing is handed off")
        self.cut = True
        for _, written in batch:
            written.set_exception(cut)

    async def _commit_all(self, entries: list[Entry]) -> list[bool]:
        """Commit, and remember then where the database stood."""
        results, position, at = await self.run(partial(self._commit, entries))
        self._history.remember(position, at)
        return results

    def _commit(
        self, entries: list[Entry], session: Session, now: datetime
    ) -> tuple[list[bool], Position | None, datetime]:
        """Write every entry; first whom it is for is locked, always in the same order: the numbers
        and addresses that messages leave for, which several may share, then the clients.
        """
        contacts = (e.message.to for e in entries if isinstance(e, HandOff))
        position = self._history.require_unbroken(session, contacts)
        delivery.lock_clients(session, {entry.facts.client_id for entry in entries})
        self._settle(session, [entry for entry in entries if isinstance(entry, Settlement)], now)
        leaving = [(e.facts, e.message) for e in entries if isinstance(e, HandOff)]
        allowed = iter(hand_off(session, leaving, now, self._patience))
        results = [next(allowed) if isinstance(entry, HandOff) else True for entry in entries]
        return results, position, now
