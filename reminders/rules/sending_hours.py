"""Sending hours and local times: when clients may be messaged, across changes of clock."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from reminders.rules.translation import gettext, gettext_noop

Opening = tuple[time, time] | None

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EARLIEST, LATEST = time(8), time(21)
USUAL = "Mon-Sun 09:00-20:30"
"""Texts: the longest night between leaves room for half an hour of silence after a visit and for the
hour that clocks are set back, within the 14 hours in which the first night's advice is told."""

DAY_BEGINS, DAY_ENDS = time(), time(23, 59)
EMAILS_USUAL = "Mon-Sun 07:00-22:00"
"""Emails: no law keeps them to hours, and they wake nobody."""

_AT_ANY_HOUR = (DAY_BEGINS, DAY_ENDS)
_BY_LAW = (EARLIEST, LATEST)

_SPAN = re.compile(
    r"(?P<first>[a-z]{3})[a-z]*(?:\s*-\s*(?P<last>[a-z]{3})[a-z]*)?\s+"
    r"(?P<opens>\d{1,2}:\d{2})\s*-\s*(?P<closes>\d{1,2}:\d{2})",
)


@dataclass(frozen=True, slots=True)
class SendingHours:
    """When clients may be messaged, Monday first; a day without an opening is closed."""

    week: tuple[Opening, ...]

    def __str__(self) -> str:
        """Write the week the way ``parse`` reads it, a span for each run of equal days."""
        runs: list[tuple[int, int]] = []
        for day, opening in enumerate(self.week):
            if runs and self.week[runs[-1][1]] == opening:
                runs[-1] = (runs[-1][0], day)
            else:
                runs.append((day, day))
        return ", ".join(self._span(*run) for run in runs if self.week[run[0]])

    def _span(self, first: int, last: int) -> str:
        opening = self.week[first]
        assert opening is not None
        days = DAYS[first].title() + (f"-{DAYS[last].title()}" if last > first else "")
        return f"{days} {opening[0]:%H:%M}-{opening[1]:%H:%M}"


@dataclass(frozen=True, slots=True)
class ChannelHours:
    """When one client may be texted, and when emailed, on their own clock."""

    texts: SendingHours
    emails: SendingHours


def parse(text: str) -> SendingHours:
    """Read sending hours of texts, such as ``Mon-Sat 09:00-20:00, Sun 12:00-20:00``.

    Hours before 08:00 or after 21:00 are refused: no solicitation outside them in the
    recipient's local time (47 CFR 64.1200(c)(1)), which we keep for care messages too.

    Raises ``ValueError`` with a sentence for the person who typed it.
    """
    return _parse(text, _BY_LAW)


def parse_emails(text: str) -> SendingHours:
    """Read sending hours of emails, at any hour of the day; raises ``ValueError`` as ``parse`` does."""
    return _parse(text, _AT_ANY_HOUR)


@lru_cache(maxsize=256)
def _parse(text: str, bounds: tuple[time, time]) -> SendingHours:
    week: list[Opening] = [None] * 7
    for part in text.lower().split(","):
        match = _SPAN.fullmatch(part.strip())
        if match is None:
            msg = gettext("Write sending hours like “%(hours)s”.", hours=USUAL)
            raise ValueError(msg)
        opening = _opening(match["opens"], match["closes"], bounds)
        for day in _days(match["first"], match["last"] or match["first"]):
            week[day] = opening
    return SendingHours(tuple(week))


def _opening(opens: str, closes: str, bounds: tuple[time, time]) -> tuple[time, time]:
    try:
        first, last = (time.fromisoformat(text.rjust(5, "0")) for text in (opens, closes))
    except ValueError:
        msg = gettext(
            "%(hours)s is not a time of day; write it like 09:00-20:00.", hours=f"{opens}-{closes}"
        )
        raise ValueError(msg) from None
    if not bounds[0] <= first < last <= bounds[1]:
        msg = gettext_noop(
            "%(hours)s must lie between %(first)s and %(last)s and end after it begins."
        )
        hours = f"{opens}-{closes}"
        raise ValueError(gettext(msg, hours=hours, first=bounds[0], last=bounds[1]))
    return first, last


def _days(first: str, last: str) -> range:
    if first not in DAYS or last not in DAYS or DAYS.index(first) > DAYS.index(last):
        msg = gettext(
            "%(days)s is not a span of days; write Mon to Sun, the first day first.",
            days=f"{first}-{last}",
        )
        raise ValueError(msg)
    return range(DAYS.index(first), DAYS.index(last) + 1)


@lru_cache(maxsize=1 << 16)
def resolve(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Return the instant (UTC) of a wall time: its first occurrence where it comes twice,
    the first moment after the gap where the clocks skip it.
    """
    wall = datetime.combine(day, at)
    instant = wall.replace(tzinfo=zone).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == wall:
        return instant
    return _end_of_gap(wall.replace(tzinfo=zone, fold=1).astimezone(UTC), instant, zone)


def time_exists(day: date, at: time, zone: ZoneInfo) -> bool:
    """Say whether the clocks of this zone show that time on that day at all."""
    return resolve(day, at, zone).astimezone(zone).replace(tzinfo=None) == datetime.combine(day, at)


def _end_of_gap(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Halve the span until the second in which the offset changes is found."""
    new_offset = after.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == new_offset:
            after = middle
        else:
            before = middle
    return after


def opening_on(day: date, hours: SendingHours, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
    """Return when a local day opens and closes (UTC), or None on a closed day."""
    opening = hours.week[day.weekday()]
    if opening is None:
        return None
    return resolve(day, opening[0], zone), resolve(day, opening[1], zone)


def next_opening(
    instant: datetime, hours: SendingHours, zone: ZoneInfo
) -> tuple[datetime, datetime]:
    """Return from when, at or after ``instant``, and until when (UTC) messages may leave next."""
    day = instant.astimezone(zone).date()
    for ahead in range(15):
        span = opening_on(day + timedelta(days=ahead) if ahead else day, hours, zone)
        if span is not None and instant < span[1]:
            return max(instant, span[0]), span[1]
    msg = "these sending hours never open"
    raise ValueError(msg)


def next_open(instant: datetime, hours: SendingHours, zone: ZoneInfo) -> datetime:
    """Return the first moment (UTC) at or after ``instant`` at which messages may leave."""
    return next_opening(instant, hours, zone)[0]
