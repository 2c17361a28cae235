"""Take in several bookings that are plainly new with one set of questions, as a list is taken in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from reminders.enrolment import treatments
from reminders.enrolment.terms import Effect, EnrolmentResult
from reminders.intake import booking_rows, told_bookings, visit_words, waiting_rows
from reminders.intake.bookings import BookingResult
from reminders.intake.list_results import CheckedList
from reminders.intake.lists import check_rows
from reminders.intake.told_bookings import TakenBooking, Telling
from reminders.questions import questions
from reminders.rules.told_bookings import ToldBooking
from reminders.store.queries import booking_sources as queries
from reminders.store.queries import bookings as booking_queries
from reminders.store.queries import delivery
from reminders.store.queries import questions as question_queries
from reminders.store.tables import Clinic
from reminders.wording.library import Library

ToldAt = tuple[ToldBooking, Telling]


class NotPlainError(Exception):
    """One of them is not plainly new: they are to be taken in one by one."""


def plain(session: Session, clinic_id: int, source: str, told: Sequence[ToldAt]) -> list[ToldAt]:
    """Return those of which nothing was ever said, and that are said whole under one number."""
    alone = [
        (one, telling)
        for one, telling in told
        if one.is_whole and not one.may_be_end and one.numbers == {one.external_id}
    ]
    about = (session, clinic_id, source, {one.external_id for one, _ in alone})
    known = queries.marked(*about) | booking_queries.known(*about) | booking_queries.doubted(*about)
    return [(one, telling) for one, telling in alone if one.external_id not in known]


def take(
    session: Session, library: Library, clinic: Clinic, told: Sequence[ToldAt], now: datetime
) -> list[tuple[ToldBooking, TakenBooking]]:
    """Take in what is ``plain``, locked by its caller, and return what became of each that could be
    read without a doubt. Raises ``NotPlainError``, with nothing to be kept of them, and ``InputError``.
    """
    answers = questions.answers(session, clinic.id)
    read = [
        (one, telling, booking)
        for one, telling in told
        if (booking := told_bookings.booking_of(telling, one, now))
        and booking_rows.is_certain(booking, clinic, library, answers, now)
    ]
    if not read:
        return []
    sheet = booking_rows.meanings(read[0][2], clinic, library, answers, now)
    rows = [(n, booking_rows.cells(booking, clinic, now)) for n, (_, _, booking) in enumerate(read)]
    checked = CheckedList(rows=len(rows), whole=False)
    check_rows(sheet, rows, checked)
    if len(checked.good) < len(rows) or checked.doubts or checked.notes:
        raise NotPlainError
    enrolments = [enrolment for _, enrolment in checked.good]
    contacts = {c for one in enrolments for c in (one.phone, one.email) if c}
    delivery.lock_contacts(session, contacts)
    numbers = checked.numbers
    done: dict[int, EnrolmentResult] = {}
    for one in treatments.enrol(session, library, clinic, enrolments, now, answers=answers):
        if one.doubt is not None or one.effect is not Effect.ADDED:
            raise NotPlainError
        done[numbers[id(one.enrolment)]] = one
    waiting_rows.let_wait(session, clinic.id, sheet, [], checked, now, None)
    question_queries.close_unneeded(session, clinic.id)
    return [
        _result(session, clinic, one, telling, done[number], now)
        for number, (one, telling, _) in enumerate(read)
    ]


def _result(
    session: Session,
    clinic: Clinic,
    told: ToldBooking,
    telling: Telling,
    done: EnrolmentResult,
    now: datetime,
) -> tuple[ToldBooking, TakenBooking]:
    visit_words.check_came(done.treatment, clinic, told.status, now)
    mark = told_bookings.mark_at(told, telling)
    queries.keep_mark(session, clinic.id, telling.source, told.external_id, mark, now)
    result = BookingResult(done.effect, done.treatment, "", done.remarks, done.change)
    return told, told_bookings.taken(result)
