"""Queries for what is wrong with booking sources: posts not believed, and posts that wait too long."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, or_, select, text, update
from sqlalchemy.orm import Session
from sqlmodel import col

from reminders.store.queries.common import QUIET
from reminders.store.tables import BookingDelivery, BookingSource

_IN_USE = col(BookingSource.removed_at).is_(None)


def note_refused(session: Session, source_id: int, now: datetime) -> None:
    """Note that something came to a source that is not believed."""
    refused = update(BookingSource).where(col(BookingSource.id) == source_id)
    session.execute(refused.values(refused_at=now).execution_options(**QUIET))


def refusing(session: Session, clinic_id: int, since: datetime) -> list[BookingSource]:
    """Return the sources of a clinic to which nothing came that is believed since something came
    that is not; and that was after ``since``.
    """
    last = (
        select(col(BookingDelivery.received_at))
        .where(col(BookingDelivery.source_id) == col(BookingSource.id))
        .order_by(col(BookingDelivery.id).desc())
        .limit(1)
        .scalar_subquery()
    )
    wanted = select(BookingSource).where(
        col(BookingSource.clinic_id) == clinic_id,
        col(BookingSource.refused_at) > since,
        _IN_USE,
        or_(last.is_(None), last <= col(BookingSource.refused_at)),
    )
    return list(session.scalars(wanted.order_by(col(BookingSource.id))))


def overdue(
    session: Session, clinic_id: int, before: datetime
) -> list[tuple[BookingSource, int, datetime, str]]:
    """Return the sources of a clinic of which something that came before then still waits, with how
    much waits, since when, and a reason of it.
    """
    rows = session.execute(
        select(
            BookingSource,
            func.count(),
            func.min(col(BookingDelivery.received_at)),
            func.max(col(BookingDelivery.reason)),
        )
        .join(BookingDelivery, col(BookingDelivery.source_id) == col(BookingSource.id))
        .where(
            text("booking_delivery.outcome = 'waiting'"),  # spelled out, for its partial index
            col(BookingDelivery.clinic_id) == clinic_id,
            col(BookingDelivery.received_at) < before,
            _IN_USE,
        )
        .group_by(col(BookingSource.id))
        .order_by(col(BookingSource.id))
    )
    return [(source, count, since, why) for source, count, since, why in rows]
