"""Queries for events out: which endpoints are to be told something, what, and how it fared."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, insert, or_, select, true, update
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from reminders.rules.endpoints import Outcome
from reminders.store.queries.common import QUIET, asked_once, table_of
from reminders.store.tables import Endpoint, Event, EventDelivery, Reply

WAITS = col(EventDelivery.ended_at).is_(None)


def of_clinic(session: Session, clinic_id: int) -> list[Endpoint]:
    """Return a clinic's endpoints in the order they came."""
    wanted = select(Endpoint).where(col(Endpoint.clinic_id) == clinic_id)
    return list(session.scalars(wanted.order_by(col(Endpoint.id))))


def by_id(session: Session, endpoint_id: int) -> Endpoint | None:
    """Return an endpoint, for nobody else to change until the transaction ends."""
    return session.get(Endpoint, endpoint_id, with_for_update=True)


def remove(session: Session, endpoint: Endpoint) -> None:
    """Forget an endpoint, and how its events fared."""
    theirs = delete(EventDelivery).where(col(EventDelivery.endpoint_id) == endpoint.id)
    session.execute(theirs.execution_options(**QUIET))
    session.delete(endpoint)


# --- whose turn it is -----------------------------------------------------------------------------


def is_due(session: Session, now: datetime) -> bool:
    """Say whether any endpoint is to be told something."""
    return session.scalar(select(col(Endpoint.id)).where(*_due(now)).limit(1)) is not None


