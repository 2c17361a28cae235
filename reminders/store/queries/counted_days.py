"""Queries for the counts of days that are kept for reports, which end when what they count changes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, delete, func, insert, select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from reminders.store.queries.common import QUIET
from reminders.store.tables import Clinic, CountedDay, CountedSkinDay, Import

Kind = type[CountedDay] | type[CountedSkinDay]

_ALONE = text("SELECT pg_try_advisory_xact_lock(7305214, :clinic)")
_HERE = {
    "postgresql": text("SELECT CAST(now() AT TIME ZONE 'UTC' AS date) AS here").columns(here=Date),
    "sqlite": text("SELECT date('now') AS here").columns(here=Date),
}
"""Today by the database's own clock, by which it watches over the days before (UTC)."""


def _span(kind: Kind, begins: date, ends: date) -> tuple[ColumnElement[bool], ...]:
    return col(kind.day_on) >= begins, col(kind.day_on) < ends


def kept(session: Session, kind: Kind, clinic_id: int, begins: date, ends: date) -> dict[date, Any]:
    """Return the counts that are kept of the days from ``begins`` until before ``ends``."""
    wanted = select(col(kind.day_on), col(kind.cells)).where(
        col(kind.clinic_id) == clinic_id, *_span(kind, begins, ends)
    )
    return {row.day_on: row.cells for row in session.execute(wanted)}


def keep(session: Session, kind: Kind, clinic_id: int, counts: Mapping[date, Any]) -> None:
    """Keep the counts of some days."""
    rows = [
        {"clinic_id": clinic_id, "day_on": day, "cells": cells} for day, cells in counts.items()
    ]
    session.execute(insert(kind), rows)


def uncounted(session: Session, kind: Kind, begins: date, ends: date) -> list[int]:
    """Return the clinics of which a day in a span is not counted."""
    counts = (
        select(func.count())
        .where(col(kind.clinic_id) == col(Clinic.id), *_span(kind, begins, ends))
        .correlate(Clinic)
        .scalar_subquery()
    )
    wanted = select(col(Clinic.id)).where(counts < (ends - begins).days)
    return list(session.scalars(wanted.order_by(col(Clinic.id))))


def days(
    session: Session, kind: Kind, clinic_id: int, begins: date, ends: date
) -> Collection[date]:
    """Return the days in a span that are counted."""
    wanted = select(col(kind.day_on)).where(
        col(kind.clinic_id) == clinic_id, *_span(kind, begins, ends)
    )
    return set(session.scalars(wanted))


def is_alone(session: Session, clinic_id: int) -> bool:
    """Let nothing that is counted of a clinic's past change until the transaction ends; say no where
    it is changing just now, or where a list is arriving, of which readers see nothing yet.
    """
    if session.get_bind().dialect.name == "postgresql" and not session.scalar(
        _ALONE, {"clinic": clinic_id}
    ):
        return False
    arriving = select(col(Import.id)).where(
        col(Import.clinic_id) == clinic_id, col(Import.arriving_at).is_not(None)
    )
    return session.scalar(arriving.limit(1)) is None


def latest(session: Session, today: date) -> date:
    """Return the day up to which the database knows the past, which is by its own clock."""
    here: date = session.execute(_HERE[session.get_bind().dialect.name]).scalar_one()
    return min(today, here)


def forget(session: Session, kind: Kind, clinic_id: int, before: date) -> None:
    """Delete the counts of a clinic's days before then."""
    old = delete(kind).where(col(kind.clinic_id) == clinic_id, col(kind.day_on) < before)
    session.execute(old.execution_options(**QUIET))
