"""Show which messages a clinic sends on a future day, by a run on a copy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from reminders.rehearsal.simulation import DispatcherFactory, rehearse
from reminders.rules.sending_hours import resolve
from reminders.store.database import reading
from reminders.store.queries import overview
from reminders.store.queries.overview import ReminderLine
from reminders.store.tables import Clinic

MOST = 150
"""So many clients are played; of a larger day the first ones stand for all."""

WAITS = timedelta(days=4)
"""How long before that day something may have been due that still waits for it."""

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
        clients = overview.clients_due(session, clinic.id, on - WAITS, on)
    zone = ZoneInfo(clinic.time_zone)
    until = resolve(on + timedelta(days=1), time(12), zone)
    played = rehearse(engine, make_dispatcher, now, until, clients=clients[:MOST])
    lines = [line for line in played if line.at.date() == on and line.at >= now]
    return Day(on, lines, max(0, len(clients) - MOST))
