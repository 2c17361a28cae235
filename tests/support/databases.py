"""The databases of all tests, opened once, so that statements are compiled and sessions begun once."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from functools import cache
from threading import current_thread, main_thread
from typing import Any, TypeVar

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.ext.asyncio import AsyncEngine

from reminders.store import database
from reminders.store.database import normalise
from reminders.store.transactions import Transactions, new_runner

T = TypeVar("T")
_SHARED: set[str] = set()
_FILES: list[Engine] = []


def share(url: str) -> str:
    """Let whatever opens this database from now on share what was opened of it before; of a file in
    whose place there is another now, nothing stays open.
    """
    _SHARED.add(_named(url))
    for engine in _FILES:
        engine.dispose()
    return url


def _named(url: str) -> str:
    return normalise(url).render_as_string()


def open_once(url: str, hash_key: bytes = b"", **more: Any) -> Engine:
    """Open a database as the program does: a shared one with options of its own alone."""
    if _named(url) not in _SHARED:
        return database.open_engine(url, hash_key, **more)
    return _opened(url, hash_key, **more).execution_options()


@cache
def _opened(url: str, hash_key: bytes, **more: Any) -> Engine:
    engine = database.open_engine(url, hash_key, **more)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _careless)
        _FILES.append(engine)
    return engine


def _careless(connection: Any, _record: Any) -> None:
    """Wait for no disk: nothing here outlives the test."""
    connection.execute("PRAGMA synchronous=OFF")


class _Passes:
    """An event loop for passes, and what they opened in it, as a worker keeps them."""

    def __init__(self) -> None:
        self.runner = new_runner()
        self.opened: dict[Any, AsyncEngine] = {}

    def engine(self, own: AsyncEngine) -> AsyncEngine:
        """Return what was opened before of the same database with the same options, or else this."""
        options = own.sync_engine.get_execution_options()
        key = own.url, own.pool.size(), *sorted(map(str, options.items()))  # type: ignore[attr-defined]
        return self.opened.setdefault(key, own)

    def end(self) -> None:
        """Cancel what still runs and close what is open, as at the end of a process."""
        with self.runner as runner:
            for engine in self.opened.values():
                runner.run(engine.dispose())
        self.__init__()  # type: ignore[misc]


@contextmanager
def passes_kept(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let passes in the tests' own thread keep their connections to a shared database; what a pass
    leaves running ends with it all the same, and so does everything where it breaks off.
    """
    passes = _Passes()

    class Kept(Transactions):
        def drive(self, work: Coroutine[Any, Any, T]) -> T:
            own, ours = self._waiting, current_thread() is main_thread()
            if own is None or self._runner or not ours or _named(str(own.url)) not in _SHARED:
                return super().drive(work)
            self._waiting, self._runner = passes.engine(own), passes.runner
            whole = False
            try:
                done = passes.runner.run(work)
                whole = not asyncio.all_tasks(passes.runner.get_loop())
            finally:
                self._waiting, self._runner = own, None
                if not whole:
                    passes.end()
            return done

    patch.setattr("reminders.delivery.dispatcher.Transactions", Kept)
    yield
    passes.end()
