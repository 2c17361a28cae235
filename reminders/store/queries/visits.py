"""Queries for visits whose time has begun: who has not been seen, and what was said of the others."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from reminders.rules.terms import Reason, Status
from reminders.rules.visits import ToldBy
from reminders.store.column_types import among
from reminders.store.queries.arrivals import has_arrived
from reminders.store.queries.common import is_status, table_of
from reminders.store.tables import Client, Reminder, Treatment

Visit = tuple[Treatment, Client]

T = table_of(Treatment)


def of_clinic(
    session: Session, clinic_id: int, ids: Collection[int], *, lock: bool = False
) -> list[Treatment]:
    """Return a clinic's treatments of these numbers as they are now, held with ``lock``."""
    wanted = select(Treatment).where(among(T.c.id, "ids"), T.c.clinic_id == clinic_id)
    now = wanted.order_by(T.c.id).execution_options(populate_existing=True)
    return list(session.scalars(now.with_for_update() if lock else now, {"ids": list(ids)}))


def unseen(
    session: Session, clinic_id: int, since: date, today: date, clock: time, limit: int
) -> list[Visit]:
    """Return the visits that have begun since a day and of which nobody has said anything, the
    earliest first; ``today`` and ``clock`` are the clinic's. With them come older ones whose
    aftercare waits for that word.
    """
    begun = _begun(today, clock)
    asked = or_(T.c.treated_on >= since, _aftercare_waits())
    rows = session.execute(
        _visits(clinic_id)
        .where(begun, asked, T.c.treated_marked_at.is_(None), T.c.cancelled_at.is_(None))
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
    rows = session.execute(
        _visits(clinic_id)
        .where(T.c.told_by == ToldBy.STAFF, said_at >= since)
        .order_by(said_at.desc(), T.c.id.desc())
        .limit(limit)
    )
    return [(treatment, client) for treatment, client in rows]


def _visits(clinic_id: int) -> Select[Treatment, Client]:
    return (
        select(Treatment, Client)
        .join(Client, col(Client.id) == T.c.client_id)
        .where(T.c.clinic_id == clinic_id, has_arrived(T), col(Client.erased_at).is_(None))
    )


def _begun(today: date, clock: time) -> ColumnElement[bool]:
    earlier_today = or_(T.c.starts.is_(None), T.c.starts <= clock)
    return or_(T.c.treated_on < today, and_(T.c.treated_on == today, earlier_today))


def _aftercare_waits() -> ColumnElement[bool]:
    return exists().where(
        col(Reminder.treatment_id) == T.c.id,
        is_status(Status.PLANNED),
        col(Reminder.reason) == Reason.NOT_CONFIRMED,
    )
