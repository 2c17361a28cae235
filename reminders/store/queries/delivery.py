"""The worker's questions: what is due, whose claim holds, what has left and what came of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, insert, select, tuple_, update
from sqlalchemy.orm import Session
from sqlmodel import col

from reminders.rules.deciding import Settled
from reminders.rules.terms import Channel, Facts, Message, Reason, Status
from reminders.store.queries.common import QUIET, insert_once, is_status, put
from reminders.store.queries.lanes import Key
from reminders.store.tables import Attempt, Client, Heartbeat, Outage, Reminder, Suppression

Claim = tuple[int, str]
"""A reminder's id and the token under which it is held."""


def claim_due(
    session: Session,
    now: datetime,
    *,
    lane: Key,
    claim: str,
    lease: timedelta,
    limit: int,
) -> list[int]:
    """Claim up to ``limit`` due reminders of a lane, the longest due first; return their ids.

    Rows that somebody else is changing at this moment are passed over, not waited for.
    """
    clinic_id, channel = lane
    due = (
        select(col(Reminder.id))
        .where(
            col(Reminder.clinic_id) == clinic_id,
            col(Reminder.channel) == channel,
            is_status(Status.PLANNED),
            col(Reminder.due_at) <= now,
        )
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


def lock_clients(session: Session, ids: Collection[int]) -> None:
    """Let nobody else change or message these clients until the transaction ends."""
    wanted = select(col(Client.id)).where(col(Client.id).in_(ids)).order_by(col(Client.id))
    session.scalars(wanted.with_for_update()).all()


def record_handoff(
    session: Session,
    leaving: Sequence[tuple[Facts, Message]],
    now: datetime,
    ask_at: Mapping[Channel, datetime],
) -> set[int]:
    """Mark these as handed off, with an attempt each, to be asked for at ``ask_at`` if nobody
    says what came of them; return which were still ours.
    """
    ours: set[int] = set()
    for channel, due_at in ask_at.items():
        ours |= move_held(
            session,
            [claim_of(held) for held, _ in leaving if held.channel is channel],
            {Status.CLAIMED},
            status=Status.HANDOFF,
            reason=None,
            handoff_at=now,
            due_at=due_at,
            misses=0,
            attempts=col(Reminder.attempts) + 1,
        )
    rows = [_attempt(held, message, now) for held, message in leaving if held.reminder_id in ours]
    if rows:
        session.connection().execute(insert(Attempt.__table__), rows)  # type: ignore[attr-defined]
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


def settle(
    session: Session,
    held: Sequence[Facts],
    settled: Settled,
    now: datetime,
) -> set[int]:
    """Move reminders that we hold to where they belong, and return which were still ours."""
    values: dict[str, Any] = {"status": settled.status, "reason": settled.reason}
    if settled.status is Status.PLANNED:
        values |= {"claim": None, "lease_until": None, "due_at": settled.due_at}
    elif settled.status is not Status.HANDOFF:
        values["settled_at"] = now
    if settled.attempts is not None:
        values["attempts"] = settled.attempts
    claims = [claim_of(one) for one in held]
    return move_held(session, claims, {Status.CLAIMED, Status.HANDOFF}, **values)


_ATTEMPT_ENDED = (
    update(Attempt.__table__)  # type: ignore[attr-defined]
    .where(
        col(Attempt.reminder_id) == bindparam("of_reminder"),
        col(Attempt.claim) == bindparam("of_claim"),
    )
    .values(
        outcome=bindparam("to_outcome"),
        code=bindparam("to_code"),
        provider_id=bindparam("to_provider_id"),
        settled_at=bindparam("to_settled_at"),
    )
)


@dataclass(frozen=True, slots=True)
class Ended:
    """How an attempt ended."""

    of: Claim
    outcome: str
    code: str = ""
    provider_id: str = ""


def end_attempts(session: Session, ended: Sequence[Ended], now: datetime) -> None:
    """Write down what came of these attempts."""
    rows = [
        {
            "of_reminder": one.of[0],
            "of_claim": one.of[1],
            "to_outcome": one.outcome,
            "to_code": one.code or None,
            "to_provider_id": one.provider_id or None,
            "to_settled_at": now,
        }
        for one in ended
    ]
    if rows:
        session.connection().execute(_ATTEMPT_ENDED, rows)


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


def note_outage(
    session: Session, began_at: datetime, ended_at: datetime, missed: Mapping[int, int]
) -> None:
    """Note for each clinic how many reminders it missed while nothing was sent."""
    span = {"began_at": began_at, "ended_at": ended_at}
    rows = [{"clinic_id": clinic, "missed": count, **span} for clinic, count in missed.items()]
    if rows:
        session.execute(insert(Outage), rows)


def claim_of(held: Facts) -> Claim:
    """Return under which token a reminder is held."""
    return held.reminder_id, held.claim
