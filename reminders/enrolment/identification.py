"""Say which known client each enrolment means, whom it adds, and what a person must be asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from reminders.enrolment.terms import Enrolment
from reminders.rules import identity, questions
from reminders.rules.contacts import show_phone
from reminders.rules.identity import Directory, Known, Meant, Number, Person, Verdict, Why
from reminders.rules.questions import Answers, Doubt, QuestionKind
from reminders.store.queries import people
from reminders.store.queries.people import name_key
from reminders.store.tables import Client, Clinic, Treatment

SOMEBODY_NEW = 0
"""Says in place of a client's id that staff know it is nobody they know."""

SENTENCES = {
    Why.BOOKING_OF_ANOTHER: "The list has {known}’s booking number, but {told}’s name and number."
    " Whose treatment is it?",
    Why.CLIENT_NUMBER_OF_ANOTHER: "The list has {known}’s client number, but the name {told}."
    " Who is it?",
    Why.SIMILAR_NAME: "{told} has the number or address of {known}. Is it the same person?",
    Why.SEVERAL_FIT: "{told} may be any of several clients you know. Who is it?",
    Why.CONTACTS_OF_TWO: "{told} has the number of one client and the address of another. Who is it?",
    Why.NAMESAKE: "You know {known} already, with another number or address. Is {told} the same"
    " person?",
}


@dataclass(frozen=True, slots=True)
class Identified:
    """Whom an enrolment means: a client's id, a new one's below zero, or nobody yet.

    ``respelled`` says that the known spelling of the name stays.
    """

    client_id: int | None
    doubt: Doubt | None = None
    respelled: bool = False
    another_booking: bool = False


class ClientIndex:
    """The clients that some enrolments may mean, and those they add, found by what tells them."""

    def __init__(
        self,
        clients: Iterable[Client],
        treatments: Mapping[int, Iterable[Treatment]],
        records: Mapping[int, Iterable[Client]],
    ) -> None:
        """Take the known clients with their treatments, and the records merged into them, by which
        they are known too.
        """
        self._treatments = treatments
        self._known = {
            client.id: Known(
                client.id,
                client.first_name,
                client.last_name,
                client.phone,
                client.email,
                frozenset((t.source, t.external_id) for t in treatments.get(client.id, ()) if t.external_id),
                _own_number(client),
            )
            for client in clients
        }  # fmt: skip
        self._directory = Directory.of(self._known.values())
        for client_id, merged in records.items():
            for one in merged:
                name = one.first_name, one.last_name
                own = _own_number(one)
                known = Known(client_id, *name, one.phone, one.email, client_numbers=own)
                self._directory.add(known)
        self._kept = {one.id: client_id for client_id, merged in records.items() for one in merged}

    def identify(self, enrolment: Enrolment, answers: Answers) -> Identified:
        """Return whom an enrolment means; who is new is known from now on."""
        person = _told(enrolment)
        if enrolment.meant == SOMEBODY_NEW:
            return self._somebody_else(person, enrolment, only_exact=True)
        if enrolment.meant is not None:
            return Identified(enrolment.meant)
        meant = identity.who_is_meant(person, self._directory)
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
        subject = _subject(enrolment)
        answer = answers.get((QuestionKind.PERSON, subject))
        if answer is None:
            return Identified(None, self._ask(person, meant, subject))
        if answer == questions.SOMEBODY_ELSE:
            return self._somebody_else(person, enrolment)
        number = answer.removeprefix("client:")
        chosen = int(number) if number.isdecimal() else 0
        chosen = self._kept.get(chosen, chosen)
        return Identified(chosen if chosen in self._known else None)

    def _somebody_else(
        self, person: Person, enrolment: Enrolment, *, only_exact: bool = False
    ) -> Identified:
        """Look again without the number that was another's; who is still in doubt is new."""
        bare = replace(person, booking=None, client_number=None)
        meant = identity.who_is_meant(bare, self._directory)
        new = meant.verdict is Verdict.QUESTION or (only_exact and meant.respelled)
        meant = identity.NEW if new else meant
        found = self._accept(bare, meant, enrolment)
        return replace(found, another_booking=True)

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

    def _ask(self, person: Person, meant: Meant, subject: str) -> Doubt:
        known = {number: self._known[number] for number in meant.clients}
        name = f"{person.first} {person.last}".strip()
        first = next(iter(known.values()))
        sentence = SENTENCES[meant.why or Why.SEVERAL_FIT].format(
            known=f"{first.first} {first.last}".strip(), told=name
        )
        booking = meant.why in {Why.BOOKING_OF_ANOTHER, Why.CLIENT_NUMBER_OF_ANOTHER}
        labels = {
            number: f"{one.first} {one.last}".strip()
            + (f", {_contact(one)}" if _contact(one) else "")
            for number, one in known.items()
        }
        if booking:
            labels = {n: f"{label}: the details changed" for n, label in labels.items()}
        new = f"{name}, another booking" if booking else f"Somebody else: {name}"
        return questions.about_person(subject, sentence, labels, new=new)


def _own_number(client: Client) -> frozenset[Number]:
    return frozenset({("", client.external_id)} if client.external_id else ())


def _contact(one: Known) -> str:
    return show_phone(one.phone) if one.phone else one.email or ""


def _told(enrolment: Enrolment) -> Person:
    return Person(
        enrolment.first_name,
        enrolment.last_name,
        enrolment.phone,
        enrolment.email,
        enrolment.booking,
        ("", enrolment.client_id) if enrolment.client_id else None,
    )


def _subject(enrolment: Enrolment) -> str:
    e = enrolment
    return questions.secret_key(
        e.first_name, e.last_name, e.phone, e.email, e.source, e.external_id, e.client_id
    )


def candidates(session: Session, clinic: Clinic, enrolments: Sequence[Enrolment]) -> list[Client]:
    """Return the clients that some enrolments may mean, locked until the transaction ends."""
    return people.clients_matching(
        session,
        clinic.id,
        contacts={contact for e in enrolments for contact in (e.phone, e.email) if contact},
        external_ids={e.client_id for e in enrolments if e.client_id},
        bookings={e.external_id for e in enrolments if e.external_id},
        ids={e.meant for e in enrolments if e.meant},
        names={
            name_key(name)
            for e in enrolments
            if e.last_name
            for name in (f"{e.first_name} {e.last_name}", f"{e.last_name} {e.first_name}")
        },
    )
