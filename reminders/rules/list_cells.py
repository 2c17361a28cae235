"""Parse the cells of a clinic's list: dates, times, answers, time zones, languages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from reminders.rules import sending_hours
from reminders.rules.contacts import clean
from reminders.rules.terms import InputError
from reminders.rules.translation import gettext, gettext_noop

MONTH_FIRST = {"US", "PR", "GU", "VI", "AS", "UM", "PH"}
"""Countries that write 3/14/2026 for the fourteenth of March."""

FURTHEST = timedelta(days=5 * 366)
"""A treatment further from today than this is a slip of the pen."""

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAY = re.compile(r"^(mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+", re.IGNORECASE)
_NUMBERS = re.compile(r"(\d{1,4})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{1,4})")
_DAY_WORD = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th)?[\s.-]+([a-z]{3,9})\.?,?[\s-]+(\d{4}|\d{2})", re.IGNORECASE
)
_WORD_DAY = re.compile(
    r"([a-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4}|\d{2})", re.IGNORECASE
)
_CLOCK = re.compile(
    r"(?:^|[T\s,]|\bat\s)\s*(\d{1,2})(?:[:.h](\d{2})(?:[:.](\d{2})(?:\.\d+)?)?)?\s*([ap])?\.?(m)?\.?$",
    re.IGNORECASE,
)
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
EXAMPLE = gettext_noop("Enter it like 2026-03-14 15:30, or 14 March 2026.")


class Moment(NamedTuple):
    """A day on the clinic's wall calendar, and the time of day where one was given."""

    day: date
    at: time | None


def day_first(cells: Iterable[str], country: str) -> bool:
    """Say whether a column writes the day before the month: a number over 12 tells, else the
    country's habit does.
    """
    pairs = [
        found.groups()[:2]
        for cell in cells
        if (found := _NUMBERS.search(cell)) and len(found[1]) < 4
    ]
    if any(int(first) > 12 for first, _ in pairs):
        return True
    if any(int(second) > 12 for _, second in pairs):
        return False
    return country not in MONTH_FIRST


def read_moment(cell: str, zone: ZoneInfo, *, day_comes_first: bool, today: date) -> Moment:
    """Read a date, or a date and time, in any of the usual spellings.

    A time with an offset is turned to the clinic's clock (``zone``); one without is on it.
    A time that the clocks skip is refused; one that comes twice is the first.

    Raises ``InputError``.
    """
    text = clean(cell)
    moment = _iso(text, zone) or _serial(text) or _spelled(text, day_comes_first=day_comes_first)
    if moment is None:
        raise InputError(gettext("This is not a date."), gettext(EXAMPLE))
    if abs(moment.day - today) > FURTHEST:
        raise InputError(
            gettext("%(day)s is more than five years from today.", day=moment.day),
            gettext("Check the year."),
        )
    _refuse_skipped(moment, zone)
    return moment


def _refuse_skipped(moment: Moment, zone: ZoneInfo) -> None:
    if moment.at is not None and not sending_hours.time_exists(moment.day, moment.at, zone):
        raise InputError(
            gettext(
                "%(time)s does not exist on %(day)s in %(zone)s, because the clocks go forward.",
                time=moment.at,
                day=moment.day,
                zone=zone.key,
            ),
            gettext("Write the time that the clock really showed."),
        )


def is_ambiguous(moment: Moment, zone: ZoneInfo) -> bool:
    """Say whether the clocks show this time twice on that day, as when summer time ends."""
    if moment.at is None:
        return False
    wall = datetime.combine(moment.day, moment.at, tzinfo=zone)
    twice = wall.utcoffset() != wall.replace(fold=1).utcoffset()
    return twice and sending_hours.time_exists(moment.day, moment.at, zone)


def _iso(text: str, zone: ZoneInfo) -> Moment | None:
    if not re.match(r"\d{4}-\d{2}-\d{2}|\d{8}(?!\d)", text):
        return None
    try:
        found = datetime.fromisoformat(text)
        found = found.astimezone(zone) if found.tzinfo is not None else found
    except (ValueError, OverflowError):
        return None
    has_time = bool(re.search(r"\d[T ]\d", text))
    return Moment(
        found.date(), found.time().replace(second=0, microsecond=0, fold=0) if has_time else None
    )


def _serial(text: str) -> Moment | None:
    """Read the day count that spreadsheets keep dates as."""
    if not _SERIAL.fullmatch(text) or not 36_526 <= float(text) <= 73_050:
        return None
    found = datetime(1899, 12, 30) + timedelta(days=float(text))  # noqa: DTZ001 (a wall clock)
    rounded = (found + timedelta(seconds=30)).replace(second=0, microsecond=0)
    return Moment(rounded.date(), rounded.time() if "." in text else None)


def _spelled(text: str, *, day_comes_first: bool) -> Moment | None:
    rest = _WEEKDAY.sub("", text)
    for pattern in (_NUMBERS, _DAY_WORD, _WORD_DAY):
        found = pattern.match(rest)
        if found is None:
            continue
        day = _day(found, day_comes_first=day_comes_first)
        tail = rest[found.end() :].strip(" ,-")
        at = read_clock(tail) if tail else None
        return None if tail and at is None else Moment(day, at)
    return None


def _day(found: re.Match[str], *, day_comes_first: bool) -> date:
    first, second, third = found.groups()
    if found.re is _WORD_DAY:
        first, second = second, first
    if found.re is not _NUMBERS:
        year, month, day = third, _month(second), first
    elif len(first) == 4:
        year, month, day = first, second, third
    elif day_comes_first:
        year, month, day = third, second, first
    else:
        year, month, day = third, first, second
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
    except ValueError:
        ordered = found.re is _NUMBERS and len(first) < 4
        no_day = _NO_DAY if not ordered else _NO_DAY_FIRST if day_comes_first else _NO_MONTH_FIRST
        raise InputError(gettext(no_day, written=found[0]), gettext(EXAMPLE)) from None


_NO_DAY = gettext_noop("There is no such day as %(written)s.")
_NO_DAY_FIRST = gettext_noop(
    "There is no such day as %(written)s (read with the day first, as in this column)."
)
_NO_MONTH_FIRST = gettext_noop(
    "There is no such day as %(written)s (read with the month first, as in this column)."
)


def _month(word: str) -> str:
    name = word.lower()[:3]
    return str(_MONTHS.index(name) + 1) if name in _MONTHS else "0"


def read_clock(text: str) -> time | None:
    """Read a time of day such as 15:30, 3.30 pm or 9am; None where it is none."""
    found = _CLOCK.search(text)
    if found is None or found.start() or not (found[2] or found[4]):
        return None
    hour, half = int(found[1]), (found[4] or "").lower()
    if half and not 1 <= hour <= 12:
        return None
    hour = hour % 12 + 12 * (half == "p") if half else hour
    try:
        return time(hour, int(found[2] or 0))
    except ValueError:
        return None
