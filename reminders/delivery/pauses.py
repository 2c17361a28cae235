"""Pause and resume sending, for one clinic or for all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from reminders.rules.terms import Reason
from reminders.store.queries import pauses, plans, stored_settings
from reminders.store.tables import Clinic

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Pause:
    """Since when (UTC) everything is paused, and who did it."""

    at: datetime
    by: str


def pause(session: Session, clinic: Clinic | None, by: str, now: datetime) -> None:
    """Stop all handoffs for a clinic, or for all; the first pause is kept on record.

    Opt-outs, replies and receipts are still accepted, and reminders wait.
    """
    if clinic is None:
        if paused(session) is None:
            stored_settings.write(session, pauses.PAUSED, {"at": now.isoformat(), "by": by})
    elif clinic.paused_at is None:
        pauses.pause(session, clinic.id, now, by)
    log.warning("paused", clinic=clinic.id if clinic else None)


def resume_messages(session: Session, clinic: Clinic | None) -> None:
    """Resume a clinic, or all: reminders still useful are sent, stale ones are skipped."""
    if clinic is None:
        stored_settings.clear(session, pauses.PAUSED)
        pauses.wake(session, Reason.HALTED)
    else:
        pauses.pause(session, clinic.id, None, None)
        plans.wake(session, clinic.id, Reason.HALTED)
    log.warning("going on", clinic=clinic.id if clinic else None)


def paused(session: Session) -> Pause | None:
    """Return since when everything is paused; None where it is not."""
    said = stored_settings.read(session, pauses.PAUSED)
    return said and Pause(datetime.fromisoformat(said["at"]), said["by"])
