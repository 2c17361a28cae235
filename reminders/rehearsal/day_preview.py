"""Show which messages a clinic sends on a future day, by a run on a copy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from reminders.rehearsal.simulation import DispatcherFactory, rehearsed
from reminders.rules.sending_hours import resolve
from reminders.store.database import reading
from reminders.store.queries import overview
from reminders.store.queries.overview import ReminderLine
from reminders.store.tables import Clinic

MOST = 75
"""So many clients are played, first those with messages for that day: of a larger day they stand for all."""

WAITS = timedelta(days=4)
"""How long before that day something may have been due that still waits for it."""

ONE = timedelta(days=1)
FURTHEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Day:
    """What happens on a day: every message with its words, or why it does not leave. ``more``
    says how many clients were not played.
    """

    on: date
    lines: list[ReminderLine]
    more: int


def preview_day(
    engine: Engine, make_dispatcher: DispatcherFactory, clinic: Clinic, on: date, now: datetime
) -> Day:
    """Play a clinic's day as if it were live, from ``now`` (UTC); nothing leaves or changes."""
    with reading(engine) as session:
        clients, found = overview.clients_due(session, clinic.id, on - WAITS, on, MOST)
        zones = overview.zones_of(session, clients)
    begins, ends = _span(on, {clinic.time_zone, *zones})
    with rehearsed(engine, make_dispatcher, now, ends, clients=clients) as session:
        played = overview.lines_between(session, max(begins, now), ends)
        lines = [one for one in played if one.at.date() == on and one.client_id in clients]
    return Day(on, lines, max(0, found - len(clients)))


def _span(on: date, zones: Iterable[str]) -> tuple[datetime, datetime]:
    """Return when a day begins in the first of these time zones, and ends in the last (UTC)."""
    spans = [[resolve(day, time(), ZoneInfo(zone)) for day in (on, on + ONE)] for zone in zones]
    return min(begins for begins, _ in spans), max(ends for _, ends in spans)
