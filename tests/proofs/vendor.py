"""The vendor of a proof: a program of its own that posts bookings, and writes down what was answered.

It posts each word until it is answered 2xx, as vendors do, some of them twice and some in the wrong
order. Told to end, it begins no booking more, and ends once every word was answered.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import aiohttp

from tests.support.booking_stream import Told, signature
from tests.support.doubles.ledger import Ledger

MOST_AT_ONCE = 12
"""Bookings that begin at the same moment."""

SHARES = {"": 55, "cancelled": 20, "moved": 15, "moved, cancelled": 10}
"""What becomes of a booking, in hundredths."""

AGAIN, SHUFFLED = 0.2, 0.25
"""Shares of words that are posted twice, and of bookings whose words come in any order."""

LONGEST = 4.0
"""Seconds from one word on a booking to the next."""


class Vendor:
    """Who posts, and what is still on its way."""

    def __init__(self, address: str, ledger: Ledger, chance: Random, visit: datetime) -> None:
        self._address, self._ledger, self._chance, self._visit = address, ledger, chance, visit
        self.stopped = asyncio.Event()

    async def pour(self) -> None:
        """Let bookings pour in until told to stop, and see each to its end."""
        number, open_ones = 0, set[asyncio.Task[None]]()
        timeout = aiohttp.ClientTimeout(total=30)
        async with aiohttp.ClientSession(timeout=timeout) as self._web:
            while not self.stopped.is_set():
                for _ in range(self._chance.randint(1, MOST_AT_ONCE)):
                    number += 1
                    open_ones.add(asyncio.create_task(self._book(self._words(number))))
                await asyncio.sleep(self._chance.uniform(0.3, 1.8))
                open_ones = {one for one in open_ones if not one.done()}
            await asyncio.gather(*open_ones)

    def _words(self, person: int) -> list[Told]:
        """Return what is said of one person's booking, in the order it is posted."""
        fate = self._chance.choices(list(SHARES), list(SHARES.values()))[0]
        said_at = self._visit - timedelta(days=7)
        words = [Told("BOOKING_CREATED", f"u{person}", person, self._visit, said_at)]
        if "moved" in fate:
            later, said_at = self._visit + timedelta(days=3), said_at + timedelta(minutes=1)
            words.append(Told("BOOKING_RESCHEDULED", f"u{person}-moved", person, later, said_at, words[0].uid))  # fmt: skip
        if "cancelled" in fate:
            last, said_at = words[-1], said_at + timedelta(minutes=1)
            words.append(Told("BOOKING_CANCELLED", last.uid, person, last.starts, said_at))
        words += [one for one in words if self._chance.random() < AGAIN]
        if self._chance.random() < SHUFFLED:
            self._chance.shuffle(words)
        return words

    async def _book(self, words: list[Told]) -> None:
        said = []
        for told in words:
            said.append(asyncio.create_task(self._say(told)))
            await asyncio.sleep(self._chance.uniform(0, LONGEST))
        await asyncio.gather(*said)

    async def _say(self, told: Told) -> None:
        """Post a word until it is answered 2xx."""
        body = told.body
        while (status := await self._answer(body)) not in {200, 202}:
            self._ledger.write("again", uid=told.uid, event=told.event, status=status)
            await asyncio.sleep(0.1)
        self._ledger.write(
            "answered", person=told.person, uid=told.uid, event=told.event,
            said_at=told.said_at.isoformat(), at=time.time(),
        )  # fmt: skip

    async def _answer(self, body: bytes) -> int:
        try:
            async with self._web.post(self._address, data=body, headers=signature(body)) as answer:
                await answer.read()
                return answer.status
        except (aiohttp.ClientError, TimeoutError):
            return 0


async def _main() -> None:
    ledger, address, seed, visit = sys.argv[1:]
    vendor = Vendor(address, Ledger(Path(ledger)), Random(int(seed)), datetime.fromisoformat(visit))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, vendor.stopped.set)
    print("pours", flush=True)
    await vendor.pour()


if __name__ == "__main__":
    asyncio.run(_main())
