"""Queries after a restore: reminders that may have left already, and what was proven."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, or_, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from reminders.rules.terms import OPEN, Channel, Facts, Reason, Status
from reminders.store.column_types import among
from reminders.store.queries.common import QUIET, asked, table_of
from reminders.store.tables import Attempt, Client, Reminder

R, C, A = table_of(Reminder), table_of(Client), table_of(Attempt)

_OPEN_TEXTS = (
    select(R.c.id)
    .join_from(R, C, C.c.id == R.c.client_id)
    .where(
        R.c.status.in_(OPEN),
        R.c.channel == Channel.SMS,
        among(C.c.phone, "contacts"),
    )
    .order_by(R.c.scheduled_at, R.c.id)
)
_KNOWN = select(A.c.provider_id).where(among(A.c.provider_id, "ids"))
_IN_DOUBT = select(A.c.contact).where(among(A.c.contact, "contacts"), A.c.outcome.is_(None))


_STILL_OPEN = (
    select(R.c.id)
    .where(among(R.c.id, "ids"), R.c.status.in_(OPEN))
    .order_by(R.c.id)
    .with_for_update()
)
_END = (
    update(R)
    .where(R.c.id == bindparam("of"))
    .values(
        status=bindparam("ended"),
        reason=bindparam("why"),
        claim=bindparam("token"),
        handoff_at=bindparam("left_at"),
        settled_at=bindparam("now"),
    )
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found out of an open reminder: how it ended, and the provider's word for it."""

    reminder: Facts
    status: Status
    left_at: datetime | None = None
    provider_id: str = ""
    text: str = ""


def known(session: Session, provider_ids: Sequence[str]) -> set[str]:
    """Return which of the provider's messages attempts of ours already have."""
    return set(asked(session, _KNOWN, ids=provider_ids).scalars())


def in_doubt(session: Session, contacts: Collection[str]) -> set[str]:
    """Return to which of these contacts an attempt was made whose end is not known."""
    return set(asked(session, _IN_DOUBT, contacts=list(contacts)).scalars())


def open_texts(session: Session, contacts: Collection[str]) -> list[int]:
    """Return the texts to these numbers that have not left as far as we know."""
    return list(asked(session, _OPEN_TEXTS, contacts=list(contacts)).scalars())


def open_until(session: Session, channel: Channel, until: datetime) -> list[int]:
    """Return the messages that were due by then (UTC) and have not left as far as we know; what a
    hold has put off was due before.
    """
    due = or_(R.c.due_at <= until, R.c.reason == Reason.HELD)
    wanted = select(R.c.id).where(R.c.status.in_(OPEN), R.c.channel == channel, due)
    return list(session.scalars(wanted))


def mark_maybe_twice(session: Session, reminder_ids: Collection[int], now: datetime) -> set[int]:
    """Let these open emails go once more, marked as maybe the second copy, unless that was done
    before; return which.
    """
    again = (
        update(R)
        .where(among(R.c.id, "ids"), R.c.status.in_(OPEN), R.c.unproven_attempts == 0)
        .values(
            status=Status.PLANNED,
            reason=Reason.MAYBE_TWICE,
            unproven_attempts=1,
            due_at=now,
            claim=None,
            lease_until=None,
        )
        .returning(R.c.id)
    )
    return set(asked(session, again, ids=list(reminder_ids)).scalars())


def count_as_sent_again(session: Session) -> None:
    """Let no email whose end is not known go once more: it may have already."""
    of = R.c.status == Status.HANDOFF, R.c.channel == Channel.EMAIL, R.c.unproven_attempts == 0
    session.execute(update(R).where(*of).values(unproven_attempts=1).execution_options(**QUIET))


def record(session: Session, found: Sequence[Finding], now: datetime) -> list[Finding]:
    """Write down what is known of open reminders after all, and return those that still were: that
    they left, with the provider's word for it, or that nobody can say.
    """
    ids = [one.reminder.reminder_id for one in found]
    still = set(asked(session, _STILL_OPEN, ids=ids).scalars())
    ours = [one for one in found if one.reminder.reminder_id in still]
    tokens = [secrets.token_hex(8) for _ in ours]
    ended = [_ended(*one, now) for one in zip(ours, tokens, strict=True)]
    left = [_attempt(*one, now) for one in zip(ours, tokens, strict=True) if one[0].provider_id]
    for statement, rows in ((_END, ended), (insert(A), left)):
        if rows:
            session.connection().execute(statement, rows)
    return ours


def _ended(one: Finding, token: str, now: datetime) -> dict[str, Any]:
    return {
        "of": one.reminder.reminder_id,
        "ended": one.status,
        "why": Reason.UNPROVEN if one.status is Status.UNKNOWN else None,
        "token": token,
        "left_at": one.left_at,
        "now": now,
    }


def _attempt(one: Finding, token: str, now: datetime) -> dict[str, Any]:
    return {
        "reminder_id": one.reminder.reminder_id,
        "claim": token,
        "handoff_at": one.left_at,
        "contact": one.reminder.contact,
        "subject": "",
        "body": one.text,
        "segments": 0,
        "outcome": "accepted",
        "code": "restored",
        "provider_id": one.provider_id,
        "settled_at": now,
    }


def any_open(session: Session) -> bool:
    """Say whether anything is still to leave."""
    return session.scalar(select(col(Reminder.id)).where(R.c.status.in_(OPEN)).limit(1)) is not None
