"""A provider modelled in memory: it takes, refuses, loses its answer, or its caller dies."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from reminders.rules.decision import Outcome
from reminders.rules.terms import Message
from reminders.senders import HandOff, SearchedMessage, SendError

LISTED_AFTER = timedelta(minutes=1)


class Death(BaseException):
    """A worker that dies here catches nothing any more."""


class Fate(StrEnum):
    """What happens to the next message."""

    NONE = "it goes well"
    DIES_BEFORE_HANDOFF = "dies before the handoff"
    DIES_BEFORE = "dies before it is taken"
    DIES_AFTER = "dies after it is taken"
    LOST_BEFORE = "no answer, not taken"
    LOST_AFTER = "no answer, taken"
    BUSY = "busy"
    LOCKED_OUT = "account refused"
    SLEEPS = "stopped after its handoff, and wakes when others took over"


TAKEN = {Fate.NONE, Fate.DIES_AFTER, Fate.LOST_AFTER}
RAISES: dict[Fate, BaseException] = {
    Fate.DIES_BEFORE: Death(),
    Fate.DIES_AFTER: Death(),
    Fate.LOST_BEFORE: SendError(Outcome.AMBIGUOUS, "timeout"),
    Fate.LOST_AFTER: SendError(Outcome.AMBIGUOUS, "timeout"),
    Fate.BUSY: SendError(Outcome.BUSY, "429"),
    Fate.LOCKED_OUT: SendError(Outcome.CONFIGURATION, "20003"),
    Fate.SLEEPS: SendError(Outcome.KEPT, "stopped before it left"),
}


@dataclass(frozen=True)
class Copy:
    """One message that the provider took."""

    number: int
    message: Message
    at: datetime

    @property
    def reminder_id(self) -> int:
        """Return whose it is, by the attempt's token."""
        return int(self.message.attempt.partition(".")[0])

    @property
    def claim(self) -> str:
        """Return under which claim it left."""
        return self.message.attempt.partition(".")[2]


@dataclass
class Provider:
    """The way out, its ledger, and what is to happen to the messages that come next."""

    clock: Callable[[], datetime]
    meanwhile: Callable[[], None]
    ledger: list[Copy] = field(default_factory=list)
    fates: list[Fate] = field(default_factory=list)

    async def send(self, message: Message, hand_off: HandOff) -> str:
        fate = self.fates.pop(0) if self.fates else Fate.NONE
        if fate is Fate.DIES_BEFORE_HANDOFF:
            raise Death
        await hand_off()
        if fate is Fate.SLEEPS:
            await asyncio.to_thread(self.meanwhile)
        if fate in TAKEN:
            self.ledger.append(Copy(len(self.ledger), message, self.clock()))
        if fate in RAISES:
            raise RAISES[fate]
        return f"SM{len(self.ledger) - 1}"

    async def close(self) -> None:
        pass


class Listing(Provider):
    """A provider that can be asked afterwards, and may not answer."""

    heard: bool = True

    async def find(self, sought: SearchedMessage) -> str | None:
        if not self.heard:
            raise SendError(Outcome.AMBIGUOUS, "500")
        for copy in self.ledger:
            known = (copy.message.to, copy.message.text) == (sought.to, sought.text)
            listed = sought.handed_off_at - LISTED_AFTER <= copy.at <= self.clock() - LISTED_AFTER
            if known and listed and f"SM{copy.number}" not in sought.taken:
                return f"SM{copy.number}"
        return None
