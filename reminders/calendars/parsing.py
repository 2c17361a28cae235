"""Read the events of a calendar file within some days: series told apart, every time in UTC."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from warnings import catch_warnings, simplefilter

from reminders.calendars import recurrence
from reminders.calendars.recurrence import Window, is_series
from reminders.calendars.sifting import sift
from reminders.calendars.terms import (
    LONGEST_DESCRIPTION,
    LONGEST_TITLE,
    MOST_ATTENDEES,
    Attendee,
    CalendarEvent,
)
from reminders.calendars.zones import UnreadableError, moment, zone
from reminders.rules.translation import gettext_noop

if TYPE_CHECKING:
    from icalendar import Calendar, Component

DAY = timedelta(days=1)
UNREADABLE = gettext_noop("its date cannot be read")
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class Reading:
    """One file being read: on whose clock its times without a zone are, for which days, and what
    was found beside its events.
    """

    clock: tzinfo
    window: Window
    name: str = ""
    total: int = 0
    unreadable: Counter[str] = field(default_factory=Counter)

    def events(self, text: str) -> Iterator[CalendarEvent]:
        """Return the events that begin within the days asked for; what cannot be read is counted.

        Raises ``ValueError`` where the file as a whole makes no sense.
        """
        from icalendar import Calendar  # noqa: PLC0415 (3 MB, for the reader alone)

        text, self.total = sift(text, *self.window)
        with catch_warnings():
            simplefilter("ignore")  # that it guesses at zones, which are looked at here anyway
            calendars = Calendar.from_ical(text, multiple=True)
        for calendar in calendars:
            self.name = self.name or str(calendar.get("X-WR-CALNAME", ""))[:LONGEST_TITLE]
            clock = zone(str(calendar.get("X-WR-TIMEZONE", ""))) or self.clock
            for versions in _by_uid(calendar).values():
                yield from self._group(versions, clock)

    def _group(self, versions: list[Component], clock: tzinfo) -> Iterator[CalendarEvent]:
        """Return the events of one name: a single one, or the occurrences of a series in which those
        that were changed alone stand in the place of the others.
        """
        read = [one for version in versions for one in self._read(version, clock)]
        changed = {one.occurrence: one for _, one in _newest(read) if one.occurrence}
        masters = [(event, one) for event, one in _newest(read) if not one.occurrence]
        for event, one in masters:
            if not is_series(event):
                yield from self._within([one])
                continue
            for each in self._occurrences(event, one, clock):
                yield from self._within([changed.pop(each.occurrence, each)])
        yield from self._within(changed.values())

    def _read(self, event: Component, clock: tzinfo) -> Iterator[tuple[Component, CalendarEvent]]:
        try:
            yield event, _event(event, clock)
        except UnreadableError as error:
            self.unreadable[str(error)] += 1
        except (ValueError, TypeError, LookupError, AttributeError, OverflowError):
            self.unreadable[UNREADABLE] += 1

    def _occurrences(
        self, event: Component, first: CalendarEvent, clock: tzinfo
    ) -> Iterator[CalendarEvent]:
        start = _start(event, clock)
        length = first.ends - first.begins if first.ends else None
        try:
            for at, stands in recurrence.begins(event, start, self.window):
                begins = at.astimezone(UTC)
                yield replace(
                    first,
                    occurrence=_stamp(begins),
                    begins=begins,
                    ends=(at + length).astimezone(UTC) if length else None,
                    status=first.status if stands else "CANCELLED",
                )
        except UnreadableError as error:
            self.unreadable[str(error)] += 1

    def _within(self, events: Iterable[CalendarEvent]) -> Iterator[CalendarEvent]:
        since, until = self.window
        return (one for one in events if since <= one.begins <= until)


def _by_uid(calendar: Calendar) -> dict[str, list[Component]]:
    """Group a calendar's events by their names; one without gets one from what it says."""
    found: dict[str, list[Component]] = defaultdict(list)
    for event in calendar.walk("VEVENT"):
        found[str(event.get("UID", "")).strip() or _own_name(event)].append(event)
    return found


def _own_name(event: Component) -> str:
    told = [str(event.get(name, "")) for name in ("SUMMARY", "DESCRIPTION", "LOCATION")]
    start = event.get("DTSTART")
    told.append(start.to_ical().decode() if start is not None else "")
    return sha256("\0".join(told).encode()).hexdigest()


