"""Questions: what may be doubted about a row of a list, and which answers there are."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256

from reminders.rules.booking_status import Outcome, status_key
from reminders.rules.folding import fold
from reminders.rules.protocols import Protocol
from reminders.rules.services import service_key
from reminders.rules.translation import gettext_noop


class QuestionKind(StrEnum):
    """What is in doubt."""

    SERVICE = "service"  # is it a treatment with reminders?
    STATUS = "status"  # does it take place?
    NAME = "name"  # how do we greet?
    PHONE = "phone"  # which number is the client's?
    PERSON = "person"  # who is meant?
    JOINED = "joined"  # is who joined by the form a client known before?
    COUNTRY = "country"  # is a number's country texted?
    VANISHED = "vanished"  # is what the last list no longer holds cancelled?


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer that can be given, by the word it is given with."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """One question: ``subject`` is what its answer is remembered by, ``label`` what is in doubt as
    it came, ``ids`` the clients or treatments it is about.
    """

    kind: QuestionKind
    subject: str
    label: str
    sentence: str
    choices: tuple[Choice, ...]
    ids: tuple[int, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Answers:
    """What was answered before, by kind and subject. Names and numbers are subjects only as a hash
    under a ``key`` that the database does not hold: without it nobody could be read from them, not
    even by trying every number there is.
    """

    given: Mapping[tuple[QuestionKind, str], str] = field(default_factory=dict)
    key: bytes = b""

    def get(self, kind: QuestionKind, subject: str) -> str | None:
        """Return what was answered; None where nobody was asked yet."""
        return self.given.get((kind, subject))

    def subject(self, *parts: str | None) -> str:
        """Return what an answer about a person is remembered by, however it is spelled."""
        words = "\0".join(fold(part or "") for part in parts)
        return hmac.digest(self.key, f"subject\0{words}".encode(), sha256)[:16].hex()


NOBODY_ASKED = Answers()

NO_REMINDERS = "none"
LEAVE_OUT = "leave-out"
SOMEBODY_ELSE = "new"
CANCELLED = "cancelled"
_LEAVE_OUT = Choice(LEAVE_OUT, "Do not import")


def about_service(name: str, protocols: Iterable[Protocol]) -> Doubt:
    """Ask which treatment a service is, once for each name."""
    kinds = tuple(Choice(p.key, p.name) for p in protocols)
    sentence = (
        f"Which reminders does the service “{name}” get?"
        if fold(name)
        else "Some rows have no service. Which reminders do they get?"
    )
    none = Choice(NO_REMINDERS, "No reminders")
    return Doubt(QuestionKind.SERVICE, service_key(name), name, sentence, (*kinds, none))


def about_status(word: str) -> Doubt:
    """Ask what a status means, once for each word."""
    return Doubt(
        QuestionKind.STATUS,
        status_key(word),
        word,
        f"What does the status “{word}” mean?",
        (
            Choice(Outcome.TAKES_PLACE, "Confirmed or completed"),
            Choice(Outcome.NOT_TAKING_PLACE, "Cancelled or no-show"),
            Choice(Outcome.NOT_YET, "Not confirmed yet"),
        ),
    )


def about_name(subject: str, came: str, proposal: str) -> Doubt:
    """Ask how to greet somebody whose name came with something else, or is none."""
    proposed = (Choice(proposal, f"Yes, {proposal}"),) if proposal else ()
    sentence = (
        f"Messages will greet this client as “{proposal}”. Is that right? The file says “{came}”."
        if proposal
        else f"How should messages greet “{came}”?"
    )
    return Doubt(QuestionKind.NAME, subject, came, sentence, (*proposed, _LEAVE_OUT))


def about_phone(subject: str, cell: str, numbers: Iterable[str], name: str) -> Doubt:
    """Ask which of several numbers is the client's own."""
    own = tuple(Choice(number, number) for number in numbers)
    sentence = f"Which number belongs to {name or 'the client'}? The file says “{cell}”."
    return Doubt(QuestionKind.PHONE, subject, cell, sentence, (*own, _LEAVE_OUT))


def about_person(
    subject: str, sentence: str, known: Mapping[int, str], new: str = "New client"
) -> Doubt:
    """Ask whom a row means; ``known`` are the clients it may mean, with what tells them apart."""
    choices = (*_one_of(known, new), _LEAVE_OUT)
    return Doubt(QuestionKind.PERSON, subject, "", sentence, choices, tuple(known))


def about_named(subject: str, sentence: str, known: Mapping[int, str]) -> Doubt:
    """Ask who is meant where nothing but a name is told, of which no client can be made."""
    clients = (Choice(f"client:{number}", label) for number, label in known.items())
    return Doubt(QuestionKind.PERSON, subject, "", sentence, (*clients, _LEAVE_OUT), tuple(known))


def about_joined(client_id: int, sentence: str, known: Mapping[int, str], new: str) -> Doubt:
    """Ask who it is that joined by the form, and is a client of their own until that is answered."""
    choices = tuple(_one_of(known, new))
    return Doubt(QuestionKind.JOINED, str(client_id), "", sentence, choices, tuple(known))


def _one_of(known: Mapping[int, str], new: str) -> Iterator[Choice]:
    for number, label in known.items():
        yield Choice(f"client:{number}", label)
    yield Choice(SOMEBODY_ELSE, new)


def client_in(answer: str) -> int | None:
    """Return which client an answer names; None where it names none."""
    number = answer.removeprefix("client:")
    return int(number) if number != answer and number.isdecimal() else None


YES, NO = "yes", "no"
_TEXT_IT = gettext_noop("Yes, send texts there")
_TEXT_IT_NOT = gettext_noop("No, send no texts there")


def about_country(country: str) -> Doubt:
    """Ask whether a clinic texts a country (ISO 3166), once for each; it is worded where it is read."""
    choices = Choice(YES, _TEXT_IT), Choice(NO, _TEXT_IT_NOT)
    return Doubt(QuestionKind.COUNTRY, country, "", "", choices)


def about_vanished(source: str, gone: Mapping[int, str], *, named: int = 5) -> Doubt:
    """Ask whether treatments that the last list of this source no longer holds are cancelled: all,
    none, or one after the other; ``gone`` says whose each is and when.
    """
    shown = dict(list(gone.items())[:named])
    who = [*shown.values(), *([f"and {len(gone) - named} more"] if len(gone) > named else [])]
    each = tuple(Choice(f"{CANCELLED}:{n}", f"Cancel {name}") for n, name in shown.items())
    if len(gone) == 1:
        sentence = f"This treatment is no longer in your file: {who[0]}. Was it cancelled?"
        yes, no, each = "Yes, cancel it", "No, keep it", ()
    else:
        sentence = (
            f"These treatments are no longer in your file: {', '.join(who)}. Were they cancelled?"
        )
        every = "both" if len(gone) == 2 else f"all {len(gone)}"
        yes, no = f"Yes, cancel {every}", f"No, keep {every}"
    return Doubt(
        QuestionKind.VANISHED,
        source,
        "",
        sentence,
        (Choice(CANCELLED, yes), Choice("keep", no), *each),
        tuple(gone),
    )
