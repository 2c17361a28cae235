"""Read one row of a clinic's list into an enrolment, its faults, or what a person is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import TypeVar

from babel.core import get_global

from reminders.enrolment.terms import ConsentAnswer, Enrolment
from reminders.intake.column_meanings import CellRemark, ColumnMeanings
from reminders.rules import list_cells, list_phones, names, questions, services
from reminders.rules.answers import Answer, read_answer
from reminders.rules.booking_status import Outcome, Standing, standing
from reminders.rules.contacts import clean, read_email, read_name
from reminders.rules.headings import FLAGS
from reminders.rules.language_names import read_language
from reminders.rules.list_dates import When, read_length, read_times, read_when
from reminders.rules.questions import Doubt, QuestionKind
from reminders.rules.sending_hours import resolve
from reminders.rules.terms import Channel, InputError
from reminders.rules.zone_names import read_zone

T = TypeVar("T")


class LeftOut(StrEnum):
    """Why a row is left out without being a fault."""

    OTHER_SERVICE = "other-service"
    NOT_TAKING_PLACE = "not-taking-place"
    NOT_YET = "not-yet"
    BY_ANSWER = "by-answer"


@dataclass(slots=True)
class ListRow:
    """One row, with what was found wrong, assumed or doubtful while reading it."""

    sheet: ColumnMeanings
    number: int
    values: Sequence[str]
    faults: list[CellRemark] = field(default_factory=list)
    notes: list[CellRemark] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    left_out: LeftOut | None = None
    service: str = ""

    def cells(self, name: str) -> list[str]:
        """Return all cells that hold one thing, the best first."""
        places = self.sheet.columns.get(name, ())
        return [clean(self.values[place]) for place in places if place < len(self.values)]

    def cell(self, name: str) -> str:
        """Return the best cell that holds something; empty where there is none."""
        for place in self.sheet.columns.get(name, ()):
            if place < len(self.values) and (text := clean(self.values[place])):
                return text
        return ""

    def read(self, name: str, how: Callable[[str], T]) -> T | None:
        """Understand a cell; an empty one is None, and so is one that is a fault now."""
        text = self.cell(name)
        try:
            return how(text) if text else None
        except InputError as error:
            self.fault(name, error.problem, error.mend)
            return None

    def fault(self, name: str, problem: str, advice: str) -> None:
        """Note that a cell cannot be used."""
        self.faults.append(CellRemark(self.number, self.sheet.title(name), problem, advice))

    def note(self, name: str, what: str) -> None:
        """Note what was assumed about a cell."""
        self.notes.append(CellRemark(self.number, self.sheet.title(name), what))

    def settle(self, doubt: Doubt) -> str | None:
        """Return what a person answered to a doubt before; None where they are to be asked."""
        answer = self.sheet.answers.get(doubt.kind, doubt.subject)
        if answer is None:
            self.doubts.append(doubt)
        elif answer == questions.LEAVE_OUT:
            self.left_out = LeftOut.BY_ANSWER
        return answer

    @property
    def key(self) -> str:
        """Return what a later list would say of the same treatment, from which nobody is read."""
        contact = self.cell("phone") or self.cell("email")
        if booking := self.cell("external_id"):
            return self.subject(self.sheet.source, booking, contact)
        return self.subject(self._who(), contact, self.cell("treated_at"))

    def subject(self, *parts: str) -> str:
        """Return what an answer about this row's person is remembered by."""
        return self.sheet.answers.subject(*parts)

    def _who(self) -> str:
        return " ".join(self.cell(name) for name in ("first_name", "last_name", "name"))


def read_row(row: ListRow) -> Enrolment | None:
    """Read a row into an enrolment; None where its faults, its doubts or ``left_out`` say why not.

    What is another service or does not take place is never a fault, whatever else is wrong in it.
    """
    protocol = _protocol(row)
    if protocol is None:
        row.left_out, row.doubts = row.left_out or LeftOut.OTHER_SERVICE, []
        return None
    when = _when(row)
    found = _standing(row, when)
    if found.outcome is Outcome.NOT_YET:
        row.left_out, row.faults, row.doubts = LeftOut.NOT_YET, [], []
        return None
    cancelled = found.outcome is Outcome.NOT_TAKING_PLACE
    enrolment = _enrolment(row, protocol, when, cancelled=cancelled)
    if cancelled:
        row.left_out, row.faults, row.doubts = LeftOut.NOT_TAKING_PLACE, [], []
    return (
        enrolment if not (row.faults or row.doubts or row.left_out is LeftOut.BY_ANSWER) else None
    )


def _enrolment(
    row: ListRow, protocol: str, when: When | None, *, cancelled: bool
) -> Enrolment | None:
    first_name, last_name = _names(row)
    phone, email = _phone(row, first_name), row.read("email", read_email)
    if not phone and not email and not row.faults and not row.doubts:
        row.fault("phone", "There is no number and no address.", "Add a mobile number or an email.")
    language = row.read("language", read_language) or "en"
    time_zone = row.read("time_zone", _zone)
    consents = tuple(_consents(row, phone=bool(phone), email=bool(email)))
    ends = _ends(row, when) if when else None
    if row.faults or row.doubts or when is None:
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
        source=row.sheet.source,
        client_id=row.cell("client_id") or None,
        cancelled=cancelled,
        language=language,
        time_zone=time_zone,
        consents=consents,
    )


