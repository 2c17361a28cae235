"""Leave out of a calendar's text, before it is parsed, the years of events that nobody asked for."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from reminders.calendars.terms import cut_off, not_a_calendar
from reminders.rules.text_encodings import decode

DAY = timedelta(days=1)

_FOLD = re.compile(rb"\r?\n[ \t]")
_EVENT = re.compile(
    r"^BEGIN:VEVENT\s*$.*?^END:VEVENT\s*$", re.MULTILINE | re.DOTALL | re.IGNORECASE
)
_DATE = re.compile(r"^(?:DTSTART|RECURRENCE-ID)[^:\n]*:(\d{8})", re.MULTILINE | re.IGNORECASE)
_MOMENTS = re.compile(r"^(?:DTSTART|RECURRENCE-ID)[;:]", re.MULTILINE | re.IGNORECASE)
_RULE = re.compile(r"^RRULE[;:].*$", re.MULTILINE | re.IGNORECASE)
_EXTRA = re.compile(r"^RDATE[;:]", re.MULTILINE | re.IGNORECASE)
_ZONE_OF_UTC = re.compile(r';TZID=(?:"[^"\n]*"|[^:;\n]*)(?=[^:\n]*:\d{8}T\d{6}Z)', re.IGNORECASE)
"""A zone beside a time in UTC says nothing, and would be taken for the time's."""

_UNTIL = re.compile(r"UNTIL=(\d{8})", re.IGNORECASE)


def text_of(content: bytes) -> str:
    """Return a calendar file's text, its folded lines whole (RFC 5545, 3.1). Raises ``InputError``
    where it is no calendar, or not all of one.
    """
    text = decode(_FOLD.sub(b"", content)).strip().strip("\ufeff\x00").strip()
    start = text[:2_000].upper()
    if not start.startswith("BEGIN:VCALENDAR"):
        raise not_a_calendar(page="<HTML" in start or "<!DOCTYPE" in start)
    if not text[-200:].upper().endswith("END:VCALENDAR"):
        raise cut_off()
    return _ZONE_OF_UTC.sub("", text)


def sift(text: str, since: datetime, until: datetime) -> tuple[str, int]:
    """Return the text without events that lie outside these days beyond doubt, and how many events
    there are in all. Parsing takes most of the time, and old years most of a calendar.
    """
    first, last = f"{since - 2 * DAY:%Y%m%d}", f"{until + 2 * DAY:%Y%m%d}"
    count = 0

    def kept(found: re.Match[str]) -> str:
        nonlocal count
        count += 1
        return found[0] if _may_be_within(found[0], first, last) else ""

    return _EVENT.sub(kept, text), count


def _may_be_within(event: str, first: str, last: str) -> bool:
    if _EXTRA.search(event):
        return True
    if rule := _RULE.search(event):
        ends = _UNTIL.search(rule[0])
        return ends is None or ends[1] >= first
    dates = _DATE.findall(event)
    unclear = not dates or len(dates) < len(_MOMENTS.findall(event))
    return unclear or any(first <= day <= last for day in dates)
