"""Read one row of a clinic's list into an enrolment, its faults, or what a person is asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.core import get_global

from reminders.enrolment.terms import ConsentAnswer, Enrolment
from reminders.intake.list_row import LeftOut, ListRow
from reminders.rules import list_cells, list_phones, names, questions, services
from reminders.rules.answers import Answer, read_answer
from reminders.rules.booking_status import Outcome, Standing, standing
from reminders.rules.contacts import read_email, read_name
from reminders.rules.headings import FLAGS
from reminders.rules.language_names import read_language
from reminders.rules.list_dates import When, read_length
from reminders.rules.name_order import with_comma
from reminders.rules.other_dates import read_day, read_hours
from reminders.rules.questions import QuestionKind
from reminders.rules.sending_hours import resolve
from reminders.rules.terms import Channel, InputError
from reminders.rules.translation import gettext, gettext_noop
from reminders.rules.zone_names import is_own_clock, read_zone

_REMARKS = {
    "looks like a landline, which may not receive texts": gettext_noop(
        "This number looks like a landline, which may not receive texts."
    ),
    "may not be in use": gettext_noop("This number may not be in use."),
}
"""What is said of a number in a list, by what is remarked about it."""

_TWICE = gettext_noop(
    "This time occurs twice that day because the clocks change. The first was used."
)

_GONE = {
    Outcome.NOT_TAKING_PLACE: LeftOut.NOT_TAKING_PLACE,
    Outcome.NOT_YET: LeftOut.NOT_YET,
}


def read_row(row: ListRow) -> Enrolment | None:
    """Read a row into an enrolment; None where its faults, its doubts or ``left_out`` say why not.

    What is another service or does not take place is never a fault, whatever else is wrong in it. What
    is not certain yet is planned no more until it is.
    """
    protocol = _protocol(row)
    if protocol is None:
        row.left_out, row.doubts = row.left_out or LeftOut.OTHER_SERVICE, []
        return None
    when = _when(row)
    said = _standing(row, when)
    gone = _GONE.get(said.outcome)
    enrolment = _enrolment(row, protocol, when, cancelled=gone is not None)
    if enrolment is not None and (said.came or said.ended or said.missed):
        enrolment = replace(enrolment, came=said.came, ended=said.ended, missed=said.missed)
    if gone is not None:
        row.left_out, row.faults, row.doubts = gone, [], []
    return (
        enrolment if not (row.faults or row.doubts or row.left_out is LeftOut.BY_ANSWER) else None
    )


def _enrolment(
    row: ListRow, protocol: str, when: When | None, *, cancelled: bool
) -> Enrolment | None:
    first_name, last_name = _names(row, cancelled=cancelled)
    phone, email = _phone(row, first_name), row.read("email", _email)
    told = phone or email or row.sheet.by_name
    if not told and not row.faults and not row.doubts:
        problem = gettext("There is no phone number or email address.")
        row.fault("phone", problem, gettext("Add one of them."))
    language = row.read("language", read_language) or ""
    time_zone = row.read("time_zone", lambda text: _zone(text, row.sheet.zone)) or None
    consents = _consents(row, phone=bool(phone), email=bool(email))
    ends = _ends(row, when) if when else None
    unclear = row.faults or row.doubts
    if when is None or (unclear and not (cancelled and _is_told(row, first_name, phone, email))):
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
        booked_only=row.sheet.bookings,
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


def _is_told(row: ListRow, name: str, phone: str | None, email: str | None) -> bool:
    """Say whether it is clear enough whose treatment it is, for one that does not take place."""
    return bool(name and (phone or email or row.cell("external_id")))


def _names(row: ListRow, *, cancelled: bool) -> tuple[str, str]:
    """Read who is to be greeted, as they would write it themselves; a doubt is asked about, but of
    those who are not written to.
    """
    first, last, whole = (row.cell(name) for name in ("first_name", "last_name", "name"))
    came = " ".join(filter(None, (first, last))) if first else whole or last
    if not came:
        problem = gettext("The first name is missing.")
        row.fault("first_name", problem, gettext("Add it: messages begin with it."))
        return "", ""
    found = names.read_person(first, last, with_comma(whole) if row.sheet.family_first else whole)
    given = found.first
    if found.doubts or not given:
        proposal = "" if found.is_nobody else given
        said = row.settle(questions.about_name(row.subject(came), came, proposal))
        given = given if cancelled and said in {None, questions.LEAVE_OUT} else said or ""
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
        row.note("phone", gettext(_REMARKS.get(found.remark, f"This number {found.remark}.")))
    return found.number


def _email(text: str) -> str:
    """Read an address; of several that Google Contacts keeps of one person the first."""
    return read_email(text.split(" ::: ", maxsplit=1)[0])


def _when(row: ListRow) -> When | None:
    sheet = row.sheet
    found = row.read(
        "treated_at", lambda text: read_day(text, sheet.zone, sheet.order, sheet.today)
    )
    if found is None and not row.cell("treated_at"):
        problem = gettext("The date of the treatment is missing.")
        row.fault("treated_at", problem, gettext(list_cells.EXAMPLE))
    if found and found.at is None and row.cell("time"):
        at, ends = row.read("time", read_hours) or (None, None)
        found = When(found.day, at, ends)
    if found and list_cells.is_ambiguous(list_cells.Moment(found.day, found.at), sheet.zone):
        row.note("treated_at", gettext(_TWICE))
    return found


def _ends(row: ListRow, when: When) -> time | None:
    """Read when it ended, as a time of day, with its date, or by its length."""
    text = row.cell("ended_at")
    if not text:
        length = read_length(row.cell("duration")) if row.cell("duration") else None
        return when.ends or _after(when, length)
    sheet = row.sheet
    try:
        end = read_day(text, sheet.zone, sheet.order, sheet.today)
    except InputError:
        return (row.read("ended_at", read_hours) or (None,))[0]
    days = (end.day - when.day).days
    if days not in {0, 1} or (days == 1 and end.at and when.at and end.at >= when.at):
        problem = gettext("It ends before it begins, or days later.")
        row.fault("ended_at", problem, gettext("Check both dates."))
    return end.at


def _after(when: When, length: timedelta | None) -> time | None:
    if length is None or when.at is None:
        return None
    return (datetime.combine(when.day, when.at) + length).time()


@lru_cache(maxsize=1024)
def _zone(text: str, clinics: ZoneInfo) -> str:
    """Read a client's time zone; empty where it is said to be the clinic's."""
    own = is_own_clock(text, clinics)
    return "" if own else read_zone(text, get_global("windows_zone_mapping"))


def _consents(row: ListRow, *, phone: bool, email: bool) -> tuple[ConsentAnswer, ...]:
    """Read the consent for each channel; a yes counts from its date, or from today."""
    sheet = row.sheet
    at = row.read("consent_at", lambda text: read_day(text, sheet.zone, sheet.order, sheet.today))
    given_at = resolve(at.day, at.at or time(), sheet.zone) if at else sheet.now
    if given_at > sheet.now:
        problem = gettext("The date of consent is in the future.")
        row.fault("consent_at", problem, gettext("Check the date."))
    source = row.cell("consent_source") or f"list {sheet.name}"
    by_text, by_email = row.read("sms_consent", _answer), row.read("email_consent", _answer)
    wordings = (row.cell("sms_wording") or None, row.cell("email_wording") or None)
    heard = (by_text if phone else None, by_email if email else None)
    return _said(*heard, given_at, source, wordings)


@lru_cache(maxsize=1024)
def _said(
    by_text: Answer | None,
    by_email: Answer | None,
    given_at: datetime,
    source: str,
    wordings: tuple[str | None, str | None],
) -> tuple[ConsentAnswer, ...]:
    """Return what was said: one object for all who said so on one day."""
    at = given_at.astimezone(UTC)
    return tuple(
        ConsentAnswer(
            channel, answer is Answer.YES, at, source, answer is Answer.STOP, wording=wording
        )
        for channel, answer, wording in zip(
            (Channel.SMS, Channel.EMAIL), (by_text, by_email), wordings, strict=True
        )
        if answer not in {None, Answer.NOTHING}
    )


def _answer(text: str) -> Answer:
    found = read_answer(text)
    if found is Answer.UNCLEAR:
        raise InputError(
            gettext("This is not yes or no."),
            gettext("Write yes, no or stop, or leave it empty."),
        )
    return found
