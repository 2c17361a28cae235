"""Deliver what is due, the queue of each sender beside the others, so that none waits for another's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from threading import Event
from typing import Any

from reminders.delivery.claims import Claimed, Queue, Sending, claim
from reminders.delivery.concurrency import Conversations
from reminders.delivery.group_commit import GroupCommit
from reminders.rules.decision import Settled
from reminders.rules.forecast import RateLimit
from reminders.rules.terms import Channel, Facts
from reminders.store.queries import lanes

NAP = 0.02
"""Seconds before checking again a lane that another worker has locked."""

STAY = 1.5
"""Seconds a pass stays for a lane that opens soon, so that a rate is kept and not undercut."""

LOOK = 5.0
"""Seconds between looks for queues that have something due by now, while others are not done yet."""


def unlimited(_: str) -> RateLimit:
    """Return the rate of a sender that has none."""
    return RateLimit()


@dataclass(frozen=True)
class Rates:
    """How fast senders may be used: the installation's by channel, and what clinics brought by its
    name.
    """

    by_channel: Mapping[Channel, RateLimit] = field(default_factory=dict)
    own: Callable[[str], RateLimit] = unlimited

    def of(self, queue: Queue) -> RateLimit:
        """Return the rate of a queue's sender."""
        if queue.sender_key:
            return self.own(queue.sender_key.partition(":")[2])
        return self.by_channel.get(queue.channel, RateLimit())


class Queues:
    """The queues of one pass."""

    def __init__(
        self,
        commits: GroupCommit,
        rates: Rates,
        clock: Callable[[], datetime],
        lease: timedelta,
        stopping: Event,
        deliver: Callable[[Sending], Coroutine[Any, Any, None]],
        record: Callable[[Facts, Settled], None],
    ) -> None:
        """Take what writes, the rates, the clock, how long a claim lasts, what says that nothing
        more is claimed, what delivers a claimed reminder, and what notes one that stays.
        """
        self._commits = commits
        self._rates = rates
        self._clock = clock
        self._lease = lease
        self._stopping = stopping
        self._deliver = deliver
        self._record = record

    async def drain(self, channel: Channel) -> None:
        """Deliver a channel's reminders until nothing more of it may be sent. A queue in which
        something comes due meanwhile is not left until others that are slower have ended.
        """
        running: dict[str, asyncio.Task[None]] = {}
        try:
            while True:
                for key in {"", *await self._keys(channel)} - running.keys():
                    running[key] = asyncio.create_task(self._drain(Queue(channel, key)))
                await asyncio.wait(running.values(), timeout=LOOK)
                ended = [key for key, task in running.items() if task.done()]
                for key in ended:
                    running.pop(key).result()
                if not running or self._over:
                    break
        finally:
            await asyncio.gather(*running.values())

    async def _keys(self, channel: Channel) -> list[str]:
        """Return under which keys clinics' own senders have queues."""
        if channel is not Channel.SMS:
            return []
        return await self._commits.run(lambda session, _: lanes.sender_keys(session))

    @property
    def _over(self) -> bool:
        return self._stopping.is_set() or self._commits.cut

    async def _drain(self, queue: Queue) -> None:
        async with aclosing(Conversations()) as conversations:
            while not self._over:
                take = partial(
                    claim,
                    queue=queue,
                    room=await conversations.room(),
                    lease=self._lease,
                    rates=self._rates.of,
                )
                claimed: Claimed = await self._commits.run(take)
                for facts, settled in claimed.settled:
                    self._record(facts, settled)
                for sending in claimed.sends:
                    conversations.start(self._deliver, sending)
                if not claimed.may_have_more and not await self._opens_soon(
                    queue, claimed.opens_at
                ):
                    break
                if not claimed.sends and not claimed.settled:
                    await asyncio.sleep(NAP)

    async def _opens_soon(self, queue: Queue, not_before: datetime | None) -> bool:
        """Wait for a lane that will open in a moment, with the sender free by then, and say
        whether there was one.
        """
        began = self._clock()
        opens = await self._commits.run(
            lambda session, _: lanes.opens_next(session, queue.channel, queue.sender_key)
        )
        if opens is not None and not_before is not None:
            opens = max(opens, not_before)
        wait = (opens - self._clock()).total_seconds() if opens else STAY
        if wait >= STAY:
            return False
        await asyncio.sleep(max(wait, 0))
        return self._clock() > began  # in a rehearsal it stands, and is set on after the pass
