"""Take one event of a calendar in: a treatment, a question, something else, or no longer there."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import ClassVar

from sqlalchemy.orm import Session

from reminders.calendars.terms import CalendarEvent
from reminders.enrolment.terms import Effect
from reminders.feeds.feeds import source_of
from reminders.intake import bookings
from reminders.intake.booking_rows import Booking
from reminders.intake.bookings import BookingChange
from reminders.questions import questions
from reminders.rules import booking_status
from reminders.rules.booking_status import Outcome
from reminders.rules.feeds import FeedOutcome
from reminders.rules.proposals import Invited, Proposal, Surroundings, is_plainly_other, propose
from reminders.rules.questions import NO_REMINDERS, QuestionKind
from reminders.rules.services import Kind, read_service, service_key
from reminders.rules.terms import InputError
from reminders.store.queries import bookings as queries
from reminders.store.queries import matching, people, staff
from reminders.store.queries.common import hash_key
from reminders.store.queries.people import name_key
from reminders.store.tables import Clinic, Feed, Treatment
from reminders.wording.library import Library


@dataclass(frozen=True, slots=True)
class NamedBooking(Booking):
    """A booking that tells no number and no address, as an event with a name in its title does."""

    by_name: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class Calendar:
    """Whose calendar events stand in: the clinic's, read for this feed."""

    session: Session
    library: Library
    clinic: Clinic
    feed: Feed
    at: Surroundings
    now: datetime

    @property
    def source(self) -> str:
        """Return what the bookings of this calendar have as their source."""
        return source_of(self.feed.id)


def calendar_of(
    session: Session, library: Library, clinic: Clinic, feed: Feed, now: datetime
) -> Calendar:
    """Return the calendar of a feed, with what is the clinic's own in it."""
    emails = {clinic.email, *(member.email for member, _ in staff.of_clinic(session, clinic.id))}
    own = frozenset({clinic.phone, *(email.lower() for email in emails)})
    protocols = tuple(library.protocols.values())
    at = Surroundings((clinic.name,), own, clinic.country, protocols)
    return Calendar(session, library, clinic, feed, at, now)


def number_of(session: Session, event: CalendarEvent) -> str:
    """Return what an event is known by, whatever becomes of it: a keyed hash, since its own name may
    tell of somebody.
    """
    return _hashed(session, f"{event.uid}\0{event.occurrence}")


def fingerprint_of(session: Session, event: CalendarEvent) -> str:
    """Return a keyed hash of all that an event says."""
    said = (event.begins, event.ends, event.all_day, event.status, event.title)
    return _hashed(session, repr((*said, event.description, event.attendees)))


def _hashed(session: Session, words: str) -> str:
    told = words.encode("utf-8", "surrogatepass")
    return hmac.digest(hash_key(session), b"event\0" + told, sha256).hex()[:32]


def take_in(calendar: Calendar, event: CalendarEvent) -> FeedOutcome:
    """Take an event in as far as it is certain, in the caller's transaction. What is known keeps its
    client and service where the event no longer names them; nothing cancels it but the event.
    """
    session, clinic = calendar.session, calendar.clinic
    number = number_of(session, event)
    known = queries.treatment(session, clinic.id, calendar.source, number)
    if event.all_day:
        return FeedOutcome.OTHER if known is None else FeedOutcome.TREATMENT
    said = proposal(event, calendar.at)
    against = booking_status.read_status(said.status).outcome if said.status else None
    if against is not None and against is not Outcome.TAKES_PLACE:
        return cancel(calendar, number, not_yet=against is Outcome.NOT_YET)
    try:
        if not _is_treatment(calendar, said.service):
            return _as_known(calendar, event, number, known, said)
        return _book(calendar, event, number, known, said)
    except InputError:
        unclear = FeedOutcome.UNCLEAR
        return _as_known(calendar, event, number, known, said) if known else unclear


def proposal(event: CalendarEvent, at: Surroundings) -> Proposal:
    """Return what an event may be."""
    invited = [Invited(one.name, one.email, one.answer) for one in event.attendees]
    return propose(event.title, event.description, invited, event.status, at)


