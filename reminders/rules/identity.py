"""Identity: which known client a row means, that it means a new one, or that a person must say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from reminders.rules.name_likeness import Likeness, likeness, name_key

Number = tuple[str, str]
"""A number and the source that gave it: two systems may both have a “1”."""

PART = "\x1f"
"""Parts a booking's number from what tells several treatments of one number apart; no cell holds it."""


def booking_number(external_id: str | None) -> str:
    """Return the number as its system writes it, which several treatments may share."""
    return (external_id or "").partition(PART)[0]


@dataclass(frozen=True, slots=True)
class Person:
    """What a row tells of a person; contacts are normalised."""

    first: str
    last: str
    phone: str | None = None
    email: str | None = None
    booking: Number | None = None
    client_number: Number | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """A client as known, with every booking's and client's number that was ever theirs.

    ``other_names`` and ``other_contacts`` are those of records that were made one with this client.
    """

    id: int
    first: str
    last: str
    phone: str | None = None
    email: str | None = None
    bookings: frozenset[Number] = frozenset()
    client_numbers: frozenset[Number] = frozenset()
    other_names: frozenset[tuple[str, str]] = frozenset()
    other_contacts: frozenset[str] = frozenset()

    @property
    def names(self) -> set[tuple[str, str]]:
        """Return every name the client is known by."""
        return {(self.first, self.last), *self.other_names}

    @property
    def contacts(self) -> set[str]:
        """Return every number and address that the client is known by."""
        return {contact for contact in (self.phone, self.email) if contact} | self.other_contacts


class Verdict(StrEnum):
    """Who a row means."""

    SAME = "same"
    NEW = "new"
    QUESTION = "question"  # nothing is changed until a person has answered


class Why(StrEnum):
    """What a person has to decide."""

    BOOKING_OF_ANOTHER = "booking-of-another"  # “Ana's booking number, but Bob's name and number”
    CLIENT_NUMBER_OF_ANOTHER = "client-number-of-another"
    SIMILAR_NAME = "similar-name"  # on the same number or address
    SEVERAL_FIT = "several-fit"
    CONTACTS_OF_TWO = "contacts-of-two"  # the number is one client's, the address another's
    NAMESAKE = "namesake"  # a known full name with a new number or address
    NAME_ALONE = "name-alone"  # no number, no address, and nobody has exactly that name
    SHARED_CONTACT = "shared-contact"  # another name on it: asked only of who stands at the desk


@dataclass(frozen=True, slots=True)
class Meant:
    """Who is meant: the client if it is the same, those asked about if it is a question.

    ``respelled`` says that the name is a variant of the known one.
    """

    verdict: Verdict
    clients: tuple[int, ...] = ()
    why: Why | None = None
    respelled: bool = False


NEW = Meant(Verdict.NEW)


@dataclass(slots=True)
class Directory:
    """Known clients, found by number, address, numbers of their bookings and full name."""

    _found: dict[tuple[str, object], list[Known]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, clients: Iterable[Known]) -> Directory:
        """Return a directory of these clients."""
        directory = cls()
        for client in clients:
            directory.add(client)
        return directory

    def add(self, client: Known) -> None:
        """Enter one more, as a row of the same list has just made."""
        keys = {
            *(("contact", contact) for contact in client.contacts),
            *(("name", name_key(*name)) for name in client.names),
            *(("booking", number) for number in client.bookings),
            *(("client", number) for number in client.client_numbers),
        }
        for kind, key in keys:
            if key:
                self._found[kind, key].append(client)

    def everybody(self) -> list[Known]:
        """Return all who are entered, each once."""
        return list({one.id: one for found in self._found.values() for one in found}.values())

    def find(self, kind: str, *keys: object) -> list[Known]:
        """Return who is found by any of these keys, each once."""
        found = (client for key in keys if key for client in self._found.get((kind, key), ()))
        return list({client.id: client for client in found}.values())


def who_is_meant(person: Person, known: Directory) -> Meant:
    """Decide who a row means, from facts alone.

    A number or address with a spelling of a name is a person. A booking's number names a
    treatment, never a person: with another's name it is a question. Clients with different
    contacts are never made one unasked.
    """
    numbered = _by_client_number(person, known) or _by_booking(person, known)
    return numbered or _by_contact(person, known) or _by_name(person, known) or NEW


def whom_to_ask_about(person: Person, known: Directory) -> Meant:
    """Decide as ``who_is_meant``, but ask about everybody on the number or address whose name is
    another: for a person at the desk, who can be asked themselves.
    """
    meant = who_is_meant(person, known)
    sharing = known.find("contact", person.phone, person.email)
    if meant.verdict is Verdict.NEW and sharing:
        return _question(Why.SHARED_CONTACT, sharing)
    return meant


