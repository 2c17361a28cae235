"""Raising alarms: the state of things is looked at every minute, and whoever must know is told once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from reminders.delivering import pausing
from reminders.delivering.holding import PLAIN, Held
from reminders.overseeing.alerts import raise_alert
from reminders.rules import alarms
from reminders.rules.alarms import Alarm, Stop
from reminders.rules.hours import resolve
from reminders.store.queries import alerts, delivery, lanes, measures, people
from reminders.store.tables import Clinic

DAY = timedelta(days=1)


def raise_all(session: Session, now: datetime) -> None:
    """Raise whatever must be told at ``now``; what was told under its key is not told again."""
    for alarm in _all(session, now):
        raise_alert(session, alarm.clinic_id, alarm.kind, alarm.key, alarm.subject, alarm.body, now)


def _all(session: Session, now: datetime) -> Iterator[Alarm]:
    found = [alarms.late(delivery.last_beat(session), now)]
    found += [alarms.stopped(stop, now) for stop in _stops(session, now)]
    found += [alarms.failing(*row, now.date()) for row in measures.failing(session, now - DAY)]
    spent = measures.spent(session, now.date() - timedelta(days=31))
    found += [
        alarms.spent(row.clinic_id, row.month_on, row.segments, row.segment_budget) for row in spent
    ]
    yield from (alarm for alarm in found if alarm is not None)
    held = Held.read(session)
    if held is not None:
        yield alarms.held(held.since, PLAIN[held.why])
    yield from _mornings(session, now)


def _stops(session: Session, now: datetime) -> Iterator[Stop]:
    """Gather stopped lanes by what stopped them: one refused account stops every clinic's."""
    alike = defaultdict(list)
    for _, lane in lanes.stopped(session):
        alike[lane.channel, lane.held_for or ""].append(lane.held_since or now)
    for (channel, code), since in alike.items():
        yield Stop(channel, code, min(since), len(since))


def _mornings(session: Session, now: datetime) -> Iterator[Alarm]:
    """Write to every live clinic whose morning it is and that has not been written to today."""
    due = {
        alarms.morning_key(clinic.id, local.date()): (clinic, local)
        for clinic in people.clinics(session)
        if clinic.live and alarms.is_morning(local := now.astimezone(ZoneInfo(clinic.time_zone)))
    }
    if not due:
        return
    everyone = pausing.paused(session) is not None
    for key in due.keys() - alerts.raised(session, due.keys()):
        yield _morning(session, *due[key], everyone=everyone)


def _morning(session: Session, clinic: Clinic, local: datetime, *, everyone: bool) -> Alarm:
    today, zone = local.date(), ZoneInfo(clinic.time_zone)
    day = tuple(resolve(today + DAY * n, alarms.MIDNIGHT, zone) for n in (0, 1))
    found = measures.morning(session, clinic.id, (day[0], day[1]))
    paused = everyone or clinic.paused_at is not None
    counts = (found.planned, found.failed, found.stuck)
    return alarms.morning(clinic.id, clinic.name, today, counts, paused=paused)
