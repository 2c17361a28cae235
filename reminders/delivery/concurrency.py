"""Run many deliveries at once, up to a limit, each for one claimed reminder."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, ParamSpec

P = ParamSpec("P")

WIDTH = 64
"""How few may wait before more are claimed."""

HANDS = 3 * WIDTH
"""How many reminders are in hand by each channel: while some are at the provider (as many as its
sender lets in at a time), others are being written down, before or after.
"""


class Conversations:
    """As many as there are hands go on at once, the others wait in the order they came."""

    def __init__(self) -> None:
        self._hands = asyncio.Semaphore(HANDS)
        self._begun: set[asyncio.Task[None]] = set()
        self._waiting = 0
        self._low = asyncio.Event()

    async def aclose(self) -> None:
        """Let every conversation come to its end, whatever became of who began them."""
        await all_of(*self._begun)

    async def room(self) -> int:
        """Wait until few are waiting, and return how many more may."""
        while self._waiting > WIDTH:
            self._low.clear()
            await self._low.wait()
        return 4 * WIDTH - self._waiting

    def begin(
        self, talk: Callable[P, Coroutine[Any, Any, None]], *about: P.args, **more: P.kwargs
    ) -> None:
        """Begin a conversation as soon as a hand is free."""
        self._waiting += 1
        task = asyncio.create_task(self._hold(talk, *about, **more))
        self._begun.add(task)
        task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[None]) -> None:
        """Keep none but those that failed, for whoever waits for the end of all."""
        if task.cancelled() or task.exception() is None:
            self._begun.discard(task)

    async def _hold(
        self, talk: Callable[P, Coroutine[Any, Any, None]], *about: P.args, **more: P.kwargs
    ) -> None:
        async with self._hands:
            self._waiting -= 1
            if self._waiting <= WIDTH:
                self._low.set()
            await talk(*about, **more)


async def all_of(*parts: Awaitable[None]) -> None:
    """Let every part come to its end, also when another fails; raises the first failure."""
    ends = await asyncio.gather(*parts, return_exceptions=True)
    for end in ends:
        if end is not None:
            raise end
