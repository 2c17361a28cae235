"""What is read of a calendar file: plain events, how much at most, and how a file is refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from reminders.confinement import Limits
from reminders.rules.terms import InputError
from reminders.rules.translation import gettext, gettext_noop

LARGEST = 5 * 1024 * 1024
MOST_EVENTS = 5_000
MOST_ATTENDEES = 20
LONGEST_TITLE = 300
LONGEST_DESCRIPTION = 4_000

LIMITS = Limits(memory=384 * 1024 * 1024, output=32 * 1024 * 1024, seconds=20)

BACK, AHEAD = timedelta(days=14), timedelta(days=180)
"""How far around today events are read: aftercare begins no later, and no clinic books farther."""

COPY_ANEW = gettext_noop("Copy the address from your calendar’s settings again.")


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody who was invited; ``answer`` is PARTSTAT, in capitals."""

    name: str
    email: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """One event, or one occurrence of a series; instants are aware UTC.

    ``occurrence`` tells those of a series apart by when each was to begin, and stays when one is
    moved. ``all_day`` is one without a time of day, or that lasts a day or longer; of those
    ``begins`` is where its first day does.
    """

    uid: str
    occurrence: str
    begins: datetime
    ends: datetime | None
    all_day: bool
    status: str
    title: str
    description: str
    sequence: int = 0
    modified_at: datetime | None = None
    attendees: tuple[Attendee, ...] = ()
    organizer: str = ""


@dataclass(frozen=True, slots=True)
class CalendarContent:
    """What a file holds: its own name, how many events there are in all, those of the days asked
    for, and how many could not be read, by the reason.
    """

    name: str
    total: int
    events: tuple[CalendarEvent, ...]
    unreadable: dict[str, int] = field(default_factory=dict)


def not_a_calendar(*, page: bool) -> InputError:
    """Return the refusal of what is no calendar file."""
    leads_to = (
        gettext_noop("This address leads to a web page, not to a calendar.")
        if page
        else gettext_noop("This address leads to something else, not to a calendar.")
    )
    return InputError(
        gettext(leads_to),
        gettext("Copy the address that is meant for other programs. It often ends in .ics."),
    )


def cut_off() -> InputError:
    """Return the refusal of a file that lacks its end."""
    return InputError(
        gettext("The calendar was incomplete."), gettext("It is read again automatically.")
    )


def damaged() -> InputError:
    """Return the refusal of a file that no reader understands."""
    return InputError(gettext("This calendar cannot be understood."), gettext(COPY_ANEW))


def too_large() -> InputError:
    """Return the refusal of a file that would take more time or memory than a calendar needs."""
    return InputError(
        gettext("This calendar is too large, or its events repeat too often."),
        gettext("Use a calendar of the clinic alone, without its old years."),
    )