def claim_due(
    session: Session, now: datetime, lease: timedelta, limit: int, endpoint_id: int | None = None
) -> list[Endpoint]:
    """Take the endpoints that are to be told something and that nobody tells; or, with or without
    something to tell, the one of that id.
    """
    which = _due(now) if endpoint_id is None else (col(Endpoint.id) == endpoint_id, _is_free(now))
    due = (
        select(col(Endpoint.id))
        .where(*which)
        .order_by(col(Endpoint.due_at))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = (
        update(Endpoint)
        .where(col(Endpoint.id).in_(asked_once(due)))
        .values(claim=secrets.token_hex(8), lease_until=now + lease)
        .returning(col(Endpoint.id))
        .execution_options(**QUIET)
    )
    ids = list(session.scalars(taken))
    wanted = select(Endpoint).where(col(Endpoint.id).in_(ids)).order_by(col(Endpoint.id))
    return list(session.scalars(wanted))


def _is_free(now: datetime) -> ColumnElement[bool]:
    return or_(col(Endpoint.lease_until).is_(None), col(Endpoint.lease_until) < now)


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Conditions: nobody tells it, and an event is new or a delivery due."""
    theirs = col(Event.clinic_id) == col(Endpoint.clinic_id)
    something = (
        exists().where(
            col(EventDelivery.endpoint_id) == col(Endpoint.id),
            WAITS,
            col(EventDelivery.due_at) <= now,
        ),
        exists().where(theirs, col(Event.place).is_(None)),
        exists().where(theirs, col(Event.place) > col(Endpoint.after)),
    )
    active = (col(Endpoint.paused_at).is_(None), col(Endpoint.due_at) <= now, _is_free(now))
    return (*active, or_(*(one.correlate(Endpoint) for one in something)))


def held(session: Session, endpoint_id: int, claim: str) -> Endpoint | None:
    """Return an endpoint, locked until the transaction ends, if whoever has this claim still tells
    it.
    """
    wanted = select(Endpoint).where(col(Endpoint.id) == endpoint_id, col(Endpoint.claim) == claim)
    return session.scalars(wanted.with_for_update()).first()


# --- what is to be told ---------------------------------------------------------------------------


def add_deliveries(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Let events wait to be told, in this order."""
    if rows:
        session.execute(insert(table_of(EventDelivery)), list(rows))


def next_due(
    session: Session, endpoint_id: int, now: datetime, limit: int, only: int | None = None
) -> list[EventDelivery]:
    """Return what is told next: what is due, and of each client only the earliest that waits. With
    ``only`` it is that delivery or none.
    """
    earlier = aliased(EventDelivery)
    behind = exists().where(
        earlier.endpoint_id == col(EventDelivery.endpoint_id),  # type: ignore[arg-type]
        earlier.client_id == col(EventDelivery.client_id),  # type: ignore[arg-type]
        earlier.id < col(EventDelivery.id),
        earlier.ended_at.is_(None),  # type: ignore[union-attr]
    )
    wanted = select(EventDelivery).where(
        col(EventDelivery.endpoint_id) == endpoint_id,
        WAITS,
        col(EventDelivery.due_at) <= now,
        ~behind.correlate(EventDelivery),
        true() if only is None else col(EventDelivery.id) == only,
    )
    ordered = wanted.order_by(col(EventDelivery.due_at), col(EventDelivery.id))
    return list(session.scalars(ordered.limit(limit)))


def waiting(session: Session, ids: Sequence[int]) -> dict[int, EventDelivery]:
    """Return those of these deliveries that still wait, locked until the transaction ends."""
    wanted = select(EventDelivery).where(col(EventDelivery.id).in_(ids), WAITS)
    rows = session.scalars(wanted.order_by(col(EventDelivery.id)).with_for_update())
    return {row.id: row for row in rows}


def words_of(session: Session, clinic_id: int, reply_ids: Sequence[int]) -> dict[int, str]:
    """Return what clients wrote, by the numbers of their replies, as it is kept now."""
    wanted = select(col(Reply.id), col(Reply.body)).where(
        col(Reply.clinic_id) == clinic_id, col(Reply.id).in_(reply_ids)
    )
    return {row[0]: row[1] for row in session.execute(wanted)} if reply_ids else {}


def hurry(session: Session, endpoint_id: int, now: datetime, *, refused: bool) -> None:
    """Let what failed for want of an answer be told at once, since there is one again; what was
    ``refused`` as well, or at its own time.
    """
    soon = update(EventDelivery).where(
        col(EventDelivery.endpoint_id) == endpoint_id,
        WAITS,
        true() if refused else col(EventDelivery.outcome) != Outcome.REFUSED,
        col(EventDelivery.due_at) > now,
    )
    session.execute(soon.values(due_at=now).execution_options(**QUIET))


# --- what is shown of it --------------------------------------------------------------------------


def last(session: Session, endpoint_id: int, limit: int) -> list[EventDelivery]:
    """Return what was told last, or is still to be, the newest first."""
    wanted = select(EventDelivery).where(col(EventDelivery.endpoint_id) == endpoint_id)
    return list(session.scalars(wanted.order_by(col(EventDelivery.id).desc()).limit(limit)))


def counts(session: Session, clinic_id: int) -> dict[int, tuple[int, int]]:
    """Return how many events wait and how many were given up, by endpoint."""
    given_up = col(EventDelivery.ended_at).is_not(None) & (
        col(EventDelivery.outcome) != Outcome.TAKEN
    )
    counted = (
        select(
            col(EventDelivery.endpoint_id),
            func.count().filter(WAITS),
            func.count().filter(given_up),
        )
        .where(col(EventDelivery.clinic_id) == clinic_id)
        .group_by(col(EventDelivery.endpoint_id))
    )
    return {row[0]: (row[1], row[2]) for row in session.execute(counted)}


def last_taken(session: Session, clinic_id: int) -> dict[int, datetime]:
    """Return when each endpoint last took something (UTC)."""
    taken = (
        select(col(EventDelivery.endpoint_id), func.max(col(EventDelivery.ended_at)))
        .where(
            col(EventDelivery.clinic_id) == clinic_id, col(EventDelivery.outcome) == Outcome.TAKEN
        )
        .group_by(col(EventDelivery.endpoint_id))
    )
    return {row[0]: row[1] for row in session.execute(taken) if row[1] is not None}


def forget_deliveries(session: Session, before: datetime) -> int:
    """Delete what was to be told before then, told or not; return how many."""
    old = delete(EventDelivery).where(col(EventDelivery.created_at) < before)
    gone = old.returning(col(EventDelivery.id)).execution_options(**QUIET)
    return len(session.execute(gone).all())
