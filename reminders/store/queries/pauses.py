"""Queries to pause and resume sending, for one clinic or for all."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session
from sqlmodel import col

from reminders.rules.terms import Reason, Status
from reminders.store.queries.common import QUIET, is_status
from reminders.store.tables import Clinic, Reminder

PAUSED = "paused"
"""The stored setting that pauses every clinic; its value says since when and by whom."""

HELD = "held"
"""The stored setting that holds a database which may be older than what was sent; its value says
why."""


def pause(session: Session, clinic_id: int, at: datetime | None, by: str | None) -> None:
    """Pause one clinic at an instant (UTC), or resume it with None."""
    row = update(Clinic).where(col(Clinic.id) == clinic_id).values(paused_at=at, paused_by=by)
    session.execute(row)


def wake(session: Session, *reasons: Reason) -> None:
    """Let whatever waits for one of these reasons be looked at as soon as it was wanted."""
    waiting = update(Reminder).where(is_status(Status.PLANNED), col(Reminder.reason).in_(reasons))
    session.execute(
        waiting.values(due_at=col(Reminder.scheduled_at), reason=None).execution_options(**QUIET)
    )
