"""Call an outside monitor while all is well, so that silence raises an alarm there."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from urllib.error import URLError
from urllib.request import Request, urlopen

import structlog
from sqlalchemy import Engine

from reminders.delivery.holds import Hold
from reminders.monitoring.status import OVERDUE, SILENCE
from reminders.store.database import reading
from reminders.store.queries import delivery, metrics

log = structlog.get_logger()

EVERY = 60.0
"""Seconds between two calls."""

TIMEOUT = 5.0


class HeartbeatPing:
    """Call an address while the heartbeat is recent and nothing is overdue without a reason; the
    monitor there alerts when calls stop.
    """

    def __init__(self, engine: Engine, clock: Callable[[], datetime], url: str) -> None:
        """Take the database, the clock, and whom to call; nobody where that is empty."""
        self._engine = engine
        self._clock = clock
        self._url = url
        self._called_at = -EVERY

    def beat(self) -> bool:
        """Call once a minute, if all is well; say whether it was called."""
        if not self._url or time.monotonic() - self._called_at < EVERY or not self._is_healthy():
            return False
        self._called_at = time.monotonic()
        try:
            with urlopen(Request(self._url, method="GET"), timeout=TIMEOUT):  # noqa: S310 (checked)
                return True
        except (URLError, OSError) as error:
            log.warning("nobody heard the heartbeat", error=type(error).__name__)
            return False

    def _is_healthy(self) -> bool:
        now = self._clock()
        with reading(self._engine) as session:
            beat = delivery.last_beat(session)
            beating = beat is not None and now - beat < SILENCE
            overdue = metrics.unexplained(session, now, OVERDUE)
            return beating and not overdue and Hold.read(session) is None
