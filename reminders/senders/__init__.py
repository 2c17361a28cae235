"""The common interface of all senders: send, find, list and redact messages."""

from __future__ import annotations

import math
import time
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from reminders.rules.decision import Outcome
from reminders.rules.terms import Message

HandOff = Callable[[], Awaitable[float]]
"""Called just before the first irrevocable byte; raises ``Withheld`` where it may not leave, and
returns until when (on the monotonic clock) that byte may be written: see ``leave_by``."""


class Withheld(Exception):  # noqa: N818 (not a fault: the promise at work)
    """The reminder may not leave after all; nothing irrevocable has been sent."""


class SendError(Exception):
    """The provider did not take a message, or did not say that it did."""

    def __init__(
        self,
        outcome: Outcome,
        code: str = "",
        retry_after: timedelta | None = None,
    ) -> None:
        """Say what it means, the provider's own code, and how long it asks us to wait."""
        super().__init__(f"{outcome} {code}".strip())
        self.outcome = outcome
        self.code = code
        self.retry_after = retry_after


def check_deadline(deadline: float) -> None:
    """Look once more at the clock, as the last thing before the first irrevocable byte.

    A process that was stopped after its handoff and goes on much later must not send: others
    may have proven meanwhile that nothing left. Raises ``SendError``.
    """
    if time.monotonic() > deadline:
        raise SendError(Outcome.KEPT, "stopped before it left")


class Sender(Protocol):
    """Sends messages by one channel."""

    async def send(self, message: Message, hand_off: HandOff) -> str:
        """Send one message and return the provider's id for it.

        Calls ``hand_off`` once, just before the first irrevocable byte, and lets what that
        raises pass. Raises ``SendError`` where the message was not certainly accepted.
        """
        ...

    async def close(self) -> None:
        """Let go of connections; the next ``send`` opens new ones."""
        ...


@dataclass(frozen=True, slots=True)
class SearchedMessage:
    """A message that may have left: what it said to whom, by which account (see ``Facts``), and which
    ids belong to others.
    """

    reminder_id: int
    to: str
    text: str
    handed_off_at: datetime
    taken: Collection[str]
    account_id: int | None = None


@runtime_checkable
class Searchable(Protocol):
    """A sender whose provider can be asked whether a message was sent."""

    async def find(self, sought: SearchedMessage) -> str | None:
        """Return the provider's id of a message, or None where the provider, in good health,
        does not know it. Raises ``SendError`` where it could not be asked.
        """
        ...


@dataclass(frozen=True, slots=True)
class ListedMessage:
    """A message that the provider says it took: what it said to whom, when (UTC), and as which
    sender of which account it left.
    """

    provider_id: str
    to: str
    text: str
    created_at: datetime
    sender: str = ""
    account_id: int | None = None


@runtime_checkable
class ListsMessages(Protocol):
    """A sender whose provider can list everything that was sent."""

    async def sent_since(self, since: datetime) -> list[ListedMessage]:
        """Return all that was taken since then (UTC). Raises ``SendError`` where it could not be
        asked: CONFIGURATION where we are not let in at all.
        """
        ...


async def send_alone(sender: Sender, message: Message) -> str:
    """Send a message that is no reminder, such as a test, and return the provider's id for it.

    Nothing is written down first, so it may be lost. Raises ``SendError``.
    """

    async def hand_off() -> float:
        return math.inf

    try:
        return await sender.send(message, hand_off)
    finally:
        await sender.close()


@runtime_checkable
class RedactsMessages(Protocol):
    """A sender whose provider can redact sent messages."""

    async def redact(self, provider_id: str, account_id: int | None) -> None:
        """Redact a message of an account at the provider; one that is gone there counts as redacted. Raises
        ``SendError`` where it would not, or could not be asked.
        """
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
