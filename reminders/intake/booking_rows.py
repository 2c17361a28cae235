"""A booking as its source tells it, and how it is read as a row of a list."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime, time, timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

from reminders.intake.column_meanings import ColumnMeanings
from reminders.intake.list_results import CheckedList
from reminders.intake.lists import check_rows
from reminders.rules.list_cells import Moment, read_moment
from reminders.rules.list_dates import Order
from reminders.rules.questions import Answers
from reminders.rules.terms import InputError
from reminders.rules.translation import gettext
from reminders.store.tables import Clinic
from reminders.wording.library import Library


@dataclass(frozen=True, slots=True)
class Booking:
    """What a source says of one booking, in its own words; the number is the source's own.

    Instants are ISO 8601: turned to the clinic's clock where they have an offset, on it where they
    have none; a bare day where the hour is not known. Named like the columns of a list. ``by_name``
    says that a name alone may tell who is meant.
    """

    source: str
    external_id: str
    treatment: str
    treated_at: str
    ended_at: str = ""
    status: str = ""
    first_name: str = ""
    last_name: str = ""
    name: str = ""
    phone: str = ""
    email: str = ""
    language: str = ""
    time_zone: str = ""
    client_id: str = ""
    sms_consent: str = ""
    email_consent: str = ""
    consent_at: str = ""
    consent_source: str = ""
    sms_wording: str = ""
    email_wording: str = ""
    by_name: ClassVar[bool] = False


COLUMNS = [one.name for one in fields(Booking) if one.name != "source"]
TITLES = {"treatment": "service", "treated_at": "starts_at", "ended_at": "ends_at"}
"""What people read over a booking's fields where a list would call them otherwise."""


def check(
    booking: Booking, clinic: Clinic, library: Library, answers: Answers, now: datetime
) -> CheckedList:
    """Read a booking as a list of one row. Raises ``InputError``."""
    checked = CheckedList(rows=1, whole=False)
    sheet = meanings(booking, clinic, library, answers, now)
    check_rows(sheet, [(1, cells(booking, clinic, now))], checked)
    for fault in checked.faults:
        raise InputError(f"{fault.column}: {fault.problem}", fault.advice)
    return checked


def is_certain(
    booking: Booking, clinic: Clinic, library: Library, answers: Answers, now: datetime
) -> bool:
    """Say whether a booking is read as one treatment, with nothing in doubt and nothing assumed."""
    try:
        checked = check(booking, clinic, library, answers, now)
    except InputError:
        return False
    return len(checked.good) == 1 and not (checked.doubts or checked.notes)


def meanings(
    booking: Booking, clinic: Clinic, library: Library, answers: Answers, now: datetime
) -> ColumnMeanings:
    """Return how bookings of this one's source are read as rows of a list."""
    return ColumnMeanings(
        name=booking.source,
        header=[TITLES.get(name, name) for name in COLUMNS],
        columns={name: [place] for place, name in enumerate(COLUMNS)},
        zone=ZoneInfo(clinic.time_zone),
        country=clinic.country,
        order=Order(day_first=True, certain=True),
        library=library,
        now=now,
        source=booking.source,
        answers=answers,
        by_name=booking.by_name,
        bookings=True,
    )


def cells(booking: Booking, clinic: Clinic, now: datetime) -> list[str]:
    """Return a booking as a row of a list. Raises ``InputError``."""
    said = {name: str(getattr(booking, name)) for name in COLUMNS}
    begins = moment(booking.treated_at, clinic, now)
    said["treated_at"] = _written(begins)
    if booking.ended_at:
        ends = moment(booking.ended_at, clinic, now)
        check_end(begins, ends)
        said["ended_at"] = _written(ends)
    return [said[name] for name in COLUMNS]


def check_end(begins: Moment, ends: Moment) -> None:
    """Raise ``InputError`` where a visit ends before it begins, or days later."""
    later = _wall(ends) - _wall(begins)
    if ends.at is None or not timedelta() < later < timedelta(days=1):
        what = gettext("It ends before it begins, or days later.")
        raise InputError(f"ends_at: {what}", gettext("Check both times."))


def _wall(moment: Moment) -> datetime:
    return datetime.combine(moment.day, moment.at or time())


def moment(text: str, clinic: Clinic, now: datetime) -> Moment:
    """Read a day and hour by the clinic's clock. Raises ``InputError``."""
    zone = ZoneInfo(clinic.time_zone)
    return read_moment(text, zone, day_comes_first=True, today=now.astimezone(zone).date())


def _written(moment: Moment) -> str:
    return f"{moment.day}" + (f" {moment.at:%H:%M}" if moment.at else "")
