"""Queries for the worker: claim due reminders, record handoffs, settle outcomes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    Integer,
    Select,
    Text,
    Update,
    bindparam,
    cast,
    func,
    insert,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy.orm import Session

from reminders.rules.decision import Settled
from reminders.rules.terms import Channel, Facts, Message, Status
from reminders.store.column_types import among
from reminders.store.queries import attempts
from reminders.store.queries.arrivals import has_arrived
from reminders.store.queries.common import asked, asked_once, is_status, put, table_of
from reminders.store.tables import Client, Heartbeat, Outage, Reminder

R = table_of(Reminder)

Claim = tuple[int, str]
"""A reminder's id and the token under which it is held."""


def claim_due(
    session: Session,
    now: datetime,
    *,
    channel: Channel,
    shares: Sequence[tuple[int, int]],
    claim: str,
    lease: timedelta,
) -> list[int]:
    """Claim due reminders, the longest due first: of each clinic up to its share, and return
    their ids. Rows that somebody else is changing at this moment are passed over.
    """
    values: dict[str, Any] = {
        "by_channel": channel,
        "now": now,
        "token": claim,
        "until": now + lease,
    }
    for number, (clinic_id, share) in enumerate(shares):
        values |= {f"clinic_{number}": clinic_id, f"share_{number}": share}
    return [row[0] for row in asked(session, _claiming(len(shares)), **values)] if shares else []


@cache
def _claiming(clinics: int) -> Update:
    due = [_due_of(number) for number in range(clinics)]
    everyones = due[0] if clinics == 1 else union_all(*due)
    return (
        update(R)
        .where(R.c.id.in_(asked_once(everyones)))
        .values(status=Status.CLAIMED, claim=bindparam("token"), lease_until=bindparam("until"))
        .returning(R.c.id)
    )


def _due_of(number: int) -> Select[Any]:
    """Select a clinic's due reminders, in a room of its own, since each is locked and limited."""
    due = (
        select(R.c.id)
        .where(
            R.c.clinic_id == bindparam(f"clinic_{number}"),
            R.c.channel == bindparam("by_channel"),
            is_status(Status.PLANNED),
            R.c.due_at <= bindparam("now"),
            has_arrived(R),
        )
        .order_by(R.c.due_at)
        .limit(bindparam(f"share_{number}", type_=Integer))
        .with_for_update(skip_locked=True)
        .subquery(f"due_{number}")
    )
    return select(due.c.id)


def move_held(
    session: Session,
    claims: Iterable[Claim],
    held: frozenset[Status],
    values: Mapping[str, Any],
    *,
    tried: bool = False,
) -> set[int]:
    """Change the rows that we still hold in one of these states, and return which those were.

    ``tried`` counts one more attempt.
    """
    held_by = list(claims)
    if not held_by:
        return set()
    given = {f"to_{name}": value for name, value in values.items()}
    moved = asked(
        session,
        _moving(held, tuple(values), tried),
        ids=[reminder_id for reminder_id, _ in held_by],
        held=[f"{reminder_id}.{token}" for reminder_id, token in held_by],
        **given,
    )
    return set(moved.scalars())


@cache
def _moving(held: frozenset[Status], names: tuple[str, ...], tried: bool) -> Update:  # noqa: FBT001
    values: dict[str, Any] = {name: bindparam(f"to_{name}") for name in names}
    if tried:
        values["attempts"] = R.c.attempts + 1
    token = cast(R.c.id, Text).concat(".").concat(R.c.claim)
    return (
        update(R)
        .where(among(R.c.id, "ids"), among(token, "held"), is_status(*held))
        .values(**values)
        .returning(R.c.id)
    )


_CLAIMED = frozenset({Status.CLAIMED})
_HELD = frozenset({Status.CLAIMED, Status.HANDOFF})


def release(session: Session, claims: Sequence[Claim]) -> int:
    """Release claimed reminders unchanged, as when a worker stops."""
    free = {"status": Status.PLANNED, "claim": None, "lease_until": None}
    return len(move_held(session, claims, _CLAIMED, free))


_STRANDED = (
    select(R.c.id)
    .where(is_status(Status.CLAIMED), R.c.lease_until < bindparam("now"))
    .with_for_update(skip_locked=True)
)
_GIVING_BACK = (
    update(R)
    .where(R.c.id.in_(_STRANDED))
    .values(status=Status.PLANNED, claim=None, lease_until=None)
    .returning(R.c.id)
)


def rescue(session: Session, now: datetime) -> int:
    """Give back what a worker claimed and no longer holds; what it handed off stays put, and what
    another has locked right now is left to it.
    """
    return len(asked(session, _GIVING_BACK, now=now).all())


P = table_of(Client)
_LOCKING = select(P.c.id).where(among(P.c.id, "ids")).order_by(P.c.id).with_for_update()


def lock_clients(session: Session, ids: Collection[int]) -> None:
    """Let nobody else change or message these clients until the transaction ends; SQLite lets
    nobody else write at all.
    """
    if session.get_bind().dialect.name != "sqlite":
        asked(session, _LOCKING, ids=list(ids)).all()


_LOCKING_CONTACTS = text(
    "SELECT pg_advisory_xact_lock(hashtextextended(contact, 7305214002))"
    " FROM unnest(CAST(:contacts AS text[])) AS contact"
)


def lock_contacts(session: Session, contacts: Iterable[str]) -> None:
    """Let nobody else message these numbers and addresses, or act on a text of theirs, until the
    transaction ends; before any client is locked, and always in the same order.
    """
    if session.get_bind().dialect.name != "sqlite":
        asked(session, _LOCKING_CONTACTS, contacts=sorted(set(contacts))).all()


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
        claims = [claim_of(held) for held, _ in leaving if held.channel is channel]
        values = {
            "status": Status.HANDOFF,
            "reason": None,
            "handoff_at": now,
            "due_at": due_at,
            "failed_lookups": 0,
        }
        ours |= move_held(session, claims, _CLAIMED, values, tried=True)
    attempts.begin(session, [pair for pair in leaving if pair[0].reminder_id in ours], now)
    return ours


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
    return move_held(session, map(claim_of, held), _HELD, values)


def beat(session: Session, name: str, now: datetime) -> None:
    """Record a heartbeat."""
    put(session, Heartbeat, {"name": name, "beat_at": now}, "name")


_LAST_BEAT = select(func.max(table_of(Heartbeat).c.beat_at))


def last_beat(session: Session) -> datetime | None:
    """Return the time of the last heartbeat (UTC)."""
    last: datetime | None = asked(session, _LAST_BEAT).scalar()
    return last


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
