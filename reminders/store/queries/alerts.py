"""Queries for alerts: those due by email, and those already sent."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, func, literal, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from reminders.store.column_types import Instant
from reminders.store.queries.common import QUIET, asked_once, insert_once
from reminders.store.tables import Alert, Clinic


@dataclass(frozen=True, slots=True)
class DueAlert:
    """An alert to be sent now, to this address; ``raised_at`` is UTC."""

    alert_id: int
    to: str
    subject: str
    body: str
    raised_at: datetime


def add(session: Session, row: dict[str, Any]) -> None:
    """Keep an alert unless one of that key is there."""
    insert_once(session, Alert, row)


def take_due(
    session: Session,
    now: datetime,
    *,
    operator: str,
    waits: tuple[timedelta, ...],
    since: datetime,
    limit: int,
) -> list[DueAlert]:
    """Take what is due, raised after ``since``, the oldest first, and note when to try it next:
    after each of ``waits`` in turn, so that nothing is lost if this try fails. The operator's own
    is left where ``operator`` is no address.
    """
    whose = () if operator else (col(Alert.clinic_id).is_not(None),)
    due = (
        select(col(Alert.id))
        .where(col(Alert.sent_at).is_(None), col(Alert.due_at) <= now, *whose)
        .where(col(Alert.raised_at) > since)
        .order_by(col(Alert.due_at))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    again = [literal(now + wait, Instant) for wait in waits]
    taken = (
        update(Alert)
        .where(col(Alert.id).in_(asked_once(due)))
        .values(
            attempts=col(Alert.attempts) + 1,
            due_at=case(dict(enumerate(again)), value=col(Alert.attempts), else_=again[-1]),
        )
        .returning(col(Alert.id))
        .execution_options(**QUIET)
    )
    ids = list(session.scalars(taken))
    address = func.coalesce(col(Alert.address), col(Clinic.email), operator)
    rows = session.execute(
        select(col(Alert.id), address, col(Alert.subject), col(Alert.body), col(Alert.raised_at))
        .outerjoin(Clinic, col(Clinic.id) == col(Alert.clinic_id))
        .where(col(Alert.id).in_(ids))
        .order_by(col(Alert.id))
    )
    return [DueAlert(*row) for row in rows]


def sent(session: Session, alert_id: int, now: datetime) -> None:
    """Note that an alert was taken by the mail server."""
    session.execute(
        update(Alert)
        .where(col(Alert.id) == alert_id)
        .values(sent_at=now)
        .execution_options(**QUIET)
    )


def unsent(
    session: Session, since: datetime, before: datetime, clinic_id: int | None = None
) -> list[tuple[int, datetime, bool]]:
    """Return the alerts raised between two instants that were not sent yet, of one clinic or of
    all: how many, since when, and whether they were tried at all or have no address.
    """
    tried = col(Alert.attempts) > 0
    late = select(func.count(), func.min(col(Alert.raised_at)), tried).where(
        col(Alert.sent_at).is_(None), col(Alert.raised_at) < before, col(Alert.raised_at) > since
    )
    if clinic_id is not None:
        late = late.where(col(Alert.clinic_id) == clinic_id)
    return [(row[0], row[1], bool(row[2])) for row in session.execute(late.group_by(tried))]


def raised(session: Session, keys: Collection[str]) -> set[str]:
    """Return which of these keys an alert was raised under."""
    return set(session.scalars(select(col(Alert.key)).where(col(Alert.key).in_(keys))))
