"""Write dates and times in a client's language: in full for emails, short for texts."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time

from reminders.rules.segments import fold, ucs2_characters

_YEAR = re.compile(r"[ ,]*(?:'de' )?y+.*")


@lru_cache(maxsize=256)
def locale_of(language: str, country: str) -> Locale:
    """Return the locale of a language as written in a country, where it has an own one there."""
    tag = language.replace("-", "_")
    for name in (f"{tag}_{country}" if "_" not in tag else tag, tag, "en"):
        try:
            return Locale.parse(name)
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en")


@lru_cache(maxsize=4096)
def say_date(day: date, locale: Locale) -> str:
    """Write a date in full, with its weekday and without its year."""
    pattern = _YEAR.sub("", str(locale.date_formats["full"].pattern))
    return format_date(day, pattern, locale=locale)


@lru_cache(maxsize=4096)
def say_date_briefly(day: date, locale: Locale) -> str:
    """Write a date as fully as letters allow that do not triple a text's price: Spanish has
    “mar, 3 mar”, but no such “sáb”.
    """
    moment = datetime.combine(day, time())
    found = (format_skeleton(s, moment, locale=locale) for s in ("MMMEd", "MMMd", "Md"))
    ways = [fold(way).removesuffix(".") for way in found]
    return next((way for way in ways if not ucs2_characters(way)), ways[-1])


@lru_cache(maxsize=4096)
def say_time(at: time | None, locale: Locale) -> str:
    """Write a time of day; nothing for an unknown one."""
    return fold(format_time(at, "short", locale=locale)) if at else ""
