"""Take in one booking as a system tells it, by the rooms that lists use, doubts included."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time

from sqlalchemy.orm import Session

from reminders.enrolment import treatments
from reminders.enrolment.terms import Effect
from reminders.intake import booking_rows, visit_words, waiting_rows
from reminders.intake.booking_rows import Booking
from reminders.intake.list_results import CheckedList, WaitingListRow
from reminders.questions import questions
from reminders.rules.booking_status import Outcome, read_status, status_key
from reminders.rules.list_cells import Moment
from reminders.rules.planning import Replan
from reminders.rules.questions import Answers, QuestionKind
from reminders.rules.terms import InputError
from reminders.rules.translation import gettext, gettext_noop
from reminders.rules.visits import ToldBy, Word
from reminders.store.queries import bookings as queries
from reminders.store.queries import delivery
from reminders.store.queries import questions as question_queries
from reminders.store.tables import Clinic, Treatment
from reminders.wording.library import Library


@dataclass(frozen=True, slots=True)
class BookingChange:
    """What a source says anew of a booking it told before; what is None stays as it is."""

    treated_at: str | None = None
    ended_at: str | None = None
    status: str | None = None


@dataclass(slots=True)
class BookingResult:
    """What became of a booking: ``left_out`` says why nothing is planned for it, ``change`` what it
    did to the reminders.
    """

    effect: Effect = Effect.UNCHANGED
    treatment: Treatment | None = None
    left_out: str = ""
    remarks: list[str] = field(default_factory=list)
    change: Replan | None = None


def take_in(
    session: Session, library: Library, clinic: Clinic, booking: Booking, now: datetime
) -> BookingResult:
    """Take a booking in: new, moved, cancelled, or as it was; what is in doubt waits for a person.

    The same twice changes nothing; one booking is taken in once at a time. A cancellation binds
    whoever is said to be meant. Raises ``InputError`` where a field cannot be used.
    """
    delivery.lock_contacts(session, [f"{clinic.id}:{booking.source}:{booking.external_id}"])
    known = queries.treatment(session, clinic.id, booking.source, booking.external_id)
    answers = questions.answers(session, clinic.id)
    end_wait(session, clinic.id, booking.source, booking.external_id)
    if known is not None and _outcome(booking.status, answers) is Outcome.NOT_TAKING_PLACE:
        return _cancel(session, library, clinic, known, booking.status, now)
    if known is not None:
        visit_words.take_back(known, booking.status)
    checked = booking_rows.check(booking, clinic, library, answers, now)
    contacts = {c for _, e in checked.good for c in (e.phone, e.email) if c}
    delivery.lock_contacts(session, contacts)
    result = _enrol(session, library, clinic, checked, now)
    question_queries.close_unneeded(session, clinic.id)
    visit_words.check_came(result.treatment, clinic, booking.status, now)
    return result


def _enrol(
    session: Session, library: Library, clinic: Clinic, checked: CheckedList, now: datetime
) -> BookingResult:
    sheet, doubts = checked.meanings, list(checked.doubts)
    assert sheet is not None  # its row was read
    result = BookingResult(left_out=_why_left_out(checked))
    told = [enrolment for _, enrolment in checked.good]
    for done in treatments.enrol(session, library, clinic, told, now, answers=sheet.answers):
        result.effect, result.treatment, result.change = done.effect, done.treatment, done.change
        result.remarks += done.remarks
        if done.doubt is not None:
            key, values = checked.cells[1]
            doubts.append(WaitingListRow(1, values, key, done.doubt))
    result.effect = Effect.ASKED if doubts else result.effect
    result.remarks += [note.problem for note in checked.notes]
    waiting_rows.let_wait(session, clinic.id, sheet, doubts, checked, now, None)
    return result


def _why_left_out(checked: CheckedList) -> str:
    if checked.other_services:
        return gettext_noop("This service has no reminders.")
    if checked.not_yet:
        return gettext_noop("The booking is not confirmed yet. Messages are scheduled once it is.")
    if checked.good or checked.doubts:
        return ""
    if checked.not_taking_place:
        return gettext_noop("The booking does not take place, and nothing was scheduled for it.")
    return gettext_noop("A member of staff chose not to import it.")


def change(
    session: Session,
    library: Library,
    clinic: Clinic,
    treatment: Treatment,
    said: BookingChange,
    now: datetime,
) -> BookingResult:
    """Move, cancel, restore or confirm a booking that is known. Raises ``InputError``."""
    outcome = _outcome(said.status or "", questions.answers(session, clinic.id))
    if outcome is Outcome.NOT_TAKING_PLACE:
        return _cancel(session, library, clinic, treatment, said.status or "", now)
    if outcome is not Outcome.TAKES_PLACE:
        raise InputError(
            gettext(
                "“%(status)s” does not say what became of a booking that was taken in.",
                status=said.status,
            ),
            gettext("Say booked, treated, cancelled or no-show."),
        )
    before = (treatment.treated_on, treatment.starts, treatment.ends)
    stood = treatment.cancelled_at is None
    wanted = _times(treatment, clinic, said, now)
    result = BookingResult(Effect.UNCHANGED, treatment)
    visit_words.take_back(treatment, said.status or "")
    if wanted != before:
        result.change = treatments.reschedule(session, library, treatment, *wanted, now)
        result.effect = Effect.MOVED if wanted[0] != before[0] else Effect.UPDATED
    if said.status:
        visit_words.check_came(treatment, clinic, said.status, now)
        word = visit_words.word_of(said.status)
        heard = treatments.hear(session, library, treatment, word, ToldBy.SOURCE, now)
        if not stood and treatment.cancelled_at is None and result.change is None:
            result.effect, result.change = Effect.UPDATED, heard
    return result


def _times(
    treatment: Treatment, clinic: Clinic, said: BookingChange, now: datetime
) -> tuple[date, time | None, time | None]:
    """Return day, start and end as they are to be; a new start without an end keeps the length."""
    day, starts, ends = treatment.treated_on, treatment.starts, treatment.ends
    if said.treated_at is not None:
        moved = booking_rows.moment(said.treated_at, clinic, now)
        ends = _shifted(starts, ends, moved.at)
        day, starts = moved.day, moved.at
    if said.ended_at is not None:
        end = booking_rows.moment(said.ended_at, clinic, now)
        booking_rows.check_end(Moment(day, starts), end)
        ends = end.at
    return day, starts, ends


def _shifted(starts: time | None, ends: time | None, to: time | None) -> time | None:
    if starts is None or ends is None or to is None:
        return None
    length = datetime.combine(date.min, ends) - datetime.combine(date.min, starts)
    return (datetime.combine(date(2000, 1, 2), to) + length).time()


def _cancel(
    session: Session,
    library: Library,
    clinic: Clinic,
    known: Treatment,
    status: str,
    now: datetime,
) -> BookingResult:
    end_wait(session, clinic.id, known.source, known.external_id or "")
    question_queries.close_unneeded(session, clinic.id)
    if known.cancelled_at is not None:
        return BookingResult(Effect.UNCHANGED, known)
    missed = visit_words.word_of(status) is Word.MISSED
    word = Word.MISSED if missed else Word.CANCELLED
    change = treatments.hear(session, library, known, word, ToldBy.SOURCE, now)
    return BookingResult(Effect.CANCELLED, known, change=change)


def gives_up(
    session: Session, clinic: Clinic, source: str, external_id: str, said: BookingChange
) -> bool:
    """Let a booking that waits for a person wait no longer if it does not take place; say whether
    that was so.
    """
    outcome = _outcome(said.status or "", questions.answers(session, clinic.id))
    if outcome is not Outcome.NOT_TAKING_PLACE:
        return False
    waited = end_wait(session, clinic.id, source, external_id)
    question_queries.close_unneeded(session, clinic.id)
    return waited > 0


def end_wait(session: Session, clinic_id: int, source: str, external_id: str) -> int:
    """Let what was said of a booking before wait no longer; return how many rows did."""
    rows = queries.waiting(session, clinic_id, source, external_id)
    question_queries.forget_rows(session, rows)
    return len(rows)


def _outcome(status: str, answers: Answers) -> Outcome:
    """Return what a status word means by itself, or as a person explained it."""
    found = read_status(status).outcome
    answer = answers.get(QuestionKind.STATUS, status_key(status))
    return Outcome(answer) if found is Outcome.UNKNOWN and answer in set(Outcome) else found
