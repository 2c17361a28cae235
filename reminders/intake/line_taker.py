"""Take in what waits in line, in turns with rests, beside whoever answers and whoever sends."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Lock, Thread

import structlog

from reminders.intake.pace import Pace
from reminders.store.connections import AWAY, reason

log = structlog.get_logger()

READY = 10.0
"""Seconds for which a thread stays ready for what comes next."""

LONGEST_TURN = 5.0
"""Seconds for which whoever ends waits for what was begun."""


class LineTaker:
    """A thread that lives while something waits in line, of one app."""

    def __init__(self, take_some: Callable[[], int], pace: Pace) -> None:
        """Take what takes in some and says how many, none at the end, and when to rest."""
        self._take_some, self._pace = take_some, pace
        self._waits, self._over, self._one = Event(), Event(), Lock()
        self._thread: Thread | None = None

    def take(self) -> int:
        """Take in all that waits, and return how many those were; less once it is to end."""
        count = 0
        while not self._over.is_set() and (taken := self._take_some()):
            count += taken
            self._over.wait(self._pace.rest)
        return count

    def take_soon(self) -> None:
        """Take in all that waits, in a thread; what it leaves, be it by dying, is the worker's."""
        self._waits.set()
        with self._one:
            if self._over.is_set() or (self._thread is not None and self._thread.is_alive()):
                return
            self._thread = Thread(target=self._run, name="bookings", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while self._waits.wait(READY) and not self._over.is_set():
            self._waits.clear()
            try:
                self.take()
            except AWAY as error:
                log.warning("bookings wait, the database is away", why=reason(error))
            except Exception:
                log.exception("bookings not taken in")

    def stop(self) -> None:
        """Begin nothing more, and finish what was begun."""
        self._over.set()
        self._waits.set()
        if self._thread is not None:
            self._thread.join(LONGEST_TURN)
