"""List the messages that a clinic in practice mode would have sent, the latest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from reminders.rules.terms import Channel
from reminders.store.queries.desk import NotAtClinic
from reminders.store.tables import Attempt, Client, Reminder

PAGE = 30


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """One message that was written to a file instead of being sent."""

    attempt_id: int
    client_id: int
    first_name: str
    last_name: str
    milestone: str
    channel: Channel
    at: datetime
    contact: str
    subject: str
    body: str
    segments: int
    file: str | None


_KEPT: Any = (
    select(
        col(Attempt.id),
        col(Reminder.client_id),
        col(Client.first_name),
        col(Client.last_name),
        col(Reminder.milestone),
        col(Reminder.channel),
        col(Attempt.handoff_at),
        col(Attempt.contact),
        col(Attempt.subject),
        col(Attempt.body),
        col(Attempt.segments),
        col(Attempt.provider_id),
    )
    .join_from(Attempt, Reminder, col(Reminder.id) == col(Attempt.reminder_id))
    .join(Client, col(Client.id) == col(Reminder.client_id))
)


def page(session: Session, clinic_id: int, before: int | None = None) -> list[OutboxMessage]:
    """Return the latest messages of a clinic, or those before that attempt."""
    wanted = _KEPT.where(
        col(Reminder.clinic_id) == clinic_id, col(Attempt.provider_id).is_not(None)
    )
    if before is not None:
        wanted = wanted.where(col(Attempt.id) < before)
    rows = session.execute(wanted.order_by(col(Attempt.id).desc()).limit(PAGE))
    return [OutboxMessage(*row) for row in rows]


def one(session: Session, clinic_id: int, attempt_id: int) -> OutboxMessage:
    """Return one message of a clinic; raises ``NotHere``."""
    wanted = _KEPT.where(col(Reminder.clinic_id) == clinic_id, col(Attempt.id) == attempt_id)
    row = session.execute(wanted).first()
    if row is None:
        raise NotAtClinic
    return OutboxMessage(*row)