def cancel(calendar: Calendar, number: str, *, not_yet: bool = False) -> FeedOutcome:
    """Cancel what came of an event; what waits for a person waits no longer."""
    session, clinic, source = calendar.session, calendar.clinic, calendar.source
    said = BookingChange(status="cancelled")
    known = queries.treatment(session, clinic.id, source, number, lock=True)
    if known is not None:
        bookings.change(session, calendar.library, clinic, known, said, calendar.now)
    waited = bookings.gives_up(session, clinic, source, number, said)
    if not_yet:
        return FeedOutcome.NOT_YET
    return FeedOutcome.CANCELLED if known is not None or waited else FeedOutcome.OTHER


def _is_treatment(calendar: Calendar, service: str) -> bool:
    """Say whether a service may have reminders, as a person said or its words do."""
    given = questions.answers(calendar.session, calendar.clinic.id)
    answer = given.get(QuestionKind.SERVICE, service_key(service))
    if answer is not None:
        return answer != NO_REMINDERS
    return read_service(service, calendar.at.protocols).kind is not Kind.OTHER


def _as_known(
    calendar: Calendar,
    event: CalendarEvent,
    number: str,
    known: Treatment | None,
    said: Proposal,
) -> FeedOutcome:
    """Move what is known with its event, whose title may say “paid” by now; cancel what has become
    another service.
    """
    if known is None or is_plainly_other(said.service, calendar.at.protocols):
        cancel(calendar, number)
        return FeedOutcome.OTHER
    times = _times(event)
    moved = BookingChange(times["treated_at"], times["ended_at"] or None, "booked")
    args = (calendar.session, calendar.library, calendar.clinic, known, moved, calendar.now)
    bookings.change(*args)
    return FeedOutcome.TREATMENT


def _book(
    calendar: Calendar,
    event: CalendarEvent,
    number: str,
    known: Treatment | None,
    said: Proposal,
) -> FeedOutcome:
    who = _who(calendar, said)
    if who is None and known is not None:
        return _as_known(calendar, event, number, known, said)
    if who is None:
        blank = read_service(said.service, calendar.at.protocols).kind is Kind.BLANK
        return FeedOutcome.OTHER if blank else FeedOutcome.UNCLEAR
    kind = Booking if said.has_contact else NamedBooking
    booking = kind(
        source=calendar.source,
        external_id=number,
        treatment=said.service,
        **_times(event),
        **who,
    )
    args = (calendar.session, calendar.library, calendar.clinic, booking, calendar.now)
    done = bookings.take_in(*args)
    if done.effect is Effect.ASKED:
        return FeedOutcome.ASKED
    return FeedOutcome.TREATMENT if done.treatment is not None else FeedOutcome.OTHER


def _times(event: CalendarEvent) -> dict[str, str]:
    ends = event.ends.isoformat() if event.ends else ""
    return {"treated_at": event.begins.isoformat(), "ended_at": ends}


def _who(calendar: Calendar, said: Proposal) -> dict[str, str] | None:
    """Return who is meant: of a known number or address its client, unless the event itself names
    somebody. None where nobody can be greeted, or be found by a name alone.
    """
    contacts = {"phone": said.phone, "email": said.email}
    if said.has_contact and not said.told:
        owners = {
            client.id: client
            for contact in filter(None, contacts.values())
            for client in people.known_by(calendar.session, calendar.clinic.id, contact)
        }
        if len(owners) == 1:
            (owner,) = owners.values()
            return contacts | {"first_name": owner.first_name, "last_name": owner.last_name}
    if said.has_contact:
        return contacts | {"name": said.name} if said.name else None
    if " " not in said.name:
        return None
    blank = read_service(said.service, calendar.at.protocols).kind is Kind.BLANK
    return {"name": said.name} if not blank or _is_known(calendar, said.name) else None


def _is_known(calendar: Calendar, name: str) -> bool:
    """Say whether a client has just this name."""
    names = {name_key(name)}
    return bool(matching.clients_matching(calendar.session, calendar.clinic.id, names=names))
