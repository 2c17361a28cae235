"""Read one row of a clinic's list into an enrolment, or into its faults."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import TypeVar
from zoneinfo import ZoneInfo

from babel.core import get_global

from reminders.enrolment.terms import ConsentAnswer, Enrolment
from reminders.rules import list_cells
from reminders.rules.contacts import clean, read_email, read_name, read_phone
from reminders.rules.list_cells import Moment
from reminders.rules.sending_hours import resolve
from reminders.rules.terms import Channel, InputError
from reminders.wording.library import Library

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class CellRemark:
    """Something to know about a cell: what is wrong or was assumed, and what to do."""

    row: int
    column: str
    problem: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class ColumnMeanings:
    """What the cells of one list mean: its columns, whose clock, and the order of its dates."""

    name: str
    header: Sequence[str]
    columns: dict[str, int]
    zone: ZoneInfo
    country: str
    day_comes_first: bool
    library: Library
    now: datetime

    @property
    def today(self) -> date:
        """Return the clinic's date."""
        return self.now.astimezone(self.zone).date()

    def title(self, name: str) -> str:
        """Return what the list itself calls a column."""
        return self.header[self.columns[name]] if name in self.columns else name


@dataclass(slots=True)
class ListRow:
    """One row, with what was found wrong or assumed while reading it."""

    sheet: ColumnMeanings
    number: int
    values: Sequence[str]
    faults: list[CellRemark] = field(default_factory=list)
    notes: list[CellRemark] = field(default_factory=list)

    def cell(self, name: str) -> str:
        """Return a cell by what it holds; empty where there is none."""
        place = self.sheet.columns.get(name)
        return clean(self.values[place]) if place is not None and place < len(self.values) else ""

    def read(self, name: str, how: Callable[[str], T]) -> T | None:
        """Understand a cell; an empty one is None, and so is one that is a fault now."""
        text = self.cell(name)
        try:
            return how(text) if text else None
        except InputError as error:
            self.fault(name, error.problem, error.mend)
            return None

    def fault(self, name: str, problem: str, mend: str) -> None:
        """Note that a cell cannot be used."""
        self.faults.append(CellRemark(self.number, self.sheet.title(name), problem, mend))

    def note(self, name: str, what: str) -> None:
        """Note what was assumed about a cell."""
        self.notes.append(CellRemark(self.number, self.sheet.title(name), what))


def read_row(row: ListRow) -> Enrolment | None:
    """Read a row into an enrolment; None where ``row.faults`` says why not."""
    first_name, last_name = _names(row)
    phone, email = _phone(row), row.read("email", read_email)
    if not phone and not email and not row.faults:
        row.fault("phone", "There is no number and no address.", "Add a mobile number or an email.")
    when = _when(row)
    protocol = _protocol(row)
    language = row.read("language", list_cells.read_language) or "en"
    time_zone = row.read("time_zone", _zone)
    said = tuple(_said(row, phone=bool(phone), email=bool(email)))
    ends = _ends(row, when) if when else None
    if row.faults or when is None:
        return None
    return Enrolment(
        first_name=first_name,
        last_name=last_name,
        phone=phone,
        email=email,
        protocol=protocol,
        treated_on=when.day,
        starts=when.at,
        ends=ends,
        external_id=row.cell("external_id") or None,
        client_id=row.cell("client_id") or None,
        cancelled=list_cells.read_cancelled(row.cell("status")),
        language=language,
        time_zone=time_zone,
        consents=said,
    )


def _names(row: ListRow) -> tuple[str, str]:
    """Take first and last name from their own columns, or from one column for both."""
    first, last = (row.read(name, read_name) or "" for name in ("first_name", "last_name"))
    whole = row.read("name", read_name) if not first else None
    if whole:
        front, _, back = whole.rpartition(" ")
        surname, comma, given = whole.partition(",")
        first, last = (
            (given.strip(), surname.strip()) if comma else ((front or back).split()[0], back)
        )
        last = last if front or comma else ""
    if not first and not row.faults:
        row.fault("first_name", "There is no first name.", "Add it; every message begins with it.")
    return first, last


def _phone(row: ListRow) -> str | None:
    found = row.read("phone", lambda text: read_phone(text, row.sheet.country))
    if found and found.remark:
        row.note("phone", f"This number {found.remark}; it was kept.")
    return found.number if found else None


def _when(row: ListRow) -> Moment | None:
    found = row.read("treated_at", lambda text: _moment(row, text))
    if found is None and not row.cell("treated_at"):
        row.fault("treated_at", "There is no day of treatment.", list_cells.EXAMPLE)
    if found and found.at is None and row.cell("time"):
        at = row.read("time", _clock)
        found = Moment(found.day, at)
    if found and list_cells.is_ambiguous(found, row.sheet.zone):
        row.note("treated_at", "The clocks show this time twice that day; the first was taken.")
    return found


def _moment(row: ListRow, text: str) -> Moment:
    sheet = row.sheet
    return list_cells.read_moment(
        text,
        sheet.zone,
        day_comes_first=sheet.day_comes_first,
        today=sheet.today,
    )


def _clock(text: str) -> time:
    at = list_cells.read_clock(text)
    if at is None:
        raise InputError("This is not a time of day.", "Write it like 15:30.")
    return at


def _ends(row: ListRow, when: Moment) -> time | None:
    """Read when it ended, as a time of day or with its date; nonsense is left out, and said."""
    text = row.cell("ended_at")
    if not text:
        return None
    at = list_cells.read_clock(text)
    if at is None:
        end = row.read("ended_at", lambda cell: _moment(row, cell))
        at = end.at if end else None
        days = (end.day - when.day).days if end else 0
        if end and (days not in {0, 1} or (days == 1 and at and when.at and at >= when.at)):
            row.fault("ended_at", "It ends before it begins, or days later.", "Check both dates.")
    return at


def _protocol(row: ListRow) -> str:
    name = row.cell("treatment")
    protocol = row.sheet.library.protocol_for(name)
    if protocol is None:
        known = ", ".join(p.name for p in row.sheet.library.protocols.values())
        row.fault(
            "treatment",
            "There are no reminders for this kind of treatment.",
            f"Leave the row out, or write one of: {known}.",
        )
    return protocol.key if protocol else ""


def _zone(text: str) -> str:
    return list_cells.read_zone(text, get_global("windows_zone_mapping"))


def _said(row: ListRow, *, phone: bool, email: bool) -> Iterator[ConsentAnswer]:
    """Read the consent for each channel; a yes counts from its date, or from today."""
    sheet = row.sheet
    at = row.read("consent_at", lambda text: _moment(row, text))
    given_at = resolve(at.day, at.at or time(), sheet.zone) if at else sheet.now
    if given_at > sheet.now:
        row.fault("consent_at", "This consent lies in the future.", "Check the date.")
    source = row.cell("consent_source") or f"list {sheet.name}"
    for channel, name, has_contact in (
        (Channel.SMS, "sms_consent", phone),
        (Channel.EMAIL, "email_consent", email),
    ):
        answer = row.read(name, list_cells.read_answer)
        if answer is not None and has_contact:
            yield ConsentAnswer(
                channel, answer.given, given_at.astimezone(UTC), source, answer.stop
            )