def _newest(
    versions: list[tuple[Component, CalendarEvent]],
) -> list[tuple[Component, CalendarEvent]]:
    """Return the newest of each occurrence; of several equally new that begin at different times,
    all: they only share a name that should be one's alone.
    """
    found: dict[str, list[tuple[Component, CalendarEvent]]] = defaultdict(list)
    for one in versions:
        found[one[1].occurrence].append(one)
    kept = []
    for same in found.values():
        best = max(_version(event) for _, event in same)
        newest = [one for one in same if _version(one[1]) == best]
        starts = {event.begins: (source, event) for source, event in newest}
        alone = len(starts) == 1 or any(is_series(source) for source, _ in newest)
        kept += [newest[-1]] if alone else [_told_apart(*one) for one in starts.values()]
    return kept


def _told_apart(source: Component, event: CalendarEvent) -> tuple[Component, CalendarEvent]:
    return source, replace(event, uid=f"{event.uid} {_stamp(event.begins)}")


def _version(event: CalendarEvent) -> tuple[int, datetime]:
    return event.sequence, event.modified_at or NEVER


def _event(event: Component, clock: tzinfo) -> CalendarEvent:
    """Read one event as it stands. Raises ``UnreadableError``, or what a broken property does."""
    start = _property(event, "DTSTART").dt
    begins = _start(event, clock)
    ends = _end(event, begins, clock)
    whole_day = not isinstance(start, datetime) or (ends is not None and ends - begins >= DAY)
    return CalendarEvent(
        uid=str(event.get("UID", "")).strip() or _own_name(event),
        occurrence=_occurrence(event, clock),
        begins=begins.astimezone(UTC),
        ends=ends.astimezone(UTC) if ends is not None and ends > begins else None,
        all_day=whole_day,
        status=str(event.get("STATUS", "")).upper(),
        title=_text(event, "SUMMARY", LONGEST_TITLE),
        description=_text(event, "DESCRIPTION", LONGEST_DESCRIPTION),
        sequence=_sequence(event),
        modified_at=_modified(event),
        attendees=tuple(map(_attendee, _listed(event.get("ATTENDEE"))[:MOST_ATTENDEES])),
        organizer=_address(event.get("ORGANIZER", "")),
    )


def _property(event: Component, name: str) -> Any:
    """Return a property. Raises ``LookupError``, or says by its own error that it is broken."""
    return event[name]


def _start(event: Component, clock: tzinfo) -> datetime:
    return _instant(_property(event, "DTSTART"), clock)


def _instant(value: Any, clock: tzinfo) -> datetime:
    at = moment(value.dt, value.params.get("TZID"), clock)
    if isinstance(at, datetime):
        return at
    assert isinstance(at, date)
    return datetime.combine(at, time(), clock)


def _end(event: Component, begins: datetime, clock: tzinfo) -> datetime | None:
    if "DTEND" in event:
        return _instant(_property(event, "DTEND"), clock)
    length = _property(event, "DURATION").dt if "DURATION" in event else None
    return begins + length if isinstance(length, timedelta) else None


def _occurrence(event: Component, clock: tzinfo) -> str:
    known = event.get("RECURRENCE-ID")
    return _stamp(_instant(known, clock).astimezone(UTC)) if known is not None else ""


def _stamp(at: datetime) -> str:
    return f"{at:%Y%m%dT%H%M%SZ}"


def _sequence(event: Component) -> int:
    said = str(event.get("SEQUENCE", 0))
    return int(said) if said.isdecimal() and len(said) < 10 else 0


def _modified(event: Component) -> datetime | None:
    said = getattr(event.get("LAST-MODIFIED"), "dt", None) if "LAST-MODIFIED" in event else None
    return said.astimezone(UTC) if isinstance(said, datetime) else None


def _text(event: Component, name: str, longest: int) -> str:
    said = event.get(name, "")
    first = said[0] if isinstance(said, list) and said else said
    return str(first).replace("\x00", "")[:longest]


def _attendee(value: Any) -> Attendee:
    said = getattr(value, "params", {})
    named = str(said.get("EMAIL", "")).strip() or _address(value)
    role = str(said.get("CUTYPE", "")).upper()
    answer = "RESOURCE" if role in {"RESOURCE", "ROOM"} else str(said.get("PARTSTAT", "")).upper()
    return Attendee(str(said.get("CN", "")).strip('" ')[:LONGEST_TITLE], named[:254], answer)


def _address(value: Any) -> str:
    said = str(value).strip()
    return said[7:].strip() if said.lower().startswith("mailto:") else ""


def _listed(found: Any) -> list[Any]:
    return [] if found is None else found if isinstance(found, list) else [found]
