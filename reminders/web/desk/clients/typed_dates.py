"""Read the dates and times that staff type about a client, and write them to be read again."""

from __future__ import annotations

from datetime import date, time, timedelta

from reminders.rules import list_cells, list_dates
from reminders.rules.terms import InputError
from reminders.rules.translation import gettext
from reminders.web.desk.names import day_example, day_in_numbers
from reminders.web.desk.page import DeskRequest
from reminders.wording.localised import DateForm, date_text


def read_when(request: DeskRequest) -> tuple[date, time | None]:
    """Read the day (today, yesterday, or one that is spelled out) and the hour of a treatment."""
    today = request.now.astimezone(request.zone).date()
    chosen = request.typed("when") or "0"
    on = today + timedelta(days=int(chosen)) if chosen in {"0", "-1"} else None
    if on is None:
        on = request.read("day", lambda text: read_day(text, request, today))
        if on is None and "day" not in request.faults:
            request.faults["day"] = _day_missing(request)
    return on or today, request.read("at", _clock)


def _day_missing(request: DeskRequest) -> str:
    in_numbers = day_in_numbers(request.signed_in.clinic.country)
    example = f"{day_example()}, {in_numbers}"
    return gettext("Enter the date, for example %(example)s.", example=example)


def read_day(text: str, request: DeskRequest, today: date) -> date:
    """Read a day, the nearest one where no year is given; raises ``InputError``."""
    day_first = request.signed_in.clinic.country != "US"
    for year in ("", f" {today.year}", f"/{today.year}"):
        try:
            found = list_dates.read_typed(
                text + year, request.zone, day_comes_first=day_first, today=today
            ).day
        except InputError as error:
            fault = error
            continue
        half = timedelta(days=183)
        if year and abs(found - today) > half:
            found = found.replace(year=found.year + (1 if found < today else -1))
        return found
    raise fault


def _clock(text: str) -> time:
    at = list_cells.read_clock(text)
    if at is None:
        raise InputError(gettext("This is not a time."), gettext("Enter it like 14:30 or 2:30 pm."))
    return at


def to_be_read_back(day: date) -> str:
    """Write a date as a form's field has it."""
    return date_text(day, DateForm.LONG)
