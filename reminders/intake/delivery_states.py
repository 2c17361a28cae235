"""What became of a delivery, when it is looked at again, and when it is given up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from reminders.intake.told_bookings import TakenBooking
from reminders.rules.told_bookings import DeliveryOutcome, ToldBooking, whole
from reminders.rules.translation import gettext_noop
from reminders.store.tables import BookingDelivery

AGAIN = tuple(timedelta(seconds=n) for n in (20, 60, 300, 900, 3600))
"""Until a delivery is tried again; the last of them over and over."""

PATIENCE = timedelta(days=3)
"""How long it is tried again by itself."""

IN_LINE = gettext_noop("Received. It is processed next.")
FAULT = gettext_noop("Something went wrong on our side. It is tried again.")
GRAVITY = (
    DeliveryOutcome.NOTHING,
    DeliveryOutcome.UNCHANGED,
    DeliveryOutcome.OLDER,
    DeliveryOutcome.TAKEN,
    DeliveryOutcome.ASKED,
)
"""Of several bookings in one delivery the last of these is what it is shown as."""

Taken = list[tuple[ToldBooking, TakenBooking]]


def is_at_fault(delivery: BookingDelivery) -> bool:
    """Say whether a delivery waits since something failed on our side, so that it may come again."""
    waits = delivery.outcome is DeliveryOutcome.WAITING
    return waits and delivery.reason == FAULT and delivery.attempts < len(AGAIN)


def in_line(number: str, now: datetime) -> dict[str, Any]:
    """Return what stands in a delivery that is taken in next: which booking it is about, and since
    when it waits.
    """
    return {"booking": whole(number), "reason": IN_LINE, "next_at": now}


def is_open(delivery: BookingDelivery, now: datetime, *, asked: bool) -> bool:
    """Say whether it is to be looked at: it waits and is due, or a person asks and nobody has it."""
    if delivery.outcome is DeliveryOutcome.WAITING:
        return asked or (delivery.next_at is not None and delivery.next_at <= now)
    return asked and bool(delivery.body)


def wait(delivery: BookingDelivery, why: str, now: datetime, *, at: datetime | None = None) -> None:
    """Let it be tried again later, ever more patiently; after days it is given up."""
    if now - delivery.received_at > PATIENCE and at != now:
        settle(delivery, DeliveryOutcome.FAILED, why, now)
        return
    patience = AGAIN[min(delivery.attempts, len(AGAIN)) - 1]
    delivery.outcome, delivery.reason, delivery.settled_at = DeliveryOutcome.WAITING, why, None
    delivery.next_at = at or now + patience


def settle(delivery: BookingDelivery, outcome: DeliveryOutcome, reason: str, now: datetime) -> None:
    """Write down what became of a delivery, and why."""
    delivery.outcome, delivery.reason = outcome, reason.strip()
    delivery.settled_at, delivery.next_at = now, None


def show(delivery: BookingDelivery, done: Taken, now: datetime) -> None:
    """Write down what became of a delivery, by the gravest of what it says."""
    if not done:
        nothing = gettext_noop("It contains no booking.")
        settle(delivery, DeliveryOutcome.NOTHING, nothing, now)
        return
    told, taken = max(done, key=lambda one: GRAVITY.index(one[1].outcome))
    delivery.booking = told.external_id
    delivery.client_id = taken.treatment.client_id if taken.treatment else None
    settle(delivery, taken.outcome, taken.sentence, now)
