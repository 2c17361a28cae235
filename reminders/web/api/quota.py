"""Count each key's requests, and say in headers how many are left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SPAN = 60
"""Seconds that are counted together."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many requests are left within this span, and in how many seconds the next begins."""

    limit: int
    left: int
    seconds: int


class Quota:
    """Requests of each key in the minute that runs; of this process alone."""

    def __init__(self, limit: int) -> None:
        """Allow so many in a minute."""
        self._limit = limit
        self._counts: dict[int, tuple[int, int]] = {}
        self._lock = Lock()

    def take(self, key_id: int, now: datetime) -> Allowance:
        """Count one request of a key; with nothing left it is below zero."""
        span, passed = divmod(int(now.timestamp()), SPAN)
        with self._lock:
            of, count = self._counts.get(key_id, (span, 0))
            count = count + 1 if of == span else 1
            self._counts[key_id] = (span, count)
        return Allowance(self._limit, self._limit - count, SPAN - passed)


class QuotaHeaders:
    """Add what is left to every answer to a known key (draft-ietf-httpapi-ratelimit-headers)."""

    def __init__(self, app: ASGIApp) -> None:
        """Take what is to be served."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        state = scope.setdefault("state", {})

        async def send_with_headers(message: Message) -> None:
            allowed: Allowance | None = state.get("quota")
            if message["type"] == "http.response.start" and allowed is not None:
                headers = MutableHeaders(scope=message)
                headers["RateLimit-Policy"] = f'"key";q={allowed.limit};w={SPAN}'
                headers["RateLimit"] = f'"key";r={max(0, allowed.left)};t={allowed.seconds}'
            await send(message)

        await self.app(scope, receive, send_with_headers)
