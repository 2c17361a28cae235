"""Count what became of a clinic's messages day by day, once for the days that are over.

A count that is kept ends by itself when a message of its day changes (see ``CountedDay``); until the
past is counted again, such a day is counted where it is asked for, as the last days always are.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from reminders.rules.statistics import MessageCounts, month_of
from reminders.store.database import reading, writing
from reminders.store.queries import counted_days
from reminders.store.queries import monthly_counts as queries

LIVE = timedelta(days=1)
"""So long a day stays that is over, before it is counted once: most messages come to their end, and
the database watches over those of the days before (migration 0021)."""

MONTHS_AGO = 12
"""How far back the past is counted: as far as reports look."""

TOGETHER = 7
"""So many days with messages are counted in a transaction: nobody else can write to SQLite meanwhile."""


def of_days(
    session: Session, clinic_id: int, begins: date, ends: date
) -> dict[date, Sequence[MessageCounts]]:
    """Return the counts of the days from ``begins`` until before ``ends``, kept or counted now."""
    known = counted_days.kept(session, clinic_id, begins, ends)
    rest = [day for day in _days(begins, ends) if day not in known]
    known |= queries.gone(session, clinic_id, rest)
    to_come = queries.to_come(session, clinic_id, begins, ends)
    return {day: [*cells, *to_come.get(day, ())] for day, cells in known.items()}


def count_past(engine: Engine, now: datetime) -> None:
    """Count every clinic's days that are over and not counted yet, and forget those of long ago."""
    with reading(engine) as session:
        today = counted_days.latest(session, now.date())
        begins, ends = month_of(today, MONTHS_AGO), today - LIVE
        clinics = counted_days.uncounted(session, begins, ends)
    for clinic_id in clinics:
        while _count_some(engine, clinic_id, begins, ends):
            pass


def _count_some(engine: Engine, clinic_id: int, begins: date, ends: date) -> bool:
    """Count some days of a clinic; say whether there may be more."""
    with writing(engine) as session:
        if not counted_days.is_alone(session, clinic_id):
            return False
        known = counted_days.days(session, clinic_id, begins, ends)
        missing = [day for day in _days(begins, ends) if day not in known]
        if missing:
            next_ = _at_once(session, clinic_id, missing)
            counted_days.keep(session, clinic_id, queries.gone(session, clinic_id, next_))
        else:
            counted_days.forget(session, clinic_id, begins)
        return bool(missing)


def _at_once(session: Session, clinic_id: int, days: list[date]) -> list[date]:
    """Return the first of these days; those without a message cost nothing."""
    busy = queries.busy_days(session, clinic_id, days[0], days[-1], TOGETHER + 1)
    return days if len(busy) <= TOGETHER else [day for day in days if day < busy[-1]]


def _days(begins: date, ends: date) -> list[date]:
    return [begins + timedelta(days=n) for n in range((ends - begins).days)]
