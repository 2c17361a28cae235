"""Run the transactions of many deliveries at once in one thread, and the event loop that they run in."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.orm import Session

from reminders.store.connections import AWAY, IdleConnections, prepare_sessions, session_options
from reminders.store.database import writing

if sys.platform == "win32":
    from asyncio import new_event_loop
else:
    from uvloop import new_event_loop

T = TypeVar("T")

BY_INDEX = dict.fromkeys(
    ("enable_seqscan", "enable_bitmapscan", "enable_hashjoin", "enable_mergejoin"), "off"
)
"""Every statement of a delivery finds a few rows by an index. PostgreSQL would read whole tables
instead for as long as it believes they are small: for a minute after a long list came in."""


DELIVERIES = "reminders deliveries"
"""What PostgreSQL calls the connections of deliveries; the others are just “reminders”."""


def new_runner() -> asyncio.Runner:
    """Return what runs deliveries, on the quickest event loop there is."""
    return asyncio.Runner(loop_factory=new_event_loop)


class Transactions:
    """Transactions for code that runs many deliveries at once in one thread, and the event loop that
    this code runs in.

    PostgreSQL's are awaited without blocking the others. SQLite's run directly: they take a
    millisecond or two, and a thread of their own would compete with the deliveries for the
    interpreter at every row.
    """

    def __init__(self, engine: Engine, connections: int = 3) -> None:
        """Take the database, and how many connections may be open to it at once."""
        self._engine = engine
        self._waiting: AsyncEngine | None = None
        self._runner: asyncio.Runner | None = None
        self._idle: IdleConnections | None = None
        if engine.dialect.name == "postgresql":
            told = engine.get_execution_options()
            pooled = bool(told.get("pooled"))
            chosen = session_options(connections, DELIVERIES, pooled=pooled)
            chosen["pool_pre_ping"] = False
            self._waiting = create_async_engine(engine.url, execution_options=told, **chosen)
            prepare_sessions(self._waiting.sync_engine, BY_INDEX, pooled=pooled)
            self._idle = IdleConnections(self._waiting.sync_engine)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Keep connections from one piece of work to the next until the context ends."""
        runner = self._runner = new_runner()
        try:
            yield
        finally:
            self._runner = None
            with ThreadPoolExecutor(1) as aside:  # who ends it may stand in a loop of its own
                aside.submit(self._end, runner).result()

    def _end(self, runner: asyncio.Runner) -> None:
        with runner:
            runner.run(self.close())

    def drive(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something to its end; connections are closed then, unless they are kept."""
        if self._runner is not None:
            return self._runner.run(self._on_kept(work))
        with new_runner() as runner:
            return runner.run(self._closing_after(work))

    async def _closing_after(self, work: Coroutine[Any, Any, T]) -> T:
        try:
            return await work
        finally:
            await self.close()

    async def _on_kept(self, work: Coroutine[Any, Any, T]) -> T:
        """Look first whether what was kept still leads to the server, or else let it go; and give
        back what was not needed lately.
        """
        if self._waiting is not None:
            with suppress(*AWAY):
                async with self._waiting.connect() as connection:
                    await connection.execute(text("SELECT 1"))
        try:
            return await work
        finally:
            if self._idle is not None and self._idle.has_surplus():
                await self.close()

    async def close(self) -> None:
        """Close connections that were kept; the next transaction opens new ones."""
        if self._waiting is not None:
            await self._waiting.dispose()

    async def run(self, action: Callable[[Session], T]) -> T:
        """Run an action in a transaction that commits at the end, or not at all."""
        if self._waiting is None:
            await asyncio.sleep(0)
            return _transact(self._engine, action)
        async with self._waiting.connect() as connection:
            return await connection.run_sync(_transact, action)


def _transact(bind: Engine | Connection, action: Callable[[Session], T]) -> T:
    with writing(bind) as session:
        return action(session)
