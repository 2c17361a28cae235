"""Services: what a clinic's own name for something it sells says of the treatment it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from reminders.rules import service_words
from reminders.rules.folding import fold, key
from reminders.rules.lazy_pattern import LazyPattern
from reminders.rules.protocols import Protocol


class Kind(StrEnum):
    """What a service's name tells by itself."""

    TREATMENT = "treatment"  # under the protocol it names
    OTHER = "other"  # certainly something else: left out, and counted
    DOUBTFUL = "doubtful"  # a person is asked, once for each name
    BLANK = "blank"  # no name: asked about, never taken for a treatment


@dataclass(frozen=True, slots=True)
class Service:
    """How a name was understood: ``protocols`` are what it is, or what it may be if in doubt."""

    kind: Kind
    protocols: tuple[str, ...] = ()

    @property
    def protocol(self) -> str | None:
        """Return the one protocol it is under; None where that is not certain."""
        return self.protocols[0] if self.kind is Kind.TREATMENT else None


def service_key(name: str) -> str:
    """Return what a service is remembered by: its name without case, spaces and marks."""
    return key(name)


def read_service(name: str, protocols: Iterable[Protocol]) -> Service:
    """Tell what a service is from its name alone, by the words of every protocol.

    A name with a word of a treatment is that treatment whatever else it says, unless it is about
    talking, looking after or paying. A treatment that extends another needs its own word beside:
    “Microneedling with PRP”. Doubtful words, and a treatment joined to a talk or listed beside one,
    are asked about.
    """
    return _listed(name, tuple(protocols))


@lru_cache(maxsize=4096)
def _listed(name: str, protocols: tuple[Protocol, ...]) -> Service:
    whole = _read(_said(name), protocols)
    if whole.kind is Kind.OTHER:
        each = (_read(_said(part), protocols) for part in _LISTED.split(name))
        treatment = next((part for part in each if part.kind is Kind.TREATMENT), None)
        return Service(Kind.DOUBTFUL, treatment.protocols) if treatment else whole
    return whole


def _said(name: str) -> str:
    return fold(name.replace("+", " plus ").replace("&", " and "))


def _read(name: str, protocols: tuple[Protocol, ...]) -> Service:
    if name in service_words.NOTHING:
        return Service(Kind.BLANK)
    text = " ".join(_UNMEANT.sub(" ", name).split())
    known = tuple(p for p in protocols if _is_known(p, text))
    maybe = tuple(p for p in protocols if _pattern(p.may_be).search(text))
    if _ASIDE.search(text):
        joined = known and _is_joined(text, known)
        return Service(Kind.DOUBTFUL, _chosen(known, maybe)) if joined else Service(Kind.OTHER)
    if known and _is_around(text, known):
        return Service(Kind.OTHER)
    if known:
        chosen = _chosen(known, maybe)
        return Service(Kind.TREATMENT if len(chosen) == 1 else Kind.DOUBTFUL, chosen)
    doubtful = maybe and not _OTHER.search(text)
    if doubtful or (text == name and _without_neutral(text) == ""):
        return Service(Kind.DOUBTFUL, tuple(p.key for p in maybe or protocols[:1]))
    return Service(Kind.OTHER)


def _is_known(protocol: Protocol, text: str) -> bool:
    """Say whether a name holds one of its words; one that is in doubt too has to stand alone."""
    certain = tuple(w for w in (protocol.name, *protocol.known_as) if w not in protocol.may_be)
    if _pattern(certain).search(text):
        return True
    alone = tuple(word for word in protocol.known_as if word in protocol.may_be)
    rest = _pattern(alone).sub(" ", text)
    return rest != text and _without_neutral(rest) == ""


def _chosen(known: Sequence[Protocol], maybe: Sequence[Protocol]) -> tuple[str, ...]:
    """Return the most special of what is known, made more special by a doubtful word beside it."""
    for group in (known, [p for p in maybe if set(p.lineage[1:]) & {k.key for k in known}]):
        special = [p for p in group if len(p.lineage) > 1]
        if special:
            return tuple(p.key for p in special)
    return tuple(p.key for p in known)


def _is_joined(text: str, known: Iterable[Protocol]) -> bool:
    """Say whether a treatment and a talk stand side by side: “incl. consultation”."""
    if _JOINED_BEFORE.search(text) or _INCLUDED.search(text):
        return True
    words = [_pattern((p.name, *p.known_as)) for p in known]
    for found in _JOINED_AFTER.finditer(text):
        rest = text[found.end() :].strip()
        if any(w.match(rest) or w.match(rest.partition(" ")[2]) for w in words):
            return True
    return False


def _is_around(text: str, known: Iterable[Protocol]) -> bool:
    """Say whether a treatment is only what it comes before or after."""
    words = (found for p in known for found in _pattern((p.name, *p.known_as)).finditer(text))
    return all(_AROUND.search(text[: found.start()]) for found in words)


def _without_neutral(text: str) -> str:
    words = (w for w in text.split() if not re.fullmatch(r"\d+\w{0,3}|\d*x\d*|\w", w))
    return " ".join(word for word in words if word not in service_words.NEUTRAL)


@lru_cache(maxsize=256)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """Return what finds words as protocols write them: a space may be missing, ``*`` is letters."""
    parts = (" ?".join(map(_letters, word.replace("-", " ").split())) for word in words)
    return re.compile(_any(*parts) if words else r"(?!)")


def _letters(word: str) -> str:
    return r"\w*".join(map(fold, word.split("*")))


def _any(*phrases: str) -> str:
    return rf"\b(?:{'|'.join(phrases)})\b"


_LISTED = re.compile(r"\s*[,;|\n•]\s*")
"""Between the services of one visit that stand in one cell."""

_UNMEANT = LazyPattern(_any(*service_words.UNMEANT))
_ASIDE = LazyPattern(_any(*service_words.ASIDE))
_OTHER = LazyPattern(_any(*service_words.OTHER))
_AROUND = LazyPattern(rf"\b{service_words.AROUND} $")
_JOINED_BEFORE = LazyPattern(rf"\b{service_words.JOINED} {_ASIDE.pattern}")
_INCLUDED = LazyPattern(rf"{_ASIDE.pattern} {service_words.INCLUDED}")
_JOINED_AFTER = LazyPattern(rf"{_ASIDE.pattern} {service_words.JOINED}\b")
