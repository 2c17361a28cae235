"""Count a clinic's messages, and what clients told about them, once for the days that are over.

A count that is kept ends by itself when what it counts changes (see ``CountedDay``); until the past is
counted again, such a day is counted where it is asked for, as the last days always are.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from reminders.rules.skin_answers import Said
from reminders.rules.skin_figures import Cohort, SkinDay
from reminders.rules.statistics import MessageCounts, counted, month_of
from reminders.rules.terms import Channel, Reason, Status
from reminders.store.database import reading, writing
from reminders.store.queries import counted_days, monthly_counts, skin_counts
from reminders.store.queries.counted_days import Kind
from reminders.store.tables import CountedDay, CountedSkinDay

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
    found = _cells(session, CountedDay, clinic_id, begins, ends)
    to_come = monthly_counts.to_come(session, clinic_id, begins, ends)
    return {
        day: [*(_message_counts(*cell) for cell in cells), *to_come.get(day, ())]
        for day, cells in found.items()
    }


def skin_days(session: Session, clinic_id: int, begins: date, ends: date) -> list[SkinDay]:
    """Return what clients told about the messages of each day from ``begins`` until before ``ends``."""
    found = _cells(session, CountedSkinDay, clinic_id, begins, ends)
    return [
        SkinDay(
            [(protocol, _cohort(*cohort)) for protocol, *cohort in cells["asked"]],
            {protocol: ids.split(",") for protocol, ids in cells["clients"].items()},
        )
        for cells in found.values()
    ]


def _message_counts(
    channel: str, status: str, reason: str | None, count: int, by_country: Mapping[str, int]
) -> MessageCounts:
    why = None if reason is None else Reason(reason)
    return counted(Channel(channel), Status(status), why, count, by_country)


def _cohort(moment: str, said: str | None, opened: bool, count: int) -> Cohort:  # noqa: FBT001 (a cell)
    return Cohort(moment, None if said is None else Said(said), opened, count)


def _count_messages(session: Session, clinic_id: int, days: Collection[date]) -> dict[date, Any]:
    return {
        day: [[c.channel, c.status, c.reason, c.count, dict(c.by_country)] for c in counts]
        for day, counts in monthly_counts.gone(session, clinic_id, days).items()
    }


def _count_skin(session: Session, clinic_id: int, days: Collection[date]) -> dict[date, Any]:
    found: dict[date, Any] = {day: {"asked": [], "clients": {}} for day in days}
    for day, protocol, c in skin_counts.cohorts(session, clinic_id, days):
        found[day]["asked"].append([protocol, c.moment, c.said, c.opened, c.count])
    for day, protocol, ids in skin_counts.written_to(session, clinic_id, days):
        found[day]["clients"][protocol] = ids
    return found


COUNTS: dict[Kind, Callable[[Session, int, Collection[date]], dict[date, Any]]] = {
    CountedDay: _count_messages,
    CountedSkinDay: _count_skin,
}
"""How the days of each kind are counted: as what is kept of them."""


def _cells(
    session: Session, kind: Kind, clinic_id: int, begins: date, ends: date
) -> dict[date, Any]:
    known = counted_days.kept(session, kind, clinic_id, begins, ends)
    rest = [day for day in _days(begins, ends) if day not in known]
    return known | COUNTS[kind](session, clinic_id, rest)


def count_past(engine: Engine, now: datetime) -> None:
    """Count every clinic's days that are over and not counted yet, and forget those of long ago."""
    for kind in COUNTS:
        with reading(engine) as session:
            today = counted_days.latest(session, now.date())
            begins, ends = month_of(today, MONTHS_AGO), today - LIVE
            clinics = counted_days.uncounted(session, kind, begins, ends)
        for clinic_id in clinics:
            while _count_some(engine, kind, clinic_id, begins, ends):
                pass


def _count_some(engine: Engine, kind: Kind, clinic_id: int, begins: date, ends: date) -> bool:
    """Count some days of a clinic; say whether there may be more."""
    with writing(engine) as session:
        if not counted_days.is_alone(session, clinic_id):
            return False
        known = counted_days.days(session, kind, clinic_id, begins, ends)
        missing = [day for day in _days(begins, ends) if day not in known]
        if missing:
            counts = COUNTS[kind](session, clinic_id, _at_once(session, clinic_id, missing))
            counted_days.keep(session, kind, clinic_id, counts)
        else:
            counted_days.forget(session, kind, clinic_id, begins)
        return bool(missing)


def _at_once(session: Session, clinic_id: int, days: list[date]) -> list[date]:
    """Return the first of these days; those without a message cost nothing."""
    busy = monthly_counts.busy_days(session, clinic_id, days[0], days[-1], TOGETHER + 1)
    return days if len(busy) <= TOGETHER else [day for day in days if day < busy[-1]]


def _days(begins: date, ends: date) -> list[date]:
    return [begins + timedelta(days=n) for n in range((ends - begins).days)]
