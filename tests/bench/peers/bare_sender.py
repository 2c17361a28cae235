"""The limit of texts: our adapter to the official client alone, with nothing to write down."""

from __future__ import annotations

import time

from reminders.app import build
from reminders.rules.terms import Message
from reminders.store.transactions import new_runner
from tests.bench.peers.bare import send_all
from tests.bench.peers.order import read_order
from tests.bench.peers.ours import settings_for


async def hand_off() -> float:
    """Let everything leave."""
    return time.monotonic() + 5


async def main() -> None:
    order = read_order()
    senders = build(settings_for(order)).senders()

    async def send(message: Message) -> str:
        return await senders[message.channel].send(message, hand_off)

    await send_all(order, send)
    for sender in senders.values():
        await sender.close()


if __name__ == "__main__":
    with new_runner() as runner:
        runner.run(main())
