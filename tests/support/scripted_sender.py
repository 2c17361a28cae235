"""A sender that answers as it is told, and short ways to a dispatcher that uses it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlmodel import col

from reminders.delivery.dispatcher import Dispatcher
from reminders.rules.terms import Channel, Message
from reminders.senders import HandOff
from reminders.store.database import reading
from reminders.store.tables import Attempt
from tests.conftest import House

TREATED = date(2026, 3, 2)
DAY_1 = datetime(2026, 3, 3, 15, 30, tzinfo=UTC)
ASK_AT = {Channel.SMS: DAY_1 + timedelta(minutes=2)}


class Scripted:
    """A way out that answers as it is told, and remembers what reached it."""

    def __init__(self, *answers: Exception | None) -> None:
        self.answers = list(answers)
        self.sent: list[Message] = []

    async def send(self, message: Message, hand_off: HandOff) -> str:
        await hand_off()
        answer = self.answers.pop(0) if self.answers else None
        if answer is not None:
            raise answer
        self.sent.append(message)
        return f"id-{len(self.sent)}"

    async def close(self) -> None:
        pass


def dispatcher(house: House, sender: Scripted) -> Dispatcher:
    senders = dict.fromkeys(Channel, sender)
    return Dispatcher(house.engine, house.app.renderer, senders, house.clock)


def attempts(house: House) -> list[Attempt]:
    with reading(house.engine) as session:
        return list(session.query(Attempt).order_by(col(Attempt.id)))
