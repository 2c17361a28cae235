"""Proposals: what the free text of a calendar event says of a service, a client and how it stands."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from phonenumbers import (
    Leniency,
    PhoneNumberFormat,
    PhoneNumberMatcher,
    format_number,
    is_valid_number,
)

from reminders.rules import service_words
from reminders.rules.booking_status import Outcome, read_status
from reminders.rules.contacts import clean, read_email, read_phone
from reminders.rules.folding import fold, key, words
from reminders.rules.headings import recognise
from reminders.rules.lazy_pattern import LazyPattern
from reminders.rules.names import read_person
from reminders.rules.protocols import Protocol
from reminders.rules.services import Kind, read_service
from reminders.rules.terms import InputError


@dataclass(frozen=True, slots=True)
class Invited:
    """Somebody an event was shared with, and what they answered (iCalendar's PARTSTAT)."""

    name: str
    email: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What an event may be: ``service`` and ``name`` as they are written there, contacts normalised.

    ``told`` says that the name is somebody's own, from a field or an invitation, and not only what
    was left of a title; ``status`` is empty where nothing speaks against it.
    """

    service: str
    name: str = ""
    phone: str = ""
    email: str = ""
    status: str = ""
    told: bool = False

    @property
    def has_contact(self) -> bool:
        """Say whether a number or an address makes sure who is meant."""
        return bool(self.phone or self.email)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known of the clinic that an event stands in the calendar of: its own names, numbers and
    addresses, which are no client's; whose national numbers are meant; and its protocols.
    """

    own_names: tuple[str, ...]
    own_contacts: frozenset[str]
    region: str
    protocols: tuple[Protocol, ...]


def propose(
    title: str, description: str, invited: Sequence[Invited], status: str, at: Surroundings
) -> Proposal:
    """Read an event. What several people may be meant by is nobody's: a number or address counts
    where it is the only one there that is not the clinic's.
    """
    text = plain(description)
    fields = _fields(text)
    guests = [one for one in invited if one.answer != "RESOURCE" and _is_theirs(one.email, at)]
    guest = guests[0] if len(guests) == 1 else None
    told = _told_name(fields) or (_guest_name(guest) if guest else "")
    head = _without_own(clean(title.translate(_PICTURES)), at.own_names)
    service, found = (_without(head, told), "") if told else split(head, at.protocols)
    return Proposal(
        service=fields.get("treatment") or service,
        name=told or re.sub(r"['’]s$", "", found),
        phone=_phone(fields, f"{title}\n{text}", at),
        email=_email(fields, guests, f"{title}\n{text}", at),
        status=_status(status, guest, service),
        told=bool(told),
    )


def is_plainly_other(service: str, protocols: tuple[Protocol, ...]) -> bool:
    """Say whether a text names something that is no treatment, rather than nothing that is known."""
    if read_service(service, protocols).kind is not Kind.OTHER:
        return False
    return bool(_NO_TREATMENT.search(fold(service)))


_NO_TREATMENT = LazyPattern(
    rf"\b(?:{'|'.join((*service_words.ASIDE, *service_words.OTHER, *service_words.UNMEANT))})\b"
)


def plain(description: str) -> str:
    """Return a description without the markup that some calendars write it in."""
    text = re.sub(r"<(?:br|/p|/div|/li|/tr)\b[^>]*>", "\n", description, flags=re.IGNORECASE)
    return html.unescape(re.sub(r"<[^>]*>", " ", text))


class _Pictures(dict[int, str]):
    """Writes a space for every emoji, and leaves the rest as it is."""

    def __missing__(self, number: int) -> str:
        self[number] = " " if unicodedata.category(chr(number)) in {"So", "Sk"} else chr(number)
        return self[number]


_PICTURES = _Pictures()


# --- fields -----------------------------------------------------------------------------------------

_FIELD = re.compile(r"^\s*[-*•]?\s*([^\W\d_][^:\n]{0,38}?)\s*:[ \t]*(\S.*)$", re.MULTILINE)


def _fields(text: str) -> dict[str, str]:
    """Return what lines like “Phone: …” say, by the words that head the columns of lists."""
    found = _FIELD.findall(text)[:60]
    places = recognise([label for label, _ in found])
    return {field: clean(found[at[0]][1]) for field, at in places.items()}


def _told_name(fields: dict[str, str]) -> str:
    parts = (fields.get("first_name", ""), fields.get("last_name", ""))
    return " ".join(filter(None, parts)) if parts[0] else fields.get("name", "")


def _guest_name(guest: Invited) -> str:
    return "" if "@" in guest.name else clean(guest.name)


# --- contacts ---------------------------------------------------------------------------------------

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_NOBODYS = re.compile(r"@(?:[\w-]+\.)*calendar\.google\.com$|^no-?reply@", re.IGNORECASE)


def _is_theirs(email: str, at: Surroundings) -> bool:
    return bool(email) and email.lower() not in at.own_contacts and not _NOBODYS.search(email)


def _email(fields: dict[str, str], guests: Sequence[Invited], text: str, at: Surroundings) -> str:
    for written in ([fields.get("email", "")], [g.email for g in guests], _EMAIL.findall(text)):
        theirs = {one for each in written if (one := _read_email(each)) and _is_theirs(one, at)}
        if theirs:
            return theirs.pop() if len(theirs) == 1 else ""
    return ""


def _read_email(text: str) -> str:
    try:
        return read_email(text) if text else ""
    except InputError:
        return ""


def _phone(fields: dict[str, str], text: str, at: Surroundings) -> str:
    labelled = fields.get("phone", "")
    if labelled and re.search(r"\d", labelled):
        theirs = {_read_phone(labelled, at.region) or labelled} - at.own_contacts
    else:
        theirs = _numbers(text, at.region) - at.own_contacts
    return theirs.pop() if len(theirs) == 1 else ""


def _numbers(text: str, region: str) -> set[str]:
    """Return the numbers in a text (E.164): those in use, and what is written like one in full."""
    found = list(PhoneNumberMatcher(text, region or None, leniency=Leniency.POSSIBLE))
    return {
        format_number(one.number, PhoneNumberFormat.E164)
        for one in found
        if is_valid_number(one.number)
        or (one.raw_string[:1] in "+0" and _read_phone(one.raw_string, region))
    }


def _read_phone(text: str, region: str) -> str:
    try:
        return read_phone(text, region or None).number
    except InputError:
        return ""


# --- titles -----------------------------------------------------------------------------------------

_JOINTS = "with for and mit für und con para y avec pour et z dla i com e"
_PARTS = re.compile(
    rf"\s+[-–—|]+\s+|\s*[:,;/()\[\]•·|@]\s*|\s+(?:{'|'.join(_JOINTS.split())})\s+", re.IGNORECASE
)
_NAME = re.compile(r"[^\W\d_][^\W\d_'’.-]*(?:[-'’.][^\W\d_]*)*")
_UNLIKE_NAMES = service_words.NEUTRAL | words(
    "lunch break busy blocked block hold off day meeting team room training holiday closed call free"
    " available private personal dentist doctor admin clean cleaning stock supplier rep delivery"
    " facial facials glow peel peels hydra led mask glass express"
)
"""Words that no name is made of where it stands in a title."""


@lru_cache(maxsize=4096)
def split(title: str, protocols: tuple[Protocol, ...]) -> tuple[str, str]:
    """Part a title into the service and the name it holds: “Microneedling - Ana Costa”. Either is
    empty where none is sure; what is beside both stays with the service.
    """
    parts = [part for part in _PARTS.split(title) if part]
    names = [part for part in parts if _may_be_name(part, protocols)]
    whole = [name for name in names if " " in name] or names
    if len(whole) == 1:
        return _without(title, whole[0]), whole[0]
    inner = next((found for part in parts if (found := _name_within(part, protocols))), "")
    return (_without(title, inner), inner) if inner and not whole else (title, "")


def _name_within(part: str, protocols: tuple[Protocol, ...]) -> str:
    """Return a name before or behind a service without anything between: “Ana Costa PRP face”."""
    said = part.split()
    found = [
        (name, rest)
        for start, end in combinations(range(len(said) + 1), 2)
        if (start == 0) is not (end == len(said)) and end - start <= 3
        for name, rest in [(said[start:end], [*said[:start], *said[end:]])]
    ]
    for length in (2, 3, 1):
        for name, rest in found:
            service = read_service(" ".join(rest), protocols)
            if (
                len(name) == length
                and service.kind in {Kind.TREATMENT, Kind.DOUBTFUL}
                and _may_be_name(" ".join(name), protocols)
            ):
                return " ".join(name)
    return ""


def _may_be_name(part: str, protocols: tuple[Protocol, ...]) -> bool:
    said = part.split()
    if not 1 <= len(said) <= 3 or not all(map(_NAME.fullmatch, said)):
        return False
    loud = said[0][0].isupper() and said[-1][0].isupper()
    if not loud or set(map(key, said)) & _UNLIKE_NAMES or is_plainly_other(part, protocols):
        return False
    if read_service(part, protocols).kind is not Kind.OTHER:
        return False
    read = read_person("", "", part)
    return bool(read.first) and not read.doubts and read_status(part).outcome is Outcome.UNKNOWN


def _without(title: str, name: str) -> str:
    """Return a title without a name in it, and without what joined the two."""
    if not name:
        return title
    spelled = r"\s+".join(map(re.escape, name.split()))
    left = re.sub(rf"(?<!\w){spelled}(?!\w)", "\n", title, flags=re.IGNORECASE)
    edges = rf"^(?:(?:{'|'.join(_JOINTS.split())})\s+|[\s:,;/()\[\]•·|@–—-]+)+"
    behind = rf"(?:\s+(?:{'|'.join(_JOINTS.split())})|[\s:,;/()\[\]•·|@–—-]+)+$"
    kept = (
        re.sub(behind, "", re.sub(edges, "", part, flags=re.IGNORECASE), flags=re.IGNORECASE)
        for part in left.split("\n")
    )
    return " - ".join(filter(None, kept))


def _without_own(title: str, own_names: Collection[str]) -> str:
    for name in own_names:
        title = _without(title, name)
    return title


# --- how it stands ----------------------------------------------------------------------------------


def _status(status: str, guest: Invited | None, rest: str) -> str:
    """Return what speaks against an event: its status, its guest's answer, a word in its title."""
    if status in {"CANCELLED", "TENTATIVE"}:
        return status.lower()
    if guest is not None and guest.answer == "DECLINED":
        return "declined"
    return next(_against(rest), "")


def _against(rest: str) -> Iterator[str]:
    parts = [part for part in _PARTS.split(rest) if part]
    for part in (*parts, *(part.split()[0] for part in parts)):
        if read_status(part).outcome is Outcome.NOT_TAKING_PLACE and not re.search(r"\d", part):
            yield part
