"""Questions: what may be doubted about a row of a list, and which answers there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256

from reminders.rules.booking_status import Outcome, status_key
from reminders.rules.folding import fold
from reminders.rules.protocols import Protocol
from reminders.rules.services import service_key


class QuestionKind(StrEnum):
    """What is in doubt."""

    SERVICE = "service"  # is it a treatment with reminders?
    STATUS = "status"  # does it take place?
    NAME = "name"  # how do we greet?
    PHONE = "phone"  # which number is the client's?
    PERSON = "person"  # who is meant?
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


Answers = Mapping[tuple[QuestionKind, str], str]
"""What was answered before, by kind and subject."""

NO_REMINDERS = "none"
LEAVE_OUT = "leave-out"
SOMEBODY_ELSE = "new"
CANCELLED = "cancelled"
_LEAVE_OUT = Choice(LEAVE_OUT, "Leave it out")


def about_service(name: str, protocols: Iterable[Protocol]) -> Doubt:
    """Ask which treatment a service is, once for each name."""
    kinds = tuple(Choice(p.key, p.name) for p in protocols)
    sentence = (
        f"Is “{name}” a treatment with reminders?"
        if fold(name)
        else "Some rows name no service. Are they treatments with reminders?"
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
            Choice(Outcome.TAKES_PLACE, "It takes place, or took place"),
            Choice(Outcome.NOT_TAKING_PLACE, "It does not take place"),
            Choice(Outcome.NOT_YET, "It is not certain yet"),
        ),
    )


def about_name(came: str, proposal: str) -> Doubt:
    """Ask how to greet somebody whose name came with something else, or is none."""
    proposed = (Choice(proposal, f"Yes, {proposal}"),) if proposal else ()
    sentence = (
        f"We will write “{proposal}”. Right? The list says “{came}”."
        if proposal
        else f"How do we greet “{came}”?"
    )
    return Doubt(QuestionKind.NAME, secret_key(came), came, sentence, (*proposed, _LEAVE_OUT))


def about_phone(cell: str, numbers: Iterable[str], name: str) -> Doubt:
    """Ask which of several numbers is the client's own."""
    own = tuple(Choice(number, number) for number in numbers)
    sentence = f"Which number is {name or 'the client'}’s own? The list says “{cell}”."
    return Doubt(QuestionKind.PHONE, secret_key(cell), cell, sentence, (*own, _LEAVE_OUT))


def about_person(
    subject: str, sentence: str, known: Mapping[int, str], *, new: str = "Somebody else"
) -> Doubt:
    """Ask whom a row means; ``known`` are the clients it may mean, with what tells them apart."""
    same = tuple(Choice(f"client:{number}", label) for number, label in known.items())
    choices = (*same, Choice(SOMEBODY_ELSE, new), _LEAVE_OUT)
    return Doubt(QuestionKind.PERSON, subject, "", sentence, choices, tuple(known))


def about_vanished(source: str, gone: Mapping[int, str], *, named: int = 5) -> Doubt:
    """Ask whether treatments that the last list of this source no longer holds are cancelled: all,
    none, or one after the other; ``gone`` says whose each is and when.
    """
    shown = dict(list(gone.items())[:named])
    who = [*shown.values(), *([f"and {len(gone) - named} more"] if len(gone) > named else [])]
    each = tuple(Choice(f"{CANCELLED}:{n}", f"{name} is cancelled") for n, name in shown.items())
    if len(gone) == 1:
        begins, yes, no, each = "This one is", "cancelled", "it takes place", ()
    else:
        all_of_them = "both" if len(gone) == 2 else f"all {len(gone)}"
        begins, yes, no = "These are", f"{all_of_them} are cancelled", "they take place"
    return Doubt(
        QuestionKind.VANISHED,
        source,
        "",
        f"{begins} no longer in your list: {', '.join(who)}. Cancelled?",
        (Choice(CANCELLED, f"Yes, {yes}"), Choice("keep", f"No, {no}"), *each),
        tuple(gone),
    )


def secret_key(*parts: str | None) -> str:
    """Return what an answer about a person is remembered by, from which nobody can be read."""
    return sha256("\0".join(fold(part or "") for part in parts).encode()).hexdigest()[:32]
