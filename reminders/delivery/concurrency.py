"""Run many deliveries at once, up to a limit, each for one claimed reminder."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, ParamSpec

P = ParamSpec("P")

WIDTH = 64
"""When fewer than this wait, more are claimed."""

HANDS = 3 * WIDTH
"""How many reminders are being delivered at once by each channel: while some wait for the provider,
others are being written to the database.
"""


class Conversations:
    """Run up to a number of deliveries at once; the others wait in their order."""

    def __init__(self) -> None:
        self._hands = asyncio.Semaphore(HANDS)
        self._running: set[asyncio.Task[None]] = set()
        self._waiting = 0
        self._low = asyncio.Event()

    async def aclose(self) -> None:
        """Wait until every delivery has ended, also when the pass itself failed."""
        await all_of(*self._running)

    async def room(self) -> int:
        """Wait until few are waiting, and return how many more may be started."""
        while self._waiting > WIDTH:
            self._low.clear()
            await self._low.wait()
        return 4 * WIDTH - self._waiting

    def start(
        self, talk: Callable[P, Coroutine[Any, Any, None]], *about: P.args, **more: P.kwargs
    ) -> None:
        """Start a delivery as soon as there is room."""
        self._waiting += 1
        task = asyncio.create_task(self._hold(talk, *about, **more))
        self._running.add(task)
        task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[None]) -> None:
        """Drop finished deliveries, but keep failed ones for ``aclose``."""
        if task.cancelled() or task.exception() is None:
            self._running.discard(task)

    async def _hold(
        self, talk: Callable[P, Coroutine[Any, Any, None]], *about: P.args, **more: P.kwargs
    ) -> None:
        async with self._hands:
            self._waiting -= 1
            if self._waiting <= WIDTH:
                self._low.set()
            await talk(*about, **more)


async def all_of(*parts: Awaitable[None]) -> None:
    """Wait for every part, also when another fails; raises the first failure."""
    ends = await asyncio.gather(*parts, return_exceptions=True)
    for end in ends:
        if end is not None:
            raise end
