"""Queries for bookings by their source's own number: the treatment, and rows that wait."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session
from sqlmodel import col

from reminders.store.column_types import among
from reminders.store.queries.common import asked, table_of
from reminders.store.tables import Treatment, WaitingRow


def treatment(
    session: Session, clinic_id: int, source: str, external_id: str, *, lock: bool = False
) -> Treatment | None:
    """Return the treatment of a booking."""
    wanted = select(Treatment).where(
        col(Treatment.clinic_id) == clinic_id,
        col(Treatment.source) == source,
        col(Treatment.external_id) == external_id,
    )
    return session.scalars(wanted.with_for_update() if lock else wanted).first()


def known(
    session: Session, clinic_id: int, source: str, numbers: Collection[str]
) -> set[str | None]:
    """Return which of these bookings have a treatment."""
    found = asked(session, _KNOWN, clinic=clinic_id, source=source, numbers=list(numbers))
    return set(found.scalars())


_T = table_of(Treatment)
_KNOWN = select(_T.c.external_id).where(
    _T.c.clinic_id == bindparam("clinic"),
    _T.c.source == bindparam("source"),
    among(_T.c.external_id, "numbers"),
)


def doubted(session: Session, clinic_id: int, source: str, numbers: Collection[str]) -> set[str]:
    """Return for which of these bookings a person's answer is waited for."""
    of_clinic = select(col(WaitingRow.id)).where(col(WaitingRow.clinic_id) == clinic_id)
    if session.scalars(of_clinic.limit(1)).first() is None:
        return set()
    return {number for number in numbers if waiting(session, clinic_id, source, number)}


def waiting(session: Session, clinic_id: int, source: str, external_id: str) -> list[WaitingRow]:
    """Return the rows of a booking that wait for a person's answer."""
    spelled = json.dumps(external_id, ensure_ascii=False)
    wanted = select(WaitingRow).where(
        col(WaitingRow.clinic_id) == clinic_id,
        col(WaitingRow.cells).contains(spelled, autoescape=True),
    )
    rows = session.scalars(wanted.order_by(col(WaitingRow.id)))
    return [row for row in rows if _booking_of(row) == (source, external_id)]


def _booking_of(row: WaitingRow) -> tuple[str, str]:
    layout, cells = json.loads(row.layout), json.loads(row.cells)
    places = layout["columns"].get("external_id", ())
    told = next((cells[place] for place in places if place < len(cells) and cells[place]), "")
    return layout["source"], told


def treatments_page(
    session: Session, clinic_id: int, since: datetime, after: int, limit: int
) -> list[Treatment]:
    """Return a clinic's treatments that end at or after an instant (UTC), by id above ``after``."""
    wanted = select(Treatment).where(
        col(Treatment.clinic_id) == clinic_id,
        col(Treatment.id) > after,
        col(Treatment.ends_at) >= since,
    )
    return list(session.scalars(wanted.order_by(col(Treatment.id)).limit(limit)))
