"""When the events of a series begin, by its rules, its extra days and its exceptions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, tzinfo
from typing import TYPE_CHECKING, Any

from dateutil.rrule import rruleset, rrulestr

from reminders.calendars.terms import MOST_EVENTS
from reminders.calendars.zones import UnreadableError, moment
from reminders.rules.translation import gettext_noop

if TYPE_CHECKING:
    from icalendar import Component
TOO_OFTEN = gettext_noop("it repeats several times a day")
UNREADABLE = gettext_noop("its repetition cannot be read")

_DAYS = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}

Window = tuple[datetime, datetime]


def is_series(event: Component) -> bool:
    """Say whether an event repeats."""
    return "RRULE" in event or "RDATE" in event


def begins(event: Component, start: datetime, window: Window) -> Iterator[tuple[datetime, bool]]:
    """Return when a series' events begin within a window, and whether each takes place: those that
    are excepted do not. All is counted on the wall clock where the series is.

    Raises ``UnreadableError``.
    """
    assert start.tzinfo is not None
    zone, first = start.tzinfo, start.replace(tzinfo=None)
    dates = rruleset()
    dates.rdate(first)
    for rule in _listed(event.get("RRULE")):
        dates.rrule(_rule(rule, first, zone))
    for extra in _dates(event, "RDATE", zone):
        dates.rdate(_wall(extra, zone, first.time()))
    excepted = {
        _wall(one, zone, None) if isinstance(one, datetime) else one
        for one in _dates(event, "EXDATE", zone)
    }
    since, until = (edge.astimezone(zone).replace(tzinfo=None) for edge in window)
    for at in _between(dates, since, until):
        yield at.replace(tzinfo=zone), not {at, at.date()} & excepted


def _between(dates: rruleset, since: datetime, until: datetime) -> Iterator[datetime]:
    count = 0
    for at in dates:
        if at > until:
            return
        if at >= since:
            count += 1
            yield at
        if count > MOST_EVENTS:
            raise UnreadableError(TOO_OFTEN)


def _rule(rule: Any, first: datetime, zone: tzinfo) -> Any:
    try:
        often = not set(_listed(rule.get("FREQ"))) <= _DAYS
        ends = [_wall(one, zone, time.max) for one in _listed(rule.get("UNTIL"))]
        said = {name: value for name, value in rule.items() if name != "UNTIL"}
        found = rrulestr(type(rule)(said).to_ical().decode(), dtstart=first)
    except (ValueError, TypeError, AttributeError) as error:
        raise UnreadableError(UNREADABLE) from error
    if often:
        raise UnreadableError(TOO_OFTEN)
    return found.replace(until=ends[0]) if ends else found


def _dates(event: Component, name: str, zone: tzinfo) -> Iterator[date | datetime]:
    """Return the days or moments of a property, which may stand several times; of a period its
    start.
    """
    for listed in _listed(event.get(name)):
        for one in listed.dts:
            at = one.dt[0] if isinstance(one.dt, tuple) else one.dt
            yield moment(at, listed.params.get("TZID"), zone)


def _wall(at: date | datetime, zone: tzinfo, time_of_day: time | None) -> datetime:
    """Return a moment on a zone's clock; of a bare day that time of it."""
    if not isinstance(at, datetime):
        return datetime.combine(at, time_of_day or time())
    return at.astimezone(zone).replace(tzinfo=None) if at.tzinfo else at


def _listed(found: Any) -> list[Any]:
    """Return a property's values, be there none, one or several."""
    return [] if found is None else found if isinstance(found, list) else [found]
