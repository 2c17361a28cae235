"""Conversing: many conversations at a time, each taking up the next reminder when it is free."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any

from reminders.delivering.claiming import Sending

WIDTH = 64
"""How few may wait before more are claimed."""

HANDS = 3 * WIDTH
"""How many reminders are in hand by each channel: while some are at the provider (as many as its
sender lets in at a time), others are being written down, before or after.
"""


class Queue:
    """What was claimed and waits for a conversation to be free."""

    def __init__(self) -> None:
        self._claimed: asyncio.Queue[Sending | None] = asyncio.Queue()
        self._low = asyncio.Event()

    async def room(self) -> int:
        """Wait until few are waiting, and return how many more may."""
        while self._claimed.qsize() > WIDTH:
            self._low.clear()
            await self._low.wait()
        return 4 * WIDTH - self._claimed.qsize()

    def put(self, claimed: Sequence[Sending]) -> None:
        """Add what was claimed."""
        for one in claimed:
            self._claimed.put_nowait(one)

    async def take(self) -> Sending | None:
        """Wait for one; None when there will be no more."""
        one = await self._claimed.get()
        if self._claimed.qsize() <= WIDTH:
            self._low.set()
        return one

    def end(self) -> None:
        """Say that no more will come."""
        for _ in range(HANDS):
            self._claimed.put_nowait(None)


async def all_of(*parts: Coroutine[Any, Any, None]) -> None:
    """Let every part come to its end, also when another fails; raises the first failure."""
    ends = await asyncio.gather(*parts, return_exceptions=True)
    for end in ends:
        if end is not None:
            raise end
