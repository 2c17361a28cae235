"""Queries for the counts of days that are kept for reports, which end when a message changes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from sqlalchemy import delete, func, insert, select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from reminders.rules.statistics import MessageCounts, counted
from reminders.rules.terms import Channel, Reason, Status
from reminders.store.queries.common import QUIET
from reminders.store.tables import Clinic, CountedDay, Import

_ALONE = text("SELECT pg_try_advisory_xact_lock(7305214, :clinic)")
_HERE = text("SELECT CAST(now() AT TIME ZONE 'UTC' AS date)")


def kept(
    session: Session, clinic_id: int, begins: date, ends: date
) -> dict[date, list[MessageCounts]]:
    """Return the counts that are kept of the days from ``begins`` until before ``ends``."""
    rows = session.execute(
        select(col(CountedDay.day_on), col(CountedDay.cells)).where(
            col(CountedDay.clinic_id) == clinic_id,
            col(CountedDay.day_on) >= begins,
            col(CountedDay.day_on) < ends,
        )
    )
    return {day: [_cell(*cell) for cell in cells] for day, cells in rows}


def _cell(
    channel: str, status: str, reason: str | None, count: int, by_country: Mapping[str, int]
) -> MessageCounts:
    why = None if reason is None else Reason(reason)
    return counted(Channel(channel), Status(status), why, count, by_country)


def keep(session: Session, clinic_id: int, counts: Mapping[date, Sequence[MessageCounts]]) -> None:
    """Keep the counts of some days."""
    rows = [
        {
            "clinic_id": clinic_id,
            "day_on": day,
            "cells": [[c.channel, c.status, c.reason, c.count, dict(c.by_country)] for c in cells],
        }
        for day, cells in counts.items()
    ]
    session.execute(insert(CountedDay), rows)


def uncounted(session: Session, begins: date, ends: date) -> list[int]:
    """Return the clinics of which a day in a span is not counted."""
    counts = (
        select(func.count())
        .where(
            col(CountedDay.clinic_id) == col(Clinic.id),
            col(CountedDay.day_on) >= begins,
            col(CountedDay.day_on) < ends,
        )
        .correlate(Clinic)
        .scalar_subquery()
    )
    wanted = select(col(Clinic.id)).where(counts < (ends - begins).days)
    return list(session.scalars(wanted.order_by(col(Clinic.id))))


def days(session: Session, clinic_id: int, begins: date, ends: date) -> Collection[date]:
    """Return the days in a span that are counted."""
    wanted = select(col(CountedDay.day_on)).where(
        col(CountedDay.clinic_id) == clinic_id,
        col(CountedDay.day_on) >= begins,
        col(CountedDay.day_on) < ends,
    )
    return set(session.scalars(wanted))


def is_alone(session: Session, clinic_id: int) -> bool:
    """Let no message of a clinic's past change until the transaction ends; say no where one is
    changing just now, or where a list is arriving, of which readers see nothing yet.
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
    """Return the day up to which the database knows the past: PostgreSQL by its own clock."""
    if session.get_bind().dialect.name != "postgresql":
        return today
    here: date = session.execute(_HERE).scalar_one()
    return min(today, here)


def forget(session: Session, clinic_id: int, before: date) -> None:
    """Delete the counts of a clinic's days before then."""
    old = delete(CountedDay).where(
        col(CountedDay.clinic_id) == clinic_id, col(CountedDay.day_on) < before
    )
    session.execute(old.execution_options(**QUIET))
