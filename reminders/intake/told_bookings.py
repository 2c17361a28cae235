"""Take in what a booking system says of one booking, never an older word over a newer one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from reminders.enrolment import treatments
from reminders.enrolment.terms import Effect
from reminders.intake import bookings
from reminders.intake.booking_rows import Booking
from reminders.intake.bookings import BookingChange, BookingResult
from reminders.rules.answers import Answer, read_answer
from reminders.rules.contacts import clean
from reminders.rules.told_bookings import (
    ConsentQuestion,
    DeliveryOutcome,
    Mark,
    ToldBooking,
    mark_of,
    whole,
)
from reminders.rules.translation import gettext_noop
from reminders.store.queries import booking_sources as queries
from reminders.store.queries import bookings as booking_queries
from reminders.store.queries import delivery
from reminders.store.tables import BookingMark, Clinic, Treatment
from reminders.wording.library import Library


@dataclass(frozen=True, slots=True)
class Telling:
    """Who tells: the ``source`` whose numbers they are, its ``name`` to people, the ``consents`` its
    form asks for, and when this came (UTC).
    """

    source: str
    name: str
    consents: tuple[ConsentQuestion, ...]
    came_at: datetime


@dataclass(frozen=True, slots=True)
class TakenBooking:
    """What became of one word, in a sentence, and the treatment it is about."""

    outcome: DeliveryOutcome
    sentence: str
    treatment: Treatment | None = None


SENTENCES = {
    Effect.ADDED: (DeliveryOutcome.TAKEN, gettext_noop("New booking.")),
    Effect.MOVED: (DeliveryOutcome.TAKEN, gettext_noop("Booking moved.")),
    Effect.UPDATED: (DeliveryOutcome.TAKEN, gettext_noop("Booking changed.")),
    Effect.CANCELLED: (
        DeliveryOutcome.TAKEN,
        gettext_noop("Booking cancelled. Its unsent messages are cancelled too."),
    ),
    Effect.UNCHANGED: (DeliveryOutcome.UNCHANGED, gettext_noop("No change.")),
    Effect.ASKED: (DeliveryOutcome.ASKED, gettext_noop("There is a question to answer.")),
    Effect.POSTPONED: (
        DeliveryOutcome.UNCHANGED,
        gettext_noop("It is processed with the import that is running."),
    ),
}
UNKNOWN = gettext_noop("There is no treatment for this booking.")
NEWER = gettext_noop("There is newer information about this booking.")
MOVED = gettext_noop("This booking was moved and now has another number.")


def take(
    session: Session,
    library: Library,
    clinic: Clinic,
    telling: Telling,
    told: ToldBooking,
    now: datetime,
) -> TakenBooking:
    """Take in one word of a booking; the same twice changes nothing. Raises ``InputError``."""
    lock(session, clinic.id, telling.source, told.numbers)
    told = _by_known_number(session, clinic, telling, told)
    mark = mark_at(told, telling)
    known = queries.mark(session, clinic.id, telling.source, told.external_id)
    newer = _newer(known, mark)
    if told.replaces not in {"", told.external_id}:
        _replace(session, library, clinic, telling, told, mark, now, gone=bool(newer))
    if newer:
        return TakenBooking(DeliveryOutcome.OLDER, newer)
    queries.keep_mark(session, clinic.id, telling.source, told.external_id, mark, now)
    return taken(_act(session, library, clinic, telling, told, now))


def mark_at(told: ToldBooking, telling: Telling) -> Mark:
    """Return how new a word is: as it says itself, or else when it came."""
    return told.mark or mark_of(telling.came_at)


def lock(session: Session, clinic_id: int, source: str, numbers: Iterable[str]) -> None:
    """Let nobody else take in what is said of these bookings until the transaction ends; before
    anything else of them is read or locked.
    """
    delivery.lock_contacts(session, {f"{clinic_id}:{source}:{whole(one)}" for one in numbers})


def _by_known_number(
    session: Session, clinic: Clinic, telling: Telling, told: ToldBooking
) -> ToldBooking:
    """Return what is told under the number that the booking is known by."""
    if not told.known_as or _is_known(session, clinic, telling, told.external_id):
        return told
    for number in told.known_as:
        if _is_known(session, clinic, telling, number):
            return ToldBooking(number, told.status, told.fields, told.mark, told.replaces, answers=told.answers)  # fmt: skip
    return told


def _is_known(session: Session, clinic: Clinic, telling: Telling, number: str) -> bool:
    about = (session, clinic.id, telling.source, number)
    return booking_queries.treatment(*about) is not None or bool(booking_queries.waiting(*about))


def _newer(known: BookingMark | None, mark: Mark) -> str:
    """Say why a word changes nothing; nothing where it counts."""
    if known is None:
        return ""
    if known.moved:
        return MOVED
    return NEWER if mark.is_before(Mark(known.scale, known.mark)) else ""


def _replace(
    session: Session,
    library: Library,
    clinic: Clinic,
    telling: Telling,
    told: ToldBooking,
    mark: Mark,
    now: datetime,
    *,
    gone: bool,
) -> None:
    """Let a booking go by its new number; where that is known already, or gone by now, nothing of
    the old one stands.
    """
    source = telling.source
    queries.keep_mark(session, clinic.id, source, told.replaces, mark, now, moved=True)
    bookings.end_wait(session, clinic.id, source, told.replaces)
    old = booking_queries.treatment(session, clinic.id, source, told.replaces, lock=True)
    if old is None:
        return
    new = booking_queries.treatment(session, clinic.id, source, told.external_id)
    if new is None and not gone:
        old.external_id = told.external_id
        session.flush()
    elif old.cancelled_at is None:
        treatments.cancel(session, library, old, now)


def _act(
    session: Session,
    library: Library,
    clinic: Clinic,
    telling: Telling,
    told: ToldBooking,
    now: datetime,
) -> BookingResult:
    known = booking_queries.treatment(
        session, clinic.id, telling.source, told.external_id, lock=True
    )
    if told.is_whole or (known is None and not told.is_end):
        booking = booking_of(telling, told, now)
        return bookings.take_in(session, library, clinic, booking, now)
    said = BookingChange(
        told.fields.get("treated_at") or None, told.fields.get("ended_at") or None, told.status
    )
    if known is not None:
        return bookings.change(session, library, clinic, known, said, now)
    bookings.gives_up(session, clinic, telling.source, told.external_id, said)
    return BookingResult(left_out=UNKNOWN)


_COLUMNS = {one.name for one in fields(Booking)}


def booking_of(telling: Telling, told: ToldBooking, now: datetime) -> Booking:
    """Return a booking as it is told whole, with what its form says of consent."""
    said = {name: words for name, words in told.fields.items() if name in _COLUMNS and words}
    return Booking(
        source=telling.source,
        external_id=told.external_id,
        status=told.status,
        **({"treatment": "", "treated_at": ""} | said | _consents(telling, told, now)),
    )


def _consents(telling: Telling, told: ToldBooking, now: datetime) -> dict[str, str]:
    """Return what the client answered to the questions that are a consent, with its proof."""
    said = list(_answered(telling.consents, told))
    if not said:
        return {}
    at = min(now, telling.came_at)
    found = {f"{channel}_consent": answer for _, channel, answer in said}
    found |= {f"{channel}_wording": words for words, channel, _ in said}
    return found | {
        "consent_at": (at - timedelta(seconds=at.second, microseconds=at.microsecond)).isoformat(),
        "consent_source": f"booking form of {telling.name}, booking {told.external_id}",
    }


def _answered(
    asked: Iterable[ConsentQuestion], told: ToldBooking
) -> Iterator[tuple[str, str, str]]:
    """Yield wording, channel and answer. A box left empty is no answer, and nothing unclear is."""
    answers = {clean(question): answer for question, answer in told.answers.items()}
    for one in asked:
        answer = read_answer(answers.get(one.question, ""))
        if answer in {Answer.YES, Answer.NO, Answer.STOP}:
            for channel in one.channels:
                yield one.wording, channel, answer


def taken(done: BookingResult) -> TakenBooking:
    """Say in a sentence what became of a booking."""
    if done.left_out and done.effect is Effect.UNCHANGED:
        return TakenBooking(DeliveryOutcome.NOTHING, done.left_out, done.treatment)
    outcome, sentence = SENTENCES[done.effect]
    return TakenBooking(outcome, " ".join([sentence, *done.remarks]), done.treatment)
