"""Queries for the provider's delivery reports, each stored once, and their attempts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from reminders.rules.bounces import MAILBOX_FULL
from reminders.rules.terms import LEFT, OPEN, Channel, Reason, Status
from reminders.store.queries.common import QUIET, insert_once, is_status
from reminders.store.tables import Attempt, Receipt, Reminder


@dataclass(frozen=True, slots=True)
class AttemptState:
    """The attempt a report is about, and where its reminder stands."""

    reminder_id: int
    claim: str
    clinic_id: int
    client_id: int
    contact: str
    status: Status
    account_id: int | None


def attempt_of(session: Session, attempt: str, provider_id: str) -> AttemptState | None:
    """Return the attempt of that token (reminder and claim) or, without one, of the provider's
    id; its client is locked until the transaction ends.
    """
    reminder_id, _, claim = attempt.partition(".")
    by_id = col(Attempt.provider_id) == provider_id
    by_token = (col(Attempt.reminder_id) == int(reminder_id or 0)) & (col(Attempt.claim) == claim)
    row = session.execute(
        select(
            col(Reminder.id),
            col(Attempt.claim),
            col(Reminder.clinic_id),
            col(Reminder.client_id),
            col(Attempt.contact),
            col(Reminder.status),
            col(Attempt.account_id),
        )
        .join_from(Attempt, Reminder, col(Reminder.id) == col(Attempt.reminder_id))
        .where(by_token if claim else by_id)
        .with_for_update(of=Reminder)
    ).first()
    return AttemptState(*row) if row else None


def keep(
    session: Session,
    reminder_id: int | None,
    provider_id: str,
    status: str,
    code: str | None,
    now: datetime,
) -> None:
    """Keep a report unless it is there already."""
    row = {
        "reminder_id": reminder_id,
        "provider_id": provider_id,
        "status": status,
        "code": code,
        "received_at": now,
    }
    insert_once(session, Receipt, row)


def reported(session: Session, provider_id: str) -> set[str]:
    """Return everything the provider reported about a message."""
    said = select(col(Receipt.status)).where(col(Receipt.provider_id) == provider_id)
    return set(session.scalars(said))


def prove(
    session: Session, of: AttemptState, status: Status, provider_id: str, now: datetime
) -> bool:
    """Move a reminder to where a report proves it stands, and tie the message to its attempt.

    Also one that is planned again: it left after all. A plan given up for another reason stays.
    """
    tied = update(Attempt).where(_is(of))
    session.execute(tied.values(provider_id=provider_id).execution_options(**QUIET))
    values: dict[str, Any] = {"status": status, "reason": None, "settled_at": now}
    values |= {"claim": of.claim, "lease_until": None}
    moved = (
        update(Reminder)
        .where(col(Reminder.id) == of.reminder_id, is_status(*(LEFT | OPEN)))
        .values(**values)
        .returning(col(Reminder.id))
    )
    return session.execute(moved.execution_options(**QUIET)).first() is not None


def plan_again(
    session: Session, of: AttemptState, provider_id: str, now: datetime, due_at: datetime
) -> None:
    """Plan a text once more that was taken and did not arrive, if it still helps by then and
    did not go again before; its attempt remembers that.
    """
    earlier = select(col(Attempt.id)).where(
        col(Attempt.reminder_id) == of.reminder_id, col(Attempt.unreached_at).is_not(None)
    )
    again = update(Reminder).where(
        col(Reminder.id) == of.reminder_id,
        is_status(*LEFT),
        col(Reminder.claim) == of.claim,
        col(Reminder.stale_at) > due_at,
        ~earlier.exists(),
    )
    values = {"status": Status.PLANNED, "reason": Reason.UNREACHED, "due_at": due_at}
    free = {"claim": None, "lease_until": None, "settled_at": None}
    moved = again.values(**values, **free).returning(col(Reminder.id)).execution_options(**QUIET)
    if session.execute(moved).first() is not None:
        attempt = update(Attempt).where(_is(of))
        noted = attempt.values(unreached_at=now, provider_id=provider_id)
        session.execute(noted.execution_options(**QUIET))


def was_replanned(session: Session, of: AttemptState) -> bool:
    """Say whether this attempt did not reach the client, so that its reminder was planned again."""
    noted = select(col(Attempt.unreached_at)).where(_is(of))
    return session.scalar(noted) is not None


def _is(of: AttemptState) -> ColumnElement[bool]:
    return and_(col(Attempt.reminder_id) == of.reminder_id, col(Attempt.claim) == of.claim)


@dataclass(frozen=True, slots=True)
class LastAttempt:
    """The last attempt of a reminder that left, or may have."""

    reminder_id: int
    claim: str
    clinic_id: int
    client_id: int
    channel: Channel
    contact: str
    provider_id: str | None


def last_sent(session: Session, reminder_id: int) -> LastAttempt | None:
    """Return the last attempt of a reminder; its clients are not locked."""
    row = session.execute(
        select(
            col(Reminder.id),
            col(Attempt.claim),
            col(Reminder.clinic_id),
            col(Reminder.client_id),
            col(Reminder.channel),
            col(Attempt.contact),
            col(Attempt.provider_id),
        )
        .join_from(Attempt, Reminder, col(Reminder.id) == col(Attempt.reminder_id))
        .where(col(Reminder.id) == reminder_id)
        .order_by(col(Attempt.id).desc())
        .limit(1)
    ).first()
    return LastAttempt(*row) if row else None


def full_on(session: Session, sent: LastAttempt, since: datetime) -> set[date]:
    """Return the days (UTC) since then on which this client's mailbox at this address was full."""
    rows = session.scalars(
        select(col(Receipt.received_at))
        .join(Reminder, col(Reminder.id) == col(Receipt.reminder_id))
        .join(Attempt, col(Attempt.reminder_id) == col(Reminder.id))
        .where(
            col(Reminder.client_id) == sent.client_id,
            col(Attempt.contact) == sent.contact,
            col(Receipt.code).in_(MAILBOX_FULL),
            col(Receipt.received_at) >= since,
        )
    )
    return {at.date() for at in rows}
