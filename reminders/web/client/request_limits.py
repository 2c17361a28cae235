"""Limit how often one network address may try links or send forms."""

from __future__ import annotations

from collections import OrderedDict, deque
from datetime import datetime, timedelta
from threading import Lock

REMEMBERED = 10_000
"""Askers kept in mind by one process; the longest unseen is forgotten first."""


class Throttle:
    """Count what each asker did within a sliding span of time; of this process alone."""

    def __init__(self, limit: int, seconds: int) -> None:
        """Allow so many in so many seconds."""
        self._limit, self._span = limit, timedelta(seconds=seconds)
        self._seen: OrderedDict[str, deque[datetime]] = OrderedDict()
        self._lock = Lock()

    def count(self, asker: str, now: datetime) -> None:
        """Note that somebody did it once more."""
        with self._lock:
            self._seen.setdefault(asker, deque(maxlen=self._limit)).append(now)
            self._seen.move_to_end(asker)
            if len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)

    def full(self, asker: str, now: datetime) -> bool:
        """Say whether it is enough for now."""
        with self._lock:
            times = self._seen.get(asker, ())
            return sum(now - at < self._span for at in times) >= self._limit
