"""Queries for handoffs of unknown outcome: whom to ask about, and what was found."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, bindparam, literal, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from reminders.rules.decision import Settled
from reminders.rules.reconciliation import UnconfirmedAttempt
from reminders.rules.terms import Channel, Status
from reminders.store.queries.common import QUIET, asked, is_status
from reminders.store.tables import Attempt, Reminder

_COLUMNS: tuple[Any, ...] = (
    col(Reminder.id).label("reminder_id"),
    col(Attempt.claim),
    col(Reminder.clinic_id),
    col(Reminder.client_id),
    col(Reminder.channel),
    col(Reminder.status),
    col(Attempt.contact),
    col(Attempt.body),
    col(Attempt.handoff_at),
    col(Reminder.stale_at),
    col(Reminder.failed_lookups),
    col(Reminder.unproven_attempts),
    col(Attempt.account_id),
)


def _doubts() -> Select[Any]:
    theirs = and_(
        col(Attempt.reminder_id) == col(Reminder.id), col(Attempt.claim) == col(Reminder.claim)
    )
    return select(*_COLUMNS).join_from(Reminder, Attempt, theirs)


_DUE = (
    select(literal(1))
    .where(is_status(Status.HANDOFF), col(Reminder.due_at) <= bindparam("now"))
    .limit(literal(1, literal_execute=True))
)


def is_any_due(session: Session, now: datetime) -> bool:
    """Say whether the end of any handoff is to be asked for by now."""
    return asked(session, _DUE, now=now).first() is not None


def take(
    session: Session, now: datetime, again_in: timedelta, limit: int
) -> list[UnconfirmedAttempt]:
    """Return handoffs whose end is to be asked for by now, and let nobody else ask for a while."""
    due = (
        _doubts()
        .where(is_status(Status.HANDOFF), col(Reminder.due_at) <= now)
        .order_by(col(Reminder.due_at))
        .limit(limit)
        .with_for_update(of=Reminder, skip_locked=True)
    )
    attempts = [UnconfirmedAttempt(**row._mapping) for row in session.execute(due)]
    ours = col(Reminder.id).in_([attempt.reminder_id for attempt in attempts])
    later = update(Reminder).where(ours).values(due_at=now + again_in)
    session.execute(later.execution_options(**QUIET))
    return attempts


def unknown(session: Session, since: datetime) -> list[UnconfirmedAttempt]:
    """Return the texts given up as unknown since then: a provider that answers again may know."""
    given_up = _doubts().where(
        is_status(Status.UNKNOWN),
        col(Reminder.channel) == Channel.SMS,
        col(Reminder.handoff_at) >= since,
    )
    return [UnconfirmedAttempt(**row._mapping) for row in session.execute(given_up)]


def make_due(session: Session, asked_by: datetime, now: datetime) -> int:
    """Make every handoff older than ``asked_by`` due to be asked for now; return the count."""
    old = (
        update(Reminder)
        .where(is_status(Status.HANDOFF), col(Reminder.handoff_at) <= asked_by)
        .values(due_at=now)
        .returning(col(Reminder.id))
    )
    return len(session.execute(old.execution_options(**QUIET)).all())


def known(session: Session, contacts: Collection[str], since: datetime) -> dict[str, set[str]]:
    """Return the provider's ids that attempts to each contact already have."""
    found: dict[str, set[str]] = {contact: set() for contact in contacts}
    rows = session.execute(
        select(col(Attempt.contact), col(Attempt.provider_id)).where(
            col(Attempt.contact).in_(contacts),
            col(Attempt.provider_id).is_not(None),
            col(Attempt.handoff_at) >= since,
        )
    )
    for contact, provider_id in rows:
        found[contact].add(str(provider_id))
    return found


def settle(
    session: Session, attempt: UnconfirmedAttempt, settled: Settled, now: datetime, *, missed: bool
) -> bool:
    """Move a handoff on, unless somebody else did or asked about it meanwhile."""
    values: dict[str, Any] = {"status": settled.status, "reason": settled.reason}
    values["failed_lookups"] = attempt.failed_lookups + missed
    if settled.due_at is not None:
        values["due_at"] = settled.due_at
    if settled.status is Status.PLANNED:
        in_doubt = attempt.unproven_attempts + (attempt.channel is Channel.EMAIL)
        values |= {"claim": None, "lease_until": None, "unproven_attempts": in_doubt}
    elif settled.status is not Status.HANDOFF:
        values["settled_at"] = now
    ours = (
        col(Reminder.id) == attempt.reminder_id,
        col(Reminder.claim) == attempt.claim,
        col(Reminder.status) == attempt.status,
        col(Reminder.failed_lookups) == attempt.failed_lookups,
    )
    moved = update(Reminder).where(*ours).values(**values).returning(col(Reminder.id))
    return session.execute(moved.execution_options(**QUIET)).first() is not None


def contacts_of(attempts: Sequence[UnconfirmedAttempt]) -> set[str]:
    """Return whom these doubts are about."""
    return {attempt.contact for attempt in attempts}
