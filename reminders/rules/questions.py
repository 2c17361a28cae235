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
from reminders.rules.sayings import Saying
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
    it came, ``ids`` the clients or treatments it is about. It is stored: what is ours in its sentence
    and choices are sayings, so that everybody reads it in their own language.
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


def _leave_out() -> Choice:
    return Choice(LEAVE_OUT, Saying(gettext_noop("Do not import")))


def about_service(name: str, protocols: Iterable[Protocol]) -> Doubt:
    """Ask which treatment a service is, once for each name."""
    kinds = tuple(Choice(p.key, Saying(p.name)) for p in protocols)
    sentence = (
        Saying(gettext_noop("Which reminders does the service “%(name)s” get?"), name=name)
        if fold(name)
        else Saying(gettext_noop("Some rows have no service. Which reminders do they get?"))
    )
    none = Choice(NO_REMINDERS, Saying(gettext_noop("No reminders")))
    return Doubt(QuestionKind.SERVICE, service_key(name), name, sentence, (*kinds, none))


MEANINGS = {
    Outcome.TAKES_PLACE: gettext_noop("Confirmed or completed"),
    Outcome.NOT_TAKING_PLACE: gettext_noop("Cancelled or no-show"),
    Outcome.NOT_YET: gettext_noop("Not confirmed yet"),
}
"""What a status may mean."""


def about_status(word: str) -> Doubt:
    """Ask what a status means, once for each word."""
    return Doubt(
        QuestionKind.STATUS,
        status_key(word),
        word,
        Saying(gettext_noop("What does the status “%(word)s” mean?"), word=word),
        tuple(Choice(outcome, Saying(label)) for outcome, label in MEANINGS.items()),
    )


_GREETED = gettext_noop(
    "Messages will greet this client as “%(name)s”. Is that right? The file says “%(came)s”."
)


def about_name(subject: str, came: str, proposal: str) -> Doubt:
    """Ask how to greet somebody whose name came with something else, or is none."""
    yes = Saying(gettext_noop("Yes, %(name)s"), name=proposal)
    proposed = (Choice(proposal, yes),) if proposal else ()
    sentence = (
        Saying(_GREETED, name=proposal, came=came)
        if proposal
        else Saying(gettext_noop("How should messages greet “%(came)s”?"), came=came)
    )
    return Doubt(QuestionKind.NAME, subject, came, sentence, (*proposed, _leave_out()))


_WHOSE = gettext_noop("Which number belongs to %(name)s? The file says “%(cell)s”.")
_WHOSE_UNNAMED = gettext_noop("Which number belongs to the client? The file says “%(cell)s”.")


def about_phone(subject: str, cell: str, numbers: Iterable[str], name: str) -> Doubt:
    """Ask which of several numbers is the client's own."""
    own = tuple(Choice(number, number) for number in numbers)
    sentence = Saying(_WHOSE, name=name, cell=cell) if name else Saying(_WHOSE_UNNAMED, cell=cell)
    return Doubt(QuestionKind.PHONE, subject, cell, sentence, (*own, _leave_out()))


def about_person(
    subject: str, sentence: str, known: Mapping[int, str], new: str | None = None
) -> Doubt:
    """Ask whom a row means; ``known`` are the clients it may mean, with what tells them apart."""
    choices = (*_one_of(known, new or Saying(gettext_noop("New client"))), _leave_out())
    return Doubt(QuestionKind.PERSON, subject, "", sentence, choices, tuple(known))


def about_named(subject: str, sentence: str, known: Mapping[int, str]) -> Doubt:
    """Ask who is meant where nothing but a name is told, of which no client can be made."""
    clients = (Choice(f"client:{number}", label) for number, label in known.items())
    return Doubt(QuestionKind.PERSON, subject, "", sentence, (*clients, _leave_out()), tuple(known))


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
    choices = Choice(YES, Saying(_TEXT_IT)), Choice(NO, Saying(_TEXT_IT_NOT))
    return Doubt(QuestionKind.COUNTRY, country, "", "", choices)


def about_vanished(source: str, gone: Mapping[int, str], *, named: int = 5) -> Doubt:
    """Ask whether treatments that the last list of this source no longer holds are cancelled: all,
    none, or one after the other; ``gone`` says whose each is and when.
    """
    shown = dict(list(gone.items())[:named])
    sentence, yes, no = _vanished(list(shown.values()), len(gone))
    each = [
        Choice(f"{CANCELLED}:{n}", Saying(gettext_noop("Cancel %(treatment)s"), treatment=name))
        for n, name in shown.items()
        if len(gone) > 1
    ]
    return Doubt(
        QuestionKind.VANISHED,
        source,
        "",
        sentence,
        (Choice(CANCELLED, yes), Choice("keep", no), *each),
        tuple(gone),
    )


_ONE = gettext_noop("This treatment is no longer in your file: %(treatment)s. Was it cancelled?")
_SEVERAL = gettext_noop(
    "These treatments are no longer in your file: %(treatments)s. Were they cancelled?"
)
_MANY = gettext_noop(
    "These treatments are no longer in your file: %(treatments)s, and %(n)s more."
    " Were they cancelled?"
)


def _vanished(who: list[str], n: int) -> tuple[Saying, Saying, Saying]:
    """Return the question about so many treatments, its yes and its no."""
    if n == 1:
        yes, no = gettext_noop("Yes, cancel it"), gettext_noop("No, keep it")
        return Saying(_ONE, treatment=who[0]), Saying(yes), Saying(no)
    more = n - len(who)
    sentence = Saying(_MANY, treatments=who, n=more) if more else Saying(_SEVERAL, treatments=who)
    if n == 2:
        yes, no = gettext_noop("Yes, cancel both"), gettext_noop("No, keep both")
        return sentence, Saying(yes), Saying(no)
    yes, no = gettext_noop("Yes, cancel all %(n)s"), gettext_noop("No, keep all %(n)s")
    return sentence, Saying(yes, n=n), Saying(no, n=n)
