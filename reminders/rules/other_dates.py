"""Dates and times in the less usual notations: the hour first, zones behind, two dates, clocks of programs."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from reminders.rules.contacts import clean
from reminders.rules.list_dates import Order, When, read_times, read_when
from reminders.rules.terms import InputError
from reminders.rules.zone_names import read_zone


@lru_cache(maxsize=8192)
def read_day(cell: str, zone: ZoneInfo, order: Order, today: date) -> When:
    """Read a day with its times, in the usual notations first. Midnight is no time: programs write it
    where they have only a day. Raises ``InputError``.
    """
    try:
        found = read_when(cell, zone, order, today)
    except InputError:
        other = _read_otherwise(clean(cell).strip("'"), zone, order, today)
        if other is None:
            raise
        found = other
    return When(found.day) if found.at == time() else found


@lru_cache(maxsize=4096)
def read_hours(cell: str) -> tuple[time, time | None]:
    """Read a time of day, or two, in the usual notations first. Raises ``InputError``."""
    try:
        return read_times(cell)
    except InputError:
        text = clean(cell)
        for mine, plain in _HOURS:
            text = mine.sub(plain, text)
        if not (half := _PART_OF_DAY.search(text)):
            return read_times(text)
        at, _ = read_times(text[: half.start()].strip())
        return at.replace(hour=at.hour + 12 * (bool(half["pm"]) and at.hour < 12)), None


def _read_otherwise(text: str, zone: ZoneInfo, order: Order, today: date) -> When | None:
    if moment := _counted(text, zone):
        return moment
    text, clock = _without_zone(text, zone)
    begins, ends = _parted(text)
    with suppress(InputError):
        found = read_when(_plain(begins), zone, order, today)
        if ends:
            last = read_when(_plain(ends), zone, order, today)
            return When(found.day, found.at, last.at if last.day == found.day else None)
        return _turned(found, clock, zone) if clock else found
    return None


def _counted(text: str, zone: ZoneInfo) -> When | None:
    """Read the seconds, or thousandths, since 1970."""
    if not re.fullmatch(r"1\d{9}(?:\d{3})?", text):
        return None
    found = datetime.fromtimestamp(int(text[:10]), zone)
    return When(found.date(), found.time().replace(second=0))


def _turned(found: When, clock: tzinfo, zone: ZoneInfo) -> When:
    """Turn times on another clock to the clinic's."""
    if found.at is None:
        return found
    begins, ends = (
        datetime.combine(found.day, at, clock).astimezone(zone) if at else None
        for at in (found.at, found.ends)
    )
    assert begins is not None
    return When(begins.date(), begins.time(), ends.time() if ends else None)


def _without_zone(text: str, zone: ZoneInfo) -> tuple[str, tzinfo | None]:
    """Part the zone of the clocks from what stands before it; the clinic's own says nothing."""
    found = _ZONE.search(text)
    if found is None or ":" not in text[: found.start()]:
        return text, None
    before, name = text[: found.start()].rstrip(" ,"), found["name"] or ""
    if found["hours"]:
        length = timedelta(hours=int(found["hours"][1:]), minutes=int(found["minutes"] or 0))
        return before, timezone(-length if found["hours"][0] == "-" else length)
    own = {datetime(2026, month, 15, tzinfo=zone).tzname() for month in (1, 7)} - {"GMT", "UTC"}
    short = _SAME.get(name.upper(), name.upper())
    if short in own:
        return before, None
    if short in _OFFSETS:
        return before, timezone(timedelta(hours=_OFFSETS[short]))
    with suppress(InputError):
        if "/" in name:
            return before, ZoneInfo(read_zone(name, {}))
    return text, None


def _parted(text: str) -> tuple[str, str]:
    """Part “26/11/2026 10:00 - 26/11/2026 11:00” into two moments; the second is mostly empty."""
    found = _TWO.fullmatch(text)
    return (found[1], found[2]) if found else (text, "")


def _plain(text: str) -> str:
    for mine, plain in _DAYS:
        text = mine.sub(plain, text)
    return text.strip()