def who_is_named(person: Person, known: Directory) -> Meant:
    """Decide who is meant by a name alone: its one bearer, else a person must say. ``known`` are all
    who have that name, or its family name.
    """
    numbered = _by_client_number(person, known) or _by_booking(person, known)
    if numbered is not None:
        return numbered
    bearers = known.find("name", name_key(person.first, person.last)) if person.last else []
    if len(bearers) == 1:
        return Meant(Verdict.SAME, (bearers[0].id,), respelled=True)
    alike = [one for one in known.everybody() if _fits(person, one, Likeness.ALIKE)]
    return _question(Why.SEVERAL_FIT if bearers else Why.NAME_ALONE, bearers or alike)


def _by_client_number(person: Person, known: Directory) -> Meant | None:
    owners = known.find("client", person.client_number)
    fits = [
        o
        for o in owners
        if _fits(person, o, Likeness.ALIKE if _shares(person, o) else Likeness.SAME)
    ]
    if owners and not fits:
        return _question(Why.CLIENT_NUMBER_OF_ANOTHER, owners)
    return _one(person, fits)


def _by_booking(person: Person, known: Directory) -> Meant | None:
    """Believe a known booking's number where the name is its owner's and so is a number or address;
    all new ones may be a namesake's, since systems use their numbers again.
    """
    owners = known.find("booking", person.booking)
    fits = [owner for owner in owners if _fits(person, owner, Likeness.SAME)]
    if not owners:
        return None
    near = [owner for owner in fits if _shares(person, owner) or not _reachable(person, owner)]
    if fits:
        return _one(person, near) or _question(Why.NAMESAKE, fits)
    alike = [o for o in owners if _shares(person, o) and _fits(person, o, Likeness.ALIKE)]
    return _question(Why.SIMILAR_NAME if alike else Why.BOOKING_OF_ANOTHER, alike or owners)


def _by_contact(person: Person, known: Directory) -> Meant | None:
    sharing = known.find("contact", person.phone, person.email)
    same = [client for client in sharing if _fits(person, client, Likeness.SAME)]
    if not same:
        alike = [client for client in sharing if _fits(person, client, Likeness.ALIKE)]
        return _question(Why.SIMILAR_NAME, alike) if alike else None
    others = [other for other in sharing if other not in same]
    if others and all(_would_swap(person, client, others) for client in same):
        return _question(Why.CONTACTS_OF_TWO, [*same, *others])
    return _one(person, same)


def _by_name(person: Person, known: Directory) -> Meant | None:
    namesakes = known.find("name", name_key(person.first, person.last))
    return _question(Why.NAMESAKE, namesakes) if namesakes else None


def _one(person: Person, fits: list[Known]) -> Meant | None:
    """Return the one that fits; of several the one whose name or contacts are exactly the same."""
    closer: tuple[Callable[[Known], bool], ...] = (
        lambda client: _exact(person.first, person.last) in {_exact(*n) for n in client.names},
        lambda client: _shares(person, client),
        lambda client: (person.phone, person.email) == (client.phone, client.email),
    )
    for is_closer in closer:
        fits = list(filter(is_closer, fits)) or fits
    if len(fits) > 1:
        return _question(Why.SEVERAL_FIT, fits)
    if not fits:
        return None
    respelled = (person.first, person.last) not in fits[0].names
    return Meant(Verdict.SAME, (fits[0].id,), respelled=respelled)


def _exact(first: str, last: str) -> str:
    return name_key(first, last) or f"{first} {last}".casefold()


def _fits(person: Person, client: Known, least: Likeness) -> bool:
    return any(likeness(person.first, person.last, *name) >= least for name in client.names)


def _shares(person: Person, client: Known) -> bool:
    return bool({person.phone, person.email} & client.contacts)


def _reachable(person: Person, client: Known) -> bool:
    """Say whether both have a number or address to compare."""
    return bool((person.phone or person.email) and client.contacts)


def _would_swap(person: Person, client: Known, others: Iterable[Known]) -> bool:
    """Say whether the client's own number or address would become another client's."""
    told = ((client.phone, person.phone), (client.email, person.email))
    news = {new for own, new in told if own and new and new not in client.contacts}
    return any(news & other.contacts for other in others)


def _question(why: Why, clients: Iterable[Known]) -> Meant:
    return Meant(Verdict.QUESTION, tuple(client.id for client in clients), why)
