"""Say which known client each enrolment means, whom it adds, and what a person must be asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from reminders.enrolment.person_questions import NUMBERED, ask_who
from reminders.enrolment.terms import Enrolment
from reminders.rules import identity, questions
from reminders.rules.identity import Directory, Known, Meant, Person, Verdict, Why
from reminders.rules.questions import Answers, Doubt, QuestionKind
from reminders.store.queries import doubles, join_requests, matching, merges
from reminders.store.queries.people import name_key
from reminders.store.tables import Client, Clinic, Treatment

SOMEBODY_NEW = 0
"""Says in place of a client's id that staff know it is nobody they know."""


@dataclass(frozen=True, slots=True)
class Identified:
    """Whom an enrolment means: a client's id, a new one's below zero, or nobody yet.

    ``respelled`` says that the known spelling of the name stays, ``told_apart`` from whom a person
    has said that a new one is another.
    """

    client_id: int | None
    doubt: Doubt | None = None
    respelled: bool = False
    another_booking: bool = False
    told_apart: tuple[int, ...] = ()


class ClientIndex:
    """The clients that some enrolments may mean, and those they add, found by what tells them."""

    def __init__(
        self,
        clients: Iterable[Client],
        treatments: Mapping[int, Iterable[Treatment]],
        records: Mapping[int, Iterable[Client]],
        country: str = "",
    ) -> None:
        """Take the known clients with their treatments, the records merged into them, by which they
        are known too, and the country (ISO 3166) whose way of writing numbers is meant.
        """
        self._country = country
        self._treatments = treatments
        self._known = {
            one.id: _known(one, treatments.get(one.id, ()), records.get(one.id, ()))
            for one in clients
        }
        self._directory = Directory.of(self._known.values())
        self._kept = {one.id: client_id for client_id, merged in records.items() for one in merged}

    def identify(self, enrolment: Enrolment, answers: Answers) -> Identified:
        """Return whom an enrolment means; who is new is known from now on."""
        person = told(enrolment)
        if enrolment.meant == SOMEBODY_NEW:
            return self._somebody_else(person, enrolment, only_exact=True)
        if enrolment.meant is not None:
            return Identified(self._kept.get(enrolment.meant, enrolment.meant), respelled=True)
        named = enrolment.is_named_only
        who = identity.who_is_named if named else identity.who_is_meant
        meant = who(person, self._directory)
        if meant.verdict is Verdict.QUESTION:
            if enrolment.cancelled and not self._would_cancel(enrolment, meant.clients):
                return Identified(None)
            return self._as_answered(person, meant, enrolment, answers)
        return self._accept(person, meant, enrolment)

    def _would_cancel(self, enrolment: Enrolment, clients: Iterable[int]) -> bool:
        """Say whether anybody's treatment would be cancelled, so that it matters whose it is."""
        return any(
            treatment.treated_on == enrolment.treated_on
            or (treatment.source, treatment.external_id) == enrolment.booking
            for client in clients
            for treatment in self._treatments.get(client, ())
            if treatment.cancelled_at is None
        )

    def _as_answered(
        self, person: Person, meant: Meant, enrolment: Enrolment, answers: Answers
    ) -> Identified:
        named = enrolment.is_named_only and meant.why not in NUMBERED
        subject = _named_subject(person, answers) if named else _subject(enrolment, answers)
        answer = answers.get(QuestionKind.PERSON, subject)
        if answer is None and named:
            sentence, labels, _ = self.ask(person, meant)
            return Identified(None, questions.about_named(subject, sentence, labels))
        if answer is None:
            return Identified(None, questions.about_person(subject, *self.ask(person, meant)))
        if answer == questions.SOMEBODY_ELSE:
            return self._somebody_else(person, enrolment)
        chosen = questions.client_in(answer) or 0
        chosen = self._kept.get(chosen, chosen)
        respelled = meant.why not in NUMBERED
        return Identified(chosen if chosen in self._known else None, respelled=respelled)

    def _somebody_else(
        self, person: Person, enrolment: Enrolment, *, only_exact: bool = False
    ) -> Identified:
        """Look again without the number that was another's; who is still in doubt is new."""
        bare = replace(person, booking=None, client_number=None)
        meant = identity.who_is_meant(bare, self._directory)
        new = meant.verdict is Verdict.QUESTION or (only_exact and meant.respelled)
        found = self._accept(bare, identity.NEW if new else meant, enrolment)
        return replace(found, another_booking=True, told_apart=meant.clients if new else ())

    def _accept(self, person: Person, meant: Meant, enrolment: Enrolment) -> Identified:
        if meant.verdict is Verdict.SAME:
            return Identified(meant.clients[0], respelled=meant.respelled)
        if enrolment.cancelled:
            return Identified(None)
        number = -1 - len(self._known)
        known = Known(
            number,
            person.first,
            person.last,
            person.phone,
            person.email,
            frozenset({person.booking} if person.booking else ()),
            frozenset({person.client_number} if person.client_number else ()),
        )
        self._known[number] = known
        self._directory.add(known)
        return Identified(number)

    def meant(self, person: Person) -> Meant:
        """Return whom somebody who tells of themselves means."""
        return identity.who_is_meant(person, self._directory)

    def meant_at_desk(self, person: Person) -> Meant:
        """Return whom staff mean, who can ask the person before them."""
        return identity.whom_to_ask_about(person, self._directory)

    def ask(self, person: Person, meant: Meant) -> tuple[str, dict[int, str], str]:
        """Return the question, the clients it may be with what tells them apart and what would
        change of theirs, and what else it may be.
        """
        known = [self._known[number] for number in meant.clients]
        return ask_who(person, known, meant.why or Why.SEVERAL_FIT, self._country)