def _any_case(*table: tuple[str, str]) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(mine, re.IGNORECASE), plain) for mine, plain in table)


_CLOCK = r"\d{1,2}(?:[:h]\d{2}(?::\d{2})?\s?(?:[ap]\.?\s?m\.?|h|uhr)?|\s?(?:[ap]\.?\s?m\.?|h|uhr))"
_DATED = r"\d{1,4}[-/. ]+(?:\d{1,2}|[^\W\d_]{3,})[-/. ]+\d{2,4}"
_ZONE = re.compile(
    r"\s*\(?(?:(?:UTC|GMT)?(?P<hours>[+-]\d{1,2}):?(?P<minutes>\d{2})?(?:\s*\([^)]*\))?"
    r"|\b(?P<name>[A-Z]{1,5}|[A-Z][a-z]+/[A-Za-z_]+))\)?$"
)
_SAME = {"MEZ": "CET", "MESZ": "CEST", "HNEC": "CET"} | {
    f"{region}T": f"{region}ST" for region in "ECMP"
}
"""Other names of zones' short forms."""

_OFFSETS = {
    "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3,
    "AST": -4, "ADT": -3, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
    "AEST": 10, "AEDT": 11,
}  # fmt: skip
"""Hours from UTC by short forms, where the clinics' countries use them for one zone."""

_TWO = re.compile(
    rf"(.*?\d:\d\d.*?)\s*(?:[-–—]|to|bis|al?|à|do|até|hasta)\s+({_DATED}.*)", re.IGNORECASE
)
_DAYS = _any_case(
    (r"^(\d{5}),(\d+)$", r"\1.\2"),  # a day count with a comma
    (r"^(\d{5})\.0+$", r"\1"),
    (r"\b1er\b", "1"),
    (r"\b(?:a las?|w|dnia|on|godz\w*\.?|kl\.?)\s+(?=\d)", " "),
    (r"\s*[|@·•]\s*|(?<=\d)\s+/\s+(?=\d{1,2}[:h])", " "),
    (r"\b(\d{1,2})\s*[-/.]?\s*([^\W\d_]{3,})\.?\s*[-/.]?\s*(\d{4}|\d{2})\b", r"\1 \2 \3"),
    (r"^(?:[a-z]{3} )?([a-z]{3}) +(\d{1,2}) (\d{2}:\d{2}):\d{2} (\d{4})$", r"\2 \1 \4 \3"),
    (r"\b(\d{1,2})\s*[-–]\s*(\d{1,2})\s*(?:uhr|h)\b", r"\1:00-\2:00"),
    (rf"^({_CLOCK}(?:\s*[-–]\s*{_CLOCK})?)(?:\s*,\s*|\s+)(.*\d{{4}}|{_DATED})$", r"\2 \1"),
)
"""How to write in the usual notations what stands in a cell of days."""

_HOURS = _any_case(
    (r"^(?:12 )?(?:noon|midday|mediod[ií]a|midi|mittags?|południe|meio[- ]dia)$", "12:00"),
    (r"^(?:von|from|od|das|de|entre|zwischen|at|um|o|às|as|à|a las?)\s+(?=\d)", ""),
    (r"\s*(?:\(.*\)|,\s*\d+\s*min\w*\.?)$", ""),
    (r"(\d)\s*(?:[/~→]|und|et|y|i|and)\s*(?=\d{1,2}[:.h]\d{2})", r"\1-"),
    (r"^(\d{1,2})[;,](\d{2})$", r"\1:\2"),
    (r"^([ap]m)\s*(\d{1,2}(?::\d{2})?)$", r"\2 \1"),
)
"""The same for a cell of times."""

_PART_OF_DAY = re.compile(
    r"\s*(?:(?:de|da|in|du|por) )?(?:la |the |l['’])?(?:(?P<am>mañana|manhã|morning|matin|morgens|vormittags|rano)"
    r"|(?P<pm>tarde|noche|noite|afternoon|evening|apr[èe]s-midi|soir|nachmittags|abends|po południu|wieczorem))$",
    re.IGNORECASE,
)
