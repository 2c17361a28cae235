"""Queries for the page Today: what was sent, what is planned, what went wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from reminders.rules.terms import Channel, Reason, Status
from reminders.store.queries.common import is_status
from reminders.store.tables import Attempt, Client, Lane, Receipt, Reminder, Wording

TROUBLED = timedelta(days=14)
"""After so long a failed message is no longer listed."""

_TROUBLE = text(
    "reminder.status IN ('failed', 'undelivered', 'unknown') AND reminder.attended_at IS NULL"
)


@dataclass(frozen=True, slots=True)
class MessageLine:
    """One message with whose it is; ``at`` is when it left or will (UTC), ``code`` what the
    provider said of it.
    """

    reminder_id: int
    client_id: int
    first_name: str
    last_name: str
    milestone: str
    channel: Channel
    status: Status
    reason: Reason | None
    at: datetime
    code: str = ""


_WHOSE: tuple[Any, ...] = (
    col(Reminder.id),
    col(Reminder.client_id),
    col(Client.first_name),
    col(Client.last_name),
    col(Reminder.milestone),
    col(Reminder.channel),
    col(Reminder.status),
    col(Reminder.reason),
)


def _of_clinic(clinic_id: int, at: Any) -> Select[Any]:
    return (
        select(*_WHOSE, at)
        .join_from(Reminder, Client, col(Client.id) == col(Reminder.client_id))
        .where(col(Reminder.clinic_id) == clinic_id)
    )


def sent_since(session: Session, clinic_id: int, since: datetime, limit: int) -> list[MessageLine]:
    """Return what left since then, the latest first."""
    at = col(Reminder.handoff_at)
    rows = session.execute(
        _of_clinic(clinic_id, at).where(at >= since).order_by(at.desc()).limit(limit)
    )
    return [MessageLine(*row) for row in rows]


def count_sent(session: Session, clinic_id: int, since: datetime) -> int:
    """Count what left since then."""
    at = col(Reminder.handoff_at)
    left = select(func.count()).where(col(Reminder.clinic_id) == clinic_id, at >= since)
    return session.scalar(left.select_from(Reminder)) or 0


def planned_until(
    session: Session, clinic_id: int, until: datetime, limit: int
) -> list[MessageLine]:
    """Return what is planned until then, the next first; each channel by its own index."""
    found: list[MessageLine] = []
    for channel in Channel:
        rows = session.execute(
            _of_clinic(clinic_id, col(Reminder.due_at))
            .where(
                is_status(Status.PLANNED),
                col(Reminder.channel) == channel,
                col(Reminder.due_at) < until,
            )
            .order_by(col(Reminder.due_at))
            .limit(limit)
        )
        found += [MessageLine(*row) for row in rows]
    return sorted(found, key=lambda one: (one.at, one.reminder_id))[:limit]


def count_planned(session: Session, clinic_id: int, until: datetime) -> int:
    """Count what is planned until then."""
    planned = select(func.count()).where(
        is_status(Status.PLANNED),
        col(Reminder.clinic_id) == clinic_id,
        col(Reminder.channel).in_(list(Channel)),
        col(Reminder.due_at) < until,
    )
    return session.scalar(planned.select_from(Reminder)) or 0


def troubles(
    session: Session, clinic_id: int, now: datetime, limit: int = 200
) -> list[MessageLine]:
    """Return messages that failed or are unknown, and that staff have not dealt with yet."""
    reported = (
        select(func.max(col(Receipt.code)))
        .where(col(Receipt.provider_id) == Attempt.provider_id)
        .correlate(Attempt)
        .scalar_subquery()
    )
    code = func.coalesce(reported, col(Attempt.code), "")
    rows = session.execute(
        _of_clinic(clinic_id, col(Reminder.settled_at))
        .add_columns(code)
        .outerjoin(
            Attempt,
            (col(Attempt.reminder_id) == Reminder.id) & (col(Attempt.claim) == Reminder.claim),
        )
        .where(_TROUBLE, col(Reminder.settled_at) > now - TROUBLED)
        .order_by(col(Reminder.settled_at).desc())
        .limit(limit)
    )
    return [MessageLine(*row) for row in rows]


def count_troubled(session: Session, clinic_id: int, now: datetime) -> int:
    """Count the clients with such a message."""
    clients = select(func.count(func.distinct(col(Reminder.client_id)))).where(
        _TROUBLE, col(Reminder.clinic_id) == clinic_id, col(Reminder.settled_at) > now - TROUBLED
    )
    return session.scalar(clients.select_from(Reminder)) or 0


def stopped(session: Session, clinic_id: int) -> list[Lane]:
    """Return a clinic's lanes that a fault has stopped."""
    wanted = select(Lane).where(
        col(Lane.clinic_id) == clinic_id, col(Lane.stopped_since).is_not(None)
    )
    return list(session.scalars(wanted))


def overdue_reviews(session: Session, clinic_id: int, today: date) -> list[Wording]:
    """Return the wordings in use whose review is overdue."""
    latest = (
        select(func.max(col(Wording.id)))
        .where(col(Wording.clinic_id) == clinic_id, col(Wording.approved_at).is_not(None))
        .group_by(col(Wording.protocol), col(Wording.milestone), col(Wording.language))
    )
    wanted = select(Wording).where(col(Wording.id).in_(latest), col(Wording.review_by) < today)
    return list(session.scalars(wanted))
