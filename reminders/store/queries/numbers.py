"""A month's numbers of a clinic: what became of its messages, who stopped, and how replies went."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from reminders.rules.counting import Cell
from reminders.rules.keywords import Kind
from reminders.rules.terms import Act, Channel
from reminders.store.tables import Attempt, Client, Consent, Reminder, Reply


def cells(session: Session, clinic_id: int, begins: date, ends: date) -> list[Cell]:
    """Count the messages that belong to the days from ``begins`` until before ``ends``, on the
    recipients' calendars, by channel, state and reason, with the segments that left.
    """
    its_attempt = and_(
        col(Attempt.reminder_id) == col(Reminder.id), col(Attempt.claim) == col(Reminder.claim)
    )
    group = (col(Reminder.channel), col(Reminder.status), col(Reminder.reason))
    rows = session.execute(
        select(*group, func.count(), func.coalesce(func.sum(col(Attempt.segments)), 0))
        .join(Attempt, its_attempt, isouter=True)
        .where(
            col(Reminder.clinic_id) == clinic_id,
            col(Reminder.due_on) >= begins,
            col(Reminder.due_on) < ends,
        )
        .group_by(*group)
    )
    return sorted((Cell(*row) for row in rows), key=str)


def opt_outs(
    session: Session, clinic_id: int, begins: datetime, ends: datetime
) -> dict[Channel, int]:
    """Count the clients who took their yes back in a span (UTC), by channel."""
    said = (
        select(col(Consent.channel), func.count(func.distinct(col(Consent.client_id))))
        .join(Client, col(Client.id) == col(Consent.client_id))
        .where(
            col(Client.clinic_id) == clinic_id,
            col(Consent.given).is_(False),
            col(Consent.act).is_distinct_from(Act.ERASURE),
            col(Consent.recorded_at) >= begins,
            col(Consent.recorded_at) < ends,
        )
        .group_by(col(Consent.channel))
    )
    return {row[0]: row[1] for row in session.execute(said)}


def replies(
    session: Session, clinic_id: int, begins: datetime, ends: datetime
) -> list[tuple[datetime, datetime | None]]:
    """Return when each reply for a person came in a span (UTC), and when it was answered or done."""
    done_at = func.coalesce(col(Reply.answered_at), col(Reply.done_at))
    wanted = select(col(Reply.received_at), done_at).where(
        col(Reply.clinic_id) == clinic_id,
        col(Reply.kind) == Kind.REPLY,
        col(Reply.received_at) >= begins,
        col(Reply.received_at) < ends,
    )
    return [(row[0], row[1]) for row in session.execute(wanted)]
