"""Cells of a workbook as somebody would have typed them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from reminders.workbooks.terms import LONGEST_CELL, MOST_COLUMNS, too_many_columns

SINCE_1900 = datetime(1899, 12, 30)  # noqa: DTZ001 (a wall clock's time, of no zone)
SINCE_1904 = datetime(1904, 1, 1)  # noqa: DTZ001
"""From when spreadsheets count days: the second is that of old Macintosh programs."""


class Cells:
    """The cells of one row that are not blank, by place."""

    def __init__(self) -> None:
        self._texts: dict[int, str] = {}

    def put(self, place: int, text: str) -> None:
        """Put text into a cell; a blank one is none, wherever it stands."""
        if text := text[: LONGEST_CELL + 1].strip():
            if place >= MOST_COLUMNS:
                raise too_many_columns()
            self._texts[place] = text

    def take(self) -> list[str]:
        """Return the row up to its last cell, and begin the next."""
        texts, self._texts = self._texts, {}
        return _row(texts) if texts else []


def _row(texts: Mapping[int, str]) -> list[str]:
    return [texts.get(place, "") for place in range(max(texts) + 1)]


def number_text(number: float) -> str:
    """Write a number without a point where it is whole."""
    return str(int(number)) if number.is_integer() else str(number)


def yes_or_no(truth: str) -> str:
    """Write a truth value, as files keep it."""
    return "yes" if truth in {"1", "true"} else "no"


def serial_text(serial: float, since: datetime) -> str:
    """Write the day count that spreadsheets keep dates and times as."""
    try:
        moment = since + timedelta(seconds=round(serial * 86_400))
    except (OverflowError, ValueError):
        return number_text(serial)
    return clock_text(moment.time()) if 0 <= serial < 1 else moment_text(moment)


def iso_text(written: str) -> str:
    """Write a date, or a date and time, that is kept in ISO 8601; leave anything else as it is."""
    try:
        return moment_text(datetime.fromisoformat(written).replace(tzinfo=None))
    except ValueError:
        return written


def moment_text(moment: datetime) -> str:
    """Write a date, with its time unless that is midnight."""
    if moment.time() == time():
        return moment.date().isoformat()
    return moment.isoformat(" ", "minutes")


def clock_text(clock: time) -> str:
    """Write a time of day."""
    return clock.isoformat("minutes")
