"""The limit of sending: so many conversations at a time, with nothing around them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator

from reminders.rules.terms import Message
from tests.bench.peers.order import Order, Watch
from tests.bench.peers.worded import messages

Send = Callable[[Message], Awaitable[object]]


async def send_all(order: Order, send: Send) -> None:
    """Send every message, as many at a time as the order says."""
    waiting = iter(messages(order))
    await send(next(waiting))  # the first opens the way, and is not measured
    watch = Watch(order)
    await asyncio.gather(*(_send_some(waiting, send) for _ in range(order.concurrency)))
    watch.end()


async def _send_some(waiting: Iterator[Message], send: Send) -> None:
    for message in waiting:
        await send(message)
