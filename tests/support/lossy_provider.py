"""A provider that loses its answers, and can be asked for what left."""

from __future__ import annotations

import asyncio

from reminders.delivery.dispatcher import Dispatcher
from reminders.rules.decision import Outcome
from reminders.rules.terms import Channel, Message
from reminders.senders import HandOff, SearchedMessage, SendError
from tests.conftest import House

LOST = SendError(Outcome.AMBIGUOUS, "timeout")


class Provider:
    """A provider that may take a message and lose its answer, and keeps a list."""

    def __init__(self) -> None:
        self.listed: list[tuple[str, str, str]] = []
        self.errors: list[tuple[bool, Exception]] = []
        self.deaf = False
        self.asked = 0

    async def send(self, message: Message, hand_off: HandOff) -> str:
        await hand_off()
        took, error = self.errors.pop(0) if self.errors else (True, None)
        if took:
            self.listed.append((f"SM{len(self.listed)}", message.to, message.text))
        if error is not None:
            raise error
        return self.listed[-1][0]

    async def find(self, sought: SearchedMessage) -> str | None:
        self.asked += 1
        await asyncio.sleep(0.01)
        if self.deaf:
            raise SendError(Outcome.BUSY, "500")
        for sid, to, text in self.listed:
            if (to, text) == (sought.to, sought.text) and sid not in sought.taken:
                return sid
        return None

    async def close(self) -> None:
        pass


def texting(house: House, provider: Provider) -> Dispatcher:
    return Dispatcher(house.engine, house.app.renderer, {Channel.SMS: provider}, house.clock)
