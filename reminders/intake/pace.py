"""The share of the machine that taking bookings in may have while others wait for it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

MANY, WITHIN = 20, 1.0
"""So many posts within so many seconds are a stream, of which more is to come."""

REST, PAUSE = 3.0, 0.25
"""How much longer than work the rest after it is, in a stream and without one: who answers, and who
sends reminders, has the time between.
"""

LONGEST = 1.0
"""Seconds; no rest is longer."""


class Pace:
    """Work and rest in turns, of one app; what is done before an answer is part of the work."""

    def __init__(self) -> None:
        """Begin rested."""
        self._lock, self._busy = Lock(), False
        self._rested_at = 0.0
        self._posts: deque[float] = deque([-WITHIN], maxlen=MANY)

    def hear(self) -> None:
        """Note that a post has come."""
        self._posts.append(time.monotonic())

    @property
    def rest(self) -> float:
        """Return for how many seconds to rest now."""
        return max(0.0, self._rested_at - time.monotonic())

    def begins(self) -> bool:
        """Say whether a post may be taken in at once: no other is, and in a stream the rest is over.
        Whoever may says when it ``ends``.
        """
        with self._lock:
            begins = not self._busy and not (self._streams() and self.rest)
            self._busy = self._busy or begins
        return begins

    def ends(self) -> None:
        """Let the next begin."""
        self._busy = False

    @contextmanager
    def working(self) -> Iterator[None]:
        """Measure a piece of work, for the rest that is due after it."""
        began = time.monotonic()
        try:
            yield
        finally:
            ended = time.monotonic()
            more = (REST if self._streams() else PAUSE) * (ended - began)
            with self._lock:
                self._rested_at = min(max(self._rested_at, ended) + more, ended + LONGEST)

    def _streams(self) -> bool:
        return len(self._posts) == MANY and time.monotonic() - self._posts[0] < WITHIN