def _known(client: Client, treatments: Iterable[Treatment], records: Iterable[Client]) -> Known:
    every = [client, *records]
    return Known(
        client.id,
        client.first_name,
        client.last_name,
        client.phone,
        client.email,
        frozenset((t.source, t.external_id) for t in treatments if t.external_id),
        frozenset(("", one.external_id) for one in every if one.external_id),
        frozenset((one.first_name, one.last_name) for one in every[1:]),
        frozenset(contact for one in every[1:] for contact in (one.phone, one.email) if contact),
    )


def told(enrolment: Enrolment) -> Person:
    """Return what an enrolment tells of its client."""
    return Person(
        enrolment.first_name,
        enrolment.last_name,
        enrolment.phone,
        enrolment.email,
        enrolment.booking,
        ("", enrolment.client_id) if enrolment.client_id else None,
    )


def _subject(enrolment: Enrolment, answers: Answers) -> str:
    e = enrolment
    return answers.subject(
        e.first_name, e.last_name, e.phone, e.email, e.source, e.external_id, e.client_id
    )


def _named_subject(person: Person, answers: Answers) -> str:
    """Return what it is remembered by who is meant by a name alone, in whichever calendar."""
    return answers.subject("a name alone", person.first, person.last)


def candidates(session: Session, clinic: Clinic, enrolments: Sequence[Enrolment]) -> list[Client]:
    """Return the clients that some enrolments may mean, locked until the transaction ends."""
    persons = [told(enrolment) for enrolment in enrolments]
    families = {name_key(e.last_name) for e in enrolments if e.is_named_only and e.last_name}
    ids = {e.meant for e in enrolments if e.meant}
    return _candidates(session, clinic, persons, ids, families)


def _candidates(
    session: Session,
    clinic: Clinic,
    persons: Sequence[Person],
    ids: Collection[int],
    families: Collection[str] = (),
) -> list[Client]:
    """Return whom some people may be, and those of these ids; nobody else who wrote a number or
    address into a form, and has not proven it.
    """
    found = matching.clients_matching(
        session,
        clinic.id,
        contacts={contact for one in persons for contact in (one.phone, one.email) if contact},
        external_ids={one.client_number[1] for one in persons if one.client_number},
        bookings={one.booking for one in persons if one.booking},
        names={
            name_key(name)
            for one in persons
            if one.last
            for name in (f"{one.first} {one.last}", f"{one.last} {one.first}")
        },
        ids=ids,
        families=families,
    )
    unproven = join_requests.unproven(session, clinic.id) - set(ids)
    return [client for client in found if client.id not in unproven]


def index_for(
    session: Session, clinic: Clinic, person: Person, own: Collection[int] = ()
) -> ClientIndex:
    """Return the clients whom one person may be, locked until the transaction ends, without their
    ``own`` new records, which are locked too.
    """
    known = [c for c in _candidates(session, clinic, [person], own) if c.id not in own]
    records: dict[int, list[Client]] = defaultdict(list)
    for record in merges.merged_into(session, [client.id for client in known]):
        records[record.merged_into or 0].append(record)
    return ClientIndex(known, {}, records, clinic.country)


def tell_apart(
    session: Session,
    clinic: Clinic,
    found: Iterable[tuple[Identified, Client | None]],
    now: datetime,
) -> None:
    """Remember from whom staff told somebody new apart, so that nobody asks it again."""
    for one, client in found:
        for other in one.told_apart if client else ():
            assert client is not None
            doubles.note_two_people(session, clinic.id, doubles.pair(client.id, other), None, now)