def _protocol(row: ListRow) -> str | None:
    """Return the protocol of a row's service; None where it has no reminders. A list without a
    column for it is a list of the first kind there is.
    """
    protocols = tuple(row.sheet.library.protocols.values())
    if not row.sheet.columns.get("treatment"):
        return protocols[0].key
    name = row.service = row.cell("treatment")
    subject = services.service_key(name)
    answer = row.sheet.answers.get(QuestionKind.SERVICE, subject)
    if answer is not None:
        return None if answer == questions.NO_REMINDERS else answer
    found = services.read_service(name, protocols)
    if found.kind is services.Kind.OTHER:
        return None
    if found.protocol is None:
        row.settle(questions.about_service(name, protocols))
    return found.protocol or protocols[0].key


def _standing(row: ListRow, when: When | None) -> Standing:
    """Read what became of the booking; an unknown word is asked about."""
    sheet = row.sheet
    begins = resolve(when.day, when.at or time.max, sheet.zone) if when else sheet.now
    flags = [
        (flag, row.values[place])
        for name, flag in FLAGS.items()
        for place in sheet.columns.get(name, ())
        if place < len(row.values)
    ]
    found = standing(flags, over=begins < sheet.now)
    if found.outcome is not Outcome.UNKNOWN:
        return found
    answer = row.settle(questions.about_status(found.word))
    return replace(found, outcome=Outcome(answer)) if answer else found


def _names(row: ListRow) -> tuple[str, str]:
    """Read who is to be greeted, as they would write it themselves; a doubt is asked about."""
    first, last, whole = (row.cell(name) for name in ("first_name", "last_name", "name"))
    came = " ".join(filter(None, (first, last))) if first else whole or last
    if not came:
        row.fault("first_name", "There is no first name.", "Add it; every message begins with it.")
        return "", ""
    found = names.read_person(first, last, whole)
    given = found.first
    if found.doubts or not given:
        given = row.settle(questions.about_name(row.subject(came), came, given)) or ""
    try:
        return (read_name(given) if given else ""), (read_name(found.last) if found.last else "")
    except InputError as error:
        row.fault("first_name", error.problem, error.mend)
        return "", ""


def _phone(row: ListRow, name: str) -> str | None:
    try:
        found = list_phones.best_of(row.cells("phone"), row.sheet.country)
    except InputError as error:
        row.fault("phone", error.problem, error.mend)
        return None
    if found is None:
        return None
    if found.doubt is not None:
        numbers = (found.number, *found.others)
        cell = row.cell("phone")
        return row.settle(questions.about_phone(row.subject(cell), cell, numbers, name))
    if found.remark:
        row.note("phone", f"This number {found.remark}; it was kept.")
    return found.number


def _when(row: ListRow) -> When | None:
    sheet = row.sheet
    found = row.read(
        "treated_at", lambda text: read_when(text, sheet.zone, sheet.order, sheet.today)
    )
    if found is None and not row.cell("treated_at"):
        row.fault("treated_at", "There is no day of treatment.", list_cells.EXAMPLE)
    if found and found.at is None and row.cell("time"):
        at, ends = row.read("time", read_times) or (None, None)
        found = When(found.day, at, ends)
    if found and list_cells.is_ambiguous(list_cells.Moment(found.day, found.at), sheet.zone):
        row.note("treated_at", "The clocks show this time twice that day; the first was taken.")
    return found


def _ends(row: ListRow, when: When) -> time | None:
    """Read when it ended, as a time of day, with its date, or by its length."""
    text = row.cell("ended_at")
    if not text:
        length = read_length(row.cell("duration")) if row.cell("duration") else None
        return when.ends or _after(when, length)
    sheet = row.sheet
    try:
        end = read_when(text, sheet.zone, sheet.order, sheet.today)
    except InputError:
        return (row.read("ended_at", read_times) or (None,))[0]
    days = (end.day - when.day).days
    if days not in {0, 1} or (days == 1 and end.at and when.at and end.at >= when.at):
        row.fault("ended_at", "It ends before it begins, or days later.", "Check both dates.")
    return end.at


def _after(when: When, length: timedelta | None) -> time | None:
    if length is None or when.at is None:
        return None
    return (datetime.combine(when.day, when.at) + length).time()


@lru_cache(maxsize=1024)
def _zone(text: str) -> str:
    return read_zone(text, get_global("windows_zone_mapping"))


def _consents(row: ListRow, *, phone: bool, email: bool) -> Iterator[ConsentAnswer]:
    """Read the consent for each channel; a yes counts from its date, or from today."""
    sheet = row.sheet
    at = row.read("consent_at", lambda text: read_when(text, sheet.zone, sheet.order, sheet.today))
    given_at = resolve(at.day, at.at or time(), sheet.zone) if at else sheet.now
    if given_at > sheet.now:
        row.fault("consent_at", "This consent lies in the future.", "Check the date.")
    source = row.cell("consent_source") or f"list {sheet.name}"
    for channel, name, has_contact in (
        (Channel.SMS, "sms_consent", phone),
        (Channel.EMAIL, "email_consent", email),
    ):
        answer = row.read(name, _answer)
        if answer is not None and answer is not Answer.NOTHING and has_contact:
            yield _consent(channel, answer, given_at, source)


@lru_cache(maxsize=1024)
def _consent(channel: Channel, answer: Answer, given_at: datetime, source: str) -> ConsentAnswer:
    """Return what was said; one object for all who said the same on one day."""
    yes, stop = answer is Answer.YES, answer is Answer.STOP
    return ConsentAnswer(channel, yes, given_at.astimezone(UTC), source, stop)


def _answer(text: str) -> Answer:
    found = read_answer(text)
    if found is Answer.UNCLEAR:
        raise InputError("This is neither yes nor no.", "Write yes, no or stop, or leave it empty.")
    return found
