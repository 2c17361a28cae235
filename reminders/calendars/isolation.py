"""Read a calendar file in a process of its own, so that no file can hurt the service."""

from __future__ import annotations

import json
from datetime import datetime
from io import BytesIO

from pydantic import TypeAdapter

from reminders.calendars.terms import (
    AHEAD,
    BACK,
    COPY_ANEW,
    LIMITS,
    CalendarContent,
    CalendarEvent,
    too_large,
)
from reminders.confinement import ConfinedReader

_EVENT = TypeAdapter(CalendarEvent)


def calendar_content(file: bytes, time_zone: str, now: datetime) -> CalendarContent:
    """Return the events of a calendar file from ``BACK`` before an instant (UTC) to ``AHEAD`` of it.

    Times without a zone are on the clock of ``time_zone``, if the file names none. Raises
    ``InputError``.
    """
    window = ((now - BACK).isoformat(), (now + AHEAD).isoformat())
    with READER.output(BytesIO(file), time_zone, *window) as out:
        *lines, last = out
        events = tuple(_EVENT.validate_json(line) for line in lines)
        return CalendarContent(events=events, **json.loads(last))


READER = ConfinedReader("reminders.calendars.reader", "calendar", COPY_ANEW, LIMITS, too_large)
