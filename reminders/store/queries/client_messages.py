"""Queries for one client's messages with their attempts, and changes that staff make to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from reminders.rules.terms import Reason, Status
from reminders.store.queries.common import QUIET, is_status
from reminders.store.tables import Attempt, OneOffMessage, Receipt, Reminder, Treatment


@dataclass(slots=True)
class AttemptHistory:
    """One attempt, with what the provider said of it afterwards."""

    attempt: Attempt
    receipts: list[Receipt] = field(default_factory=list)


@dataclass(slots=True)
class ClientMessage:
    """One message to a client: planned, on its way, or settled."""

    reminder: Reminder
    treatment: Treatment | None
    one_off: OneOffMessage | None
    attempts: list[AttemptHistory] = field(default_factory=list)


def steps(session: Session, client_id: int) -> list[ClientMessage]:
    """Return every message of a client, by the moment it left or will."""
    found = _steps(session, _MESSAGES.where(col(Reminder.client_id) == client_id))
    return sorted(found, key=lambda step: (moment(step.reminder), step.reminder.id))


def page(
    session: Session, clinic_id: int, statuses: Collection[Status], after: int, limit: int
) -> list[ClientMessage]:
    """Return a clinic's messages in these states with ids above ``after``, by id."""
    wanted = _MESSAGES.where(
        col(Reminder.clinic_id) == clinic_id,
        col(Reminder.status).in_(statuses),
        col(Reminder.id) > after,
    )
    return _steps(session, wanted.order_by(col(Reminder.id)).limit(limit))


def step(session: Session, reminder_id: int) -> ClientMessage:
    """Return one message that is known to be there."""
    (found,) = _steps(session, _MESSAGES.where(col(Reminder.id) == reminder_id))
    return found


_MESSAGES = (
    select(Reminder, Treatment, OneOffMessage)
    .outerjoin(Treatment, col(Treatment.id) == col(Reminder.treatment_id))
    .outerjoin(OneOffMessage, col(OneOffMessage.id) == col(Reminder.one_off_id))
)


def _steps(session: Session, wanted: Any) -> list[ClientMessage]:
    found = {
        reminder.id: ClientMessage(reminder, treatment, note)
        for reminder, treatment, note in session.execute(wanted)
    }
    for tried in _tried(session, found):
        found[tried.attempt.reminder_id].attempts.append(tried)
    return list(found.values())


def moment(reminder: Reminder) -> datetime:
    """Return when a message left, was settled, or is due (UTC)."""
    return reminder.handoff_at or reminder.settled_at or reminder.due_at


def _tried(session: Session, reminders: Collection[int]) -> list[AttemptHistory]:
    attempts = session.scalars(
        select(Attempt).where(col(Attempt.reminder_id).in_(reminders)).order_by(col(Attempt.id))
    ).all()
    said: dict[str, list[Receipt]] = defaultdict(list)
    ids = [attempt.provider_id for attempt in attempts if attempt.provider_id]
    for receipt in session.scalars(
        select(Receipt).where(col(Receipt.provider_id).in_(ids)).order_by(col(Receipt.received_at))
    ):
        said[receipt.provider_id].append(receipt)
    return [
        AttemptHistory(attempt, said.get(attempt.provider_id or "", [])) for attempt in attempts
    ]


def change_planned(session: Session, reminder_id: int, **values: Any) -> bool:
    """Change a message if it is still planned; say whether it was."""
    changed = session.execute(
        update(Reminder)
        .where(col(Reminder.id) == reminder_id, is_status(Status.PLANNED))
        .values(**values)
        .execution_options(**QUIET)
    )
    assert isinstance(changed, CursorResult)
    return changed.rowcount == 1


def skip(session: Session, reminder_id: int, now: datetime) -> bool:
    """Skip one message for good; say whether it had not been sent."""
    ended = {"status": Status.SKIPPED, "reason": Reason.TAKEN_OUT, "settled_at": now}
    return change_planned(session, reminder_id, **ended)


def mark_attended(session: Session, clinic_id: int, client_id: int, now: datetime) -> None:
    """Record that staff have dealt with all failed messages of a client."""
    session.execute(
        update(Reminder)
        .where(
            col(Reminder.clinic_id) == clinic_id,
            col(Reminder.client_id) == client_id,
            col(Reminder.status).in_((Status.FAILED, Status.UNDELIVERED, Status.UNKNOWN)),
            col(Reminder.attended_at).is_(None),
        )
        .values(attended_at=now)
        .execution_options(**QUIET)
    )


def wake(session: Session, client_id: int, reason: Reason) -> None:
    """Let a client's reminders that wait for this reason be decided at their scheduled time."""
    session.execute(
        update(Reminder)
        .where(
            is_status(Status.PLANNED),
            col(Reminder.client_id) == client_id,
            col(Reminder.reason) == reason,
        )
        .values(due_at=col(Reminder.scheduled_at), reason=None)
        .execution_options(**QUIET)
    )
