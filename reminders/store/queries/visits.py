"""Queries for visits: who has not been seen yet, what was said of the others, who was not asked."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, text, tuple_
from sqlalchemy.orm import Session
from sqlmodel import col

from reminders.rules.terms import Reason, Status
from reminders.rules.visits import ToldBy
from reminders.store.column_types import among
from reminders.store.queries.arrivals import has_arrived
from reminders.store.queries.common import is_status, table_of
from reminders.store.tables import Client, Consent, Reminder, Treatment

Visit = tuple[Treatment, Client]

T = table_of(Treatment)

_BY_STAFF = text(f"treatment.told_by = '{ToldBy.STAFF}'")  # a partial index serves no parameter

LOOKED_THROUGH = 1_000
"""How many visits are looked through for clients who were not asked: Today is opened all day long, and
in a clinic where everybody was asked each visit would be looked at each time.
"""


def of_clinic(
    session: Session, clinic_id: int, ids: Collection[int], *, lock: bool = False
) -> list[Treatment]:
    """Return a clinic's treatments of these numbers as they are now, held with ``lock``."""
    wanted = select(Treatment).where(among(T.c.id, "ids"), T.c.clinic_id == clinic_id)
    now = wanted.order_by(T.c.id).execution_options(populate_existing=True)
    return list(session.scalars(now.with_for_update() if lock else now, {"ids": list(ids)}))


def unseen(session: Session, clinic_id: int, since: date, now: datetime, limit: int) -> list[Visit]:
    """Return the visits that have begun since a day and of which nobody has said anything, the
    earliest first; ``now`` is on the clinic's clock.
    """
    rows = session.execute(
        _unseen(clinic_id)
        .where(T.c.treated_on >= since, _begun(now.date(), now.time()))
        .order_by(T.c.treated_on, T.c.starts, T.c.id)
        .limit(limit)
    )
    return [(treatment, client) for treatment, client in rows]


def waiting(session: Session, clinic_id: int, since: date, before: date, limit: int) -> list[Visit]:
    """Return the visits since a day, and before another, whose aftercare waits for somebody's word
    that the client came, the earliest first.
    """
    rows = session.execute(
        _unseen(clinic_id)
        .where(T.c.treated_on >= since, T.c.treated_on < before, _aftercare_waits())
        .order_by(T.c.treated_on, T.c.starts, T.c.id)
        .limit(limit)
    )
    return [(treatment, client) for treatment, client in rows]


def count_waiting(session: Session, clinic_id: int, since: date) -> int:
    """Count the visits since a day whose aftercare waits for somebody's word that the client came."""
    waiting = select(func.count()).where(
        T.c.clinic_id == clinic_id, T.c.treated_on >= since, _aftercare_waits()
    )
    return session.scalar(waiting.select_from(T)) or 0


def seen(session: Session, clinic_id: int, since: datetime, limit: int) -> list[Visit]:
    """Return the visits of which staff have said since then (UTC) whether the client came, the
    latest said first.
    """
    said_at = func.coalesce(T.c.missed_at, T.c.treated_marked_at)
    missed = T.c.missed_at >= since
    came = and_(T.c.missed_at.is_(None), T.c.treated_marked_at >= since)
    rows = session.execute(
        _visits(clinic_id)
        .where(_BY_STAFF, or_(missed, came))
        .order_by(said_at.desc(), T.c.id.desc())
        .limit(limit)
    )
    return [(treatment, client) for treatment, client in rows]


def unasked(session: Session, clinic_id: int, first: date, last: date, limit: int) -> list[Visit]:
    """Return the visits of these days whose clients have said nothing of messages yet, the soonest
    first, among the nearest; of several of one client the soonest.
    """
    earlier = T.alias("earlier")
    sooner = exists().where(
        earlier.c.client_id == T.c.client_id,
        earlier.c.cancelled_at.is_(None),
        earlier.c.treated_on >= first,
        tuple_(earlier.c.treated_on, earlier.c.id) < tuple_(T.c.treated_on, T.c.id),
    )
    near = _nearest(clinic_id, first, last)
    rows = session.execute(
        _visits(clinic_id)
        .where(
            T.c.id.in_(near),
            or_(col(Client.phone).is_not(None), col(Client.email).is_not(None)),
            ~exists().where(col(Consent.client_id) == T.c.client_id),
            ~sooner,
        )
        .order_by(T.c.treated_on, T.c.starts, T.c.id)
        .limit(limit)
    )
    return [(treatment, client) for treatment, client in rows]


def _nearest(clinic_id: int, first: date, last: date) -> Select[int]:
    visit = T.alias("visit")
    return (
        select(visit.c.id)
        .where(
            visit.c.clinic_id == clinic_id,
            visit.c.treated_on.between(first, last),
            visit.c.cancelled_at.is_(None),
        )
        .order_by(visit.c.treated_on, visit.c.id)
        .limit(LOOKED_THROUGH)
    )


def _visits(clinic_id: int) -> Select[Treatment, Client]:
    return (
        select(Treatment, Client)
        .join(Client, col(Client.id) == T.c.client_id)
        .where(T.c.clinic_id == clinic_id, has_arrived(T), col(Client.erased_at).is_(None))
    )


def _unseen(clinic_id: int) -> Select[Treatment, Client]:
    nothing_said = T.c.treated_marked_at.is_(None), T.c.cancelled_at.is_(None)
    return _visits(clinic_id).where(*nothing_said)


def _begun(today: date, clock: time) -> ColumnElement[bool]:
    """Condition: a visit has begun; a day without its hour begins at midnight. One range of days, so
    that they are read in order, and no further than is shown.
    """
    later_today = and_(T.c.treated_on == today, T.c.starts.is_not(None), T.c.starts > clock)
    return and_(T.c.treated_on <= today, ~later_today)


def _aftercare_waits() -> ColumnElement[bool]:
    return exists().where(
        col(Reminder.treatment_id) == T.c.id,
        is_status(Status.PLANNED),
        col(Reminder.reason) == Reason.NOT_CONFIRMED,
    )
