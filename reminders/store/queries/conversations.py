"""Queries for the inbox: the texts to and from one number, waiting, assigned or done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from reminders.rules.terms import Channel
from reminders.store.queries.common import QUIET
from reminders.store.queries.replies import FOR_A_PERSON
from reminders.store.tables import Attempt, Reminder, Reply

SHOWN = 100
"""How many conversations a page shows."""


def count_waiting(session: Session, clinic_id: int) -> int:
    """Count a clinic's texts that wait for a person."""
    waiting = select(func.count()).where(
        col(Reply.clinic_id) == clinic_id, col(Reply.done_at).is_(None), FOR_A_PERSON
    )
    return session.scalar(waiting.select_from(Reply)) or 0


def latest(
    session: Session, clinic_id: int, *, done: bool, whose: int | None = None
) -> list[Reply]:
    """Return the last text of each number that waits, alarms first, then the longest waiting; or
    of those that are done, the latest first. ``whose`` asks for one member of staff's only.
    """
    state = col(Reply.done_at).is_not(None) if done else col(Reply.done_at).is_(None)
    wanted = select(Reply).where(col(Reply.clinic_id) == clinic_id, state, FOR_A_PERSON)
    if whose is not None:
        wanted = wanted.where(col(Reply.assigned_to) == whose)
    order = (
        (col(Reply.done_at).desc(),)
        if done
        else (col(Reply.alarm).is_(None), col(Reply.received_at))
    )
    found: dict[str, Reply] = {}
    for reply in session.scalars(wanted.order_by(*order).limit(4 * SHOWN)):
        found.setdefault(reply.contact, reply)
    return list(found.values())[:SHOWN]


def page(session: Session, clinic_id: int, after: int, limit: int, *, waiting: bool) -> list[Reply]:
    """Return a clinic's texts with ids above ``after``, by id; those ``waiting`` for a person, or
    all.
    """
    wanted = select(Reply).where(col(Reply.clinic_id) == clinic_id, col(Reply.id) > after)
    if waiting:
        wanted = wanted.where(col(Reply.done_at).is_(None), FOR_A_PERSON)
    return list(session.scalars(wanted.order_by(col(Reply.id)).limit(limit)))


@dataclass(frozen=True, slots=True)
class SentText:
    """One text of ours to a number."""

    at: datetime
    milestone: str
    status: str
    reason: str | None
    body: str


def last_received(session: Session, clinic_id: int, contact: str) -> list[Reply]:
    """Return all texts from a number to a clinic, the oldest first."""
    wanted = select(Reply).where(col(Reply.clinic_id) == clinic_id, col(Reply.contact) == contact)
    return list(session.scalars(wanted.order_by(col(Reply.received_at), col(Reply.id))))


def last_sent(
    session: Session, clinic_id: int, clients: Sequence[int], contact: str
) -> list[SentText]:
    """Return the texts sent to these clients on this number, the oldest first."""
    rows = session.execute(
        select(
            col(Attempt.handoff_at),
            col(Reminder.milestone),
            col(Reminder.status),
            col(Reminder.reason),
            col(Attempt.body),
        )
        .join(Reminder, col(Reminder.id) == col(Attempt.reminder_id))
        .where(
            col(Reminder.clinic_id) == clinic_id,
            col(Reminder.client_id).in_(clients),
            col(Reminder.channel) == Channel.SMS,
            col(Attempt.contact) == contact,
        )
        .order_by(col(Attempt.handoff_at))
    )
    return [SentText(*row) for row in rows]


def change(session: Session, clinic_id: int, contact: str, *, done: bool, **values: Any) -> None:
    """Change all that waits (or, of what is ``done``, all) of a number's texts at a clinic."""
    state = col(Reply.done_at).is_not(None) if done else col(Reply.done_at).is_(None)
    session.execute(
        update(Reply)
        .where(col(Reply.clinic_id) == clinic_id, col(Reply.contact) == contact, state)
        .values(**values)
        .execution_options(**QUIET)
    )


def reopen(session: Session, clinic_id: int, client_id: int, since: datetime) -> None:
    """Reopen what was answered since then, because the answer was undone."""
    session.execute(
        update(Reply)
        .where(
            col(Reply.clinic_id) == clinic_id,
            col(Reply.client_id) == client_id,
            col(Reply.answered_at) >= since,
        )
        .values(answered_at=None, done_at=None)
        .execution_options(**QUIET)
    )
