"""The worker's questions: what is due, whose claim holds, what has left and what came of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select, tuple_, update
from sqlalchemy.orm import Session
from sqlmodel import col

from reminders.rules.deciding import Settled
from reminders.rules.terms import Facts, Message, Reason, Status
from reminders.store.queries.common import QUIET, insert_once, is_status, put
from reminders.store.tables import Attempt, Client, Heartbeat, Reminder, Suppression

Claim = tuple[int, str]
"""A reminder's id and the token under which it is held."""


def claim_due(
    session: Session,
    now: datetime,
    *,
    claim: str,
    lease: timedelta,
    limit: int,
) -> list[int]:
    """Claim up to ``limit`` due reminders, the longest due first, and return their ids.

    Rows that another worker is claiming at this moment are passed over, not waited for.
    """
    due = (
        select(col(Reminder.id))
        .where(is_status(Status.PLANNED), col(Reminder.due_at) <= now)
        .order_by(col(Reminder.due_at))
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    claimed = (
        update(Reminder)
        .where(col(Reminder.id).in_(select(due.c.id)))
        .values(status=Status.CLAIMED, claim=claim, lease_until=now + lease)
        .returning(col(Reminder.id))
        .execution_options(**QUIET)
    )
    return [row[0] for row in session.execute(claimed)]


def move_held(
    session: Session,
    claims: Sequence[Claim],
    held: Collection[Status],
    **values: Any,
) -> set[int]:
    """Change the rows that we still hold in one of these states, and return which those were."""
    if not claims:
        return set()
    ours = (
        update(Reminder)
        .where(tuple_(col(Reminder.id), col(Reminder.claim)).in_(claims), is_status(*held))
        .values(**values)
        .returning(col(Reminder.id))
        .execution_options(**QUIET)
    )
    return {row[0] for row in session.execute(ours)}


def release(session: Session, claims: Sequence[Claim]) -> int:
    """Give claimed reminders back untouched, as a worker does that is told to stop."""
    free = {"status": Status.PLANNED, "claim": None, "lease_until": None}
    return len(move_held(session, claims, {Status.CLAIMED}, **free))


def rescue(session: Session, now: datetime) -> int:
    """Give back what a worker claimed and no longer holds; what it handed off stays put."""
    stranded = (
        update(Reminder)
        .where(is_status(Status.CLAIMED), col(Reminder.lease_until) < now)
        .values(status=Status.PLANNED, claim=None, lease_until=None)
        .returning(col(Reminder.id))
        .execution_options(**QUIET)
    )
    return len(session.execute(stranded).all())


def give_up_unproven(session: Session, now: datetime, patience: timedelta) -> int:
    """Mark as unknown what was handed off and could not be proven while it still mattered."""
    unproven = (
        update(Reminder)
        .where(
            is_status(Status.HANDOFF),
            col(Reminder.handoff_at) < now - patience,
            col(Reminder.stale_at) < now,
        )
        .values(status=Status.UNKNOWN, reason=Reason.UNPROVEN, settled_at=now)
        .returning(col(Reminder.id))
        .execution_options(**QUIET)
    )
    return len(session.execute(unproven).all())


def next_due_at(session: Session) -> datetime | None:
    """Return when the next planned reminder is to be looked at (UTC)."""
    return session.scalar(select(func.min(col(Reminder.due_at))).where(is_status(Status.PLANNED)))


def lock_clients(session: Session, ids: Collection[int]) -> None:
    """Let nobody else change or message these clients until the transaction ends."""
    wanted = select(col(Client.id)).where(col(Client.id).in_(ids)).order_by(col(Client.id))
    session.scalars(wanted.with_for_update()).all()


def record_handoff(
    session: Session,
    leaving: Sequence[tuple[Facts, Message]],
    now: datetime,
) -> set[int]:
    """Mark these as handed off, with an attempt each, and return which were still ours."""
    claims = [claim_of(held) for held, _ in leaving]
    ours = move_held(
        session,
        claims,
        {Status.CLAIMED},
        status=Status.HANDOFF,
        handoff_at=now,
        attempts=col(Reminder.attempts) + 1,
    )
    rows = [_attempt(held, message, now) for held, message in leaving if held.reminder_id in ours]
    if rows:
        session.execute(insert(Attempt), rows)
    return ours


def _attempt(held: Facts, message: Message, now: datetime) -> dict[str, Any]:
    return {
        "reminder_id": held.reminder_id,
        "claim": held.claim,
        "handoff_at": now,
        "contact": message.to,
        "subject": message.subject,
        "body": message.text,
        "segments": message.segments,
    }


def settle(session: Session, held: Facts, settled: Settled, now: datetime) -> bool:
    """Move a reminder we hold to where it belongs; False if the claim was no longer ours."""
    values: dict[str, Any] = {"status": settled.status, "reason": settled.reason}
    if settled.status is Status.PLANNED:
        values |= {"claim": None, "lease_until": None, "due_at": settled.due_at}
    elif settled.status is not Status.HANDOFF:
        values["settled_at"] = now
    return bool(move_held(session, [claim_of(held)], {Status.CLAIMED, Status.HANDOFF}, **values))


def settle_attempt(
    session: Session,
    held: Facts,
    now: datetime,
    *,
    outcome: str,
    code: str | None,
    provider_id: str | None,
) -> None:
    """Write down what came of an attempt."""
    session.execute(
        update(Attempt)
        .where(col(Attempt.reminder_id) == held.reminder_id, col(Attempt.claim) == held.claim)
        .values(outcome=outcome, code=code, provider_id=provider_id, settled_at=now)
        .execution_options(**QUIET),
    )


def suppress(
    session: Session,
    clinic_id: int,
    contact: str,
    reason: Reason,
    *,
    source: str,
    now: datetime,
) -> None:
    """Note that this clinic must not message this contact; the first note stands."""
    row = {
        "clinic_id": clinic_id,
        "contact": contact,
        "reason": reason,
        "source": source,
        "suppressed_at": now,
    }
    insert_once(session, Suppression, row)


def beat(session: Session, name: str, now: datetime) -> None:
    """Note that this heartbeat beat."""
    put(session, Heartbeat, {"name": name, "beat_at": now}, "name")


def last_beat(session: Session) -> datetime | None:
    """Return when any heartbeat last beat (UTC)."""
    return session.scalar(select(func.max(col(Heartbeat.beat_at))))


def claim_of(held: Facts) -> Claim:
    """Return under which token a reminder is held."""
    return held.reminder_id, held.claim
