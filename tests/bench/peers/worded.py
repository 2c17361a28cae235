"""Every due message worded beforehand, for the limits: sending alone is left to do."""

from __future__ import annotations

from reminders.rules.terms import Message
from tests.bench.peers.desk import Desk
from tests.bench.peers.order import Order


def messages(order: Order) -> list[Message]:
    """Return the messages of all that is due."""
    desk = Desk(order)
    return [desk.word(number) for number in desk.due()]
