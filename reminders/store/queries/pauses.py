"""Halts: who paused what, and whether the database is held until somebody looked at it."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from reminders.rules.terms import Reason, Status
from reminders.store.queries.common import QUIET, is_status, put
from reminders.store.tables import Clinic, Mark, Reminder

PAUSED = "paused"
"""The mark that pauses every clinic; its value says since when and by whom."""

HELD = "held"
"""The mark that holds a database which may be older than what was sent; its value says why."""


def read(session: Session, name: str) -> Any:
    """Return what a mark says; None where it is not set."""
    value = session.scalar(select(col(Mark.value)).where(col(Mark.name) == name))
    return None if value is None else json.loads(value)


def write(session: Session, name: str, value: Any) -> None:
    """Set a mark."""
    put(session, Mark, {"name": name, "value": json.dumps(value)}, "name")


def clear(session: Session, *names: str) -> None:
    """Take marks away."""
    session.execute(delete(Mark).where(col(Mark.name).in_(names)).execution_options(**QUIET))


def pause(session: Session, clinic_id: int, at: datetime | None, by: str | None) -> None:
    """Pause one clinic at an instant (UTC), or let it go on with None."""
    row = update(Clinic).where(col(Clinic.id) == clinic_id).values(paused_at=at, paused_by=by)
    session.execute(row)


def wake(session: Session, *reasons: Reason) -> None:
    """Let whatever waits for one of these reasons be looked at as soon as it was wanted."""
    waiting = update(Reminder).where(is_status(Status.PLANNED), col(Reminder.reason).in_(reasons))
    session.execute(
        waiting.values(due_at=col(Reminder.scheduled_at), reason=None).execution_options(**QUIET)
    )
