"""Calendar files, written line by line."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from reminders.calendars.parsing import Reading
from reminders.calendars.sifting import text_of
from reminders.calendars.terms import AHEAD, BACK, CalendarContent

FILES = Path(__file__).parents[1] / "calendars" / "files"

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
"""When they are read, as the clock of the tests stands."""


def event(*lines: str, uid: str = "e1@cal.example", title: str = "Microneedling") -> str:
    """Write an event on Tuesday at 14:00 in London, unless its lines say otherwise."""
    said = {line.partition(":")[0].partition(";")[0] for line in lines}
    usual = {
        "UID": f"UID:{uid}",
        "SUMMARY": f"SUMMARY:{title}",
        "DTSTART": "DTSTART;TZID=Europe/London:20260303T140000",
        "DTEND": "DTEND;TZID=Europe/London:20260303T150000",
    }
    if "DTSTART" in said:
        del usual["DTEND"]
    kept = [line for name, line in usual.items() if name not in said]
    return "\r\n".join(["BEGIN:VEVENT", *kept, *filter(None, lines), "END:VEVENT"])


def ics(*events: str, more: tuple[str, ...] = ()) -> bytes:
    """Write a calendar file."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Tests//EN",
        *more,
        *events,
        "END:VCALENDAR",
    ]
    return ("\r\n".join(lines) + "\r\n").encode()


def read_here(file: bytes, time_zone: str, now: datetime) -> CalendarContent:
    """Read a calendar without a process of its own, which takes most of a second to start."""
    reading = Reading(ZoneInfo(time_zone), (now - BACK, now + AHEAD))
    events = tuple(reading.events(text_of(file)))
    return CalendarContent(reading.name, reading.total, events, reading.unreadable)
