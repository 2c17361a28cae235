"""Likeness of names: whether two names that share a number or address are one person's."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from reminders.rules import short_forms
from reminders.rules.folding import fold
from reminders.rules.name_words import CREDENTIALS, GENERATIONS, PARTICLES, TITLES


class Likeness(IntEnum):
    """How far two names are one person's, on the same number or address."""

    DIFFERENT = 0  # two people, as mother and daughter
    ALIKE = 1  # not sure: a person is asked
    SAME = 2  # spellings of one person


DIFFERENT, ALIKE, SAME = Likeness

SHORTEST_SLIP = 5
"""Letters of a name from which one that is missing or wrong may be a slip."""

CLOSE = 0.92
"""Jaro-Winkler similarity from which two longer names are worth a question."""


@dataclass(frozen=True, slots=True)
class _Name:
    given: tuple[str, ...]
    family: tuple[str, ...]
    generation: frozenset[str]
    together: str  # the family name with its small words, as some write it: Vanderberg


def name_key(first: str, last: str) -> str:
    """Return what a full name shares with itself in any case, order and accents; empty where
    either part is missing, since a given name alone says nothing of who it is.
    """
    name = _taken_apart(first, last)
    words = sorted((*name.given, *name.family, *name.generation))
    return " ".join(words) if name.given and name.family else ""


def likeness(first: str, last: str, other_first: str, other_last: str) -> Likeness:
    """Compare two names found on one number or address.

    Case, accents, titles, order, further given names, initials, double family names, common
    short forms and one letter off are spellings; another family name, or a given name that is
    only similar, is in doubt.
    """
    names = sorted(((first, last), (other_first, other_last)))
    marks, others = (_marks(*name) for name in names)
    if marks and others and marks.isdisjoint(others):
        return DIFFERENT
    return _likeness(*names)


@lru_cache(maxsize=65536)
def _likeness(name: tuple[str, str], other: tuple[str, str]) -> Likeness:
    one, two = _taken_apart(*name), _taken_apart(*other)
    if one.generation and two.generation and one.generation != two.generation:
        return DIFFERENT
    most = SAME if one.generation == two.generation else ALIKE
    return min(most, _compared(one, two))


@lru_cache(maxsize=4096)
def _marks(first: str, last: str) -> frozenset[str]:
    """Return what a name shares with every other that is not surely somebody else's, so that of many
    people on one number few are compared; empty where a part is missing or an initial.

    No two names are alike of which not two words, or all words together, sound the same, are short
    forms of one, or differ by one letter in a long word: then they are the same without that letter.
    """
    name = _taken_apart(first, last)
    words = {*name.given, *name.family}
    if not name.given or not name.family or any(len(word) == 1 for word in words):
        return frozenset()
    words |= {_WOMANS.sub(_mans, word) for word in words}
    long = [word for word in words if len(word) >= SHORTEST_SLIP]
    together = ("".join(name.given), "".join(name.family), "".join(name.given + name.family), name.together)  # fmt: skip
    return frozenset(
        (
            *map(sound, (*words, *together)),
            *(f"#{line}" for word in words for line in short_forms.lines(word)),
            *long,
            *(word[:place] + word[place + 1 :] for word in long for place in range(len(word))),
        )
    )


def _compared(one: _Name, two: _Name) -> Likeness:
    words, others = (one.given + one.family), (two.given + two.family)
    spaced = len(words) != len(others) and sound("".join(words)) == sound("".join(others))
    if spaced or sorted(words) == sorted(others):
        return SAME
    given = _given(one.given, two.given)
    family = SAME if sound(one.together) == sound(two.together) else _family(one.family, two.family)
    if given is SAME:
        return SAME if family is SAME else _other_family(one, two, family)
    if family is SAME and given is ALIKE:
        return ALIKE
    turned = _turned(one, two)
    inside = min(len(words), len(others)) > 1 and (
        set(words) <= set(others) or set(others) <= set(words)
    )
    return SAME if turned else ALIKE if inside else DIFFERENT


def _other_family(one: _Name, two: _Name, family: Likeness) -> Likeness:
    """Doubt that a family name changed, unless no more than an initial speaks for it."""
    initial = min(len(one.given[0]), len(two.given[0])) == 1
    return DIFFERENT if initial and family is DIFFERENT else ALIKE


def _turned(one: _Name, two: _Name) -> bool:
    """Say whether one name is the other with its order turned around: “Silva Ana”."""
    if not (one.given and one.family and two.given and two.family):
        return False
    return _given(one.given, two.family) is SAME and _family(one.family, two.given) is SAME


def _given(one: Sequence[str], two: Sequence[str]) -> Likeness:
    """Compare given names: the first decides, a further one may stand or not."""
    if not one or not two:
        return ALIKE
    if sound("".join(one)) == sound("".join(two)):
        return SAME
    first = word_likeness(one[0], two[0])
    if first is SAME:
        further = zip(one[1:], two[1:], strict=False)
        return SAME if all(word_likeness(a, b) is SAME for a, b in further) else ALIKE
    second = any(word_likeness(one[0], b) is SAME for b in two[1:]) or any(
        word_likeness(a, two[0]) is SAME for a in one[1:]
    )
    return ALIKE if second else first


def _family(one: Sequence[str], two: Sequence[str]) -> Likeness:
    """Compare family names: one missing says nothing, one of two is enough."""
    shorter, longer = sorted((one, two), key=len)
    if not shorter or sound("".join(one)) == sound("".join(two)):
        return SAME
    found = [max(_family_word(word, other) for other in longer) for word in shorter]
    return min(found) if min(found) is SAME else min(ALIKE, max(found))


@lru_cache(maxsize=65536)
def _family_word(one: str, two: str) -> Likeness:
    """Compare family names; forms for women and men of one family are one."""
    one, two = _WOMANS.sub(_mans, one), _WOMANS.sub(_mans, two)
    if sound(one) == sound(two):
        return SAME
    if 1 in {len(one), len(two)}:
        return SAME if one[0] == two[0] else DIFFERENT
    if _one_off(one, two):
        return SAME if min(len(one), len(two)) >= SHORTEST_SLIP else ALIKE
    return ALIKE if _is_close(one, two) or _script(one) != _script(two) else DIFFERENT


@lru_cache(maxsize=65536)
def word_likeness(one: str, two: str) -> Likeness:
    """Compare two given names, small letters without accents."""
    if sound(one) == sound(two) or short_forms.may_be_one(one, two):
        return SAME
    if 1 in {len(one), len(two)}:
        return SAME if one[0] == two[0] else DIFFERENT
    if _script(one) != _script(two):
        return ALIKE
    shorter, longer = sorted((one, two), key=len)
    if len(shorter) < 3:
        return DIFFERENT
    if _one_off(one, two):
        return SAME if _is_slip(one, two) else ALIKE
    return ALIKE if longer.startswith(shorter) or _is_close(one, two) else DIFFERENT


def _is_slip(one: str, two: str) -> bool:
    """Say whether one letter off is a slip: in a long name, inside it, and not from one known name
    to another, as Marina is not Martina, nor Paul Paula.
    """
    inside = one[0] == two[0] and (one[-1] == two[-1] or sorted(one) == sorted(two))
    if min(len(one), len(two)) < 6 or not inside:
        return False
    return not (short_forms.is_known(one) and short_forms.is_known(two))


def _is_close(one: str, two: str) -> bool:
    from rapidfuzz.distance import JaroWinkler  # noqa: PLC0415 (3 MB, for who compares names)

    return JaroWinkler.similarity(one, two) >= CLOSE


def _one_off(one: str, two: str) -> bool:
    from rapidfuzz.distance import OSA  # noqa: PLC0415 (as above)

    return OSA.distance(one, two, score_cutoff=1) <= 1


@lru_cache(maxsize=65536)
def sound(word: str) -> str:
    """Return what spellings of a word that sound alike share: Katherine and Catharine do not, but
    Sarah and Sara, Müller and Mueller, Philip and Filip do.
    """
    word = _DOUBLE.sub(r"\1", word)
    for spelled, heard in _HEARD:
        word = spelled.sub(heard, word)
    return _DOUBLE.sub(r"\1", word)


_DOUBLE = re.compile(r"(.)\1+")
_HEARD = [
    (re.compile(spelled), heard)
    for spelled, heard in (
        (r"([aou])e(?=[^aeiouy])", r"\1"), (r"ph", "f"), (r"sch", "sh"), (r"(?:ey|ie|y|ee)$", "i"), (r"y", "i"),
        (r"c?k|q|c(?=[^eh]|$)", "k"), (r"(?<=.)h", ""), (r"z", "s"), (r"w", "v"), (r"j(?=a|o|u)", "j"),
    )
]  # fmt: skip
_WOMANS = re.compile(r"(?<=[sc]k)a$|(?<=dzk)a$|(?<=[oe]v)a$")


def _mans(found: re.Match[str]) -> str:
    return "i" if found.string.endswith("ka") else ""


def _script(word: str) -> str:
    return unicodedata.name(word[0], "?").split(" ", maxsplit=1)[0]


@lru_cache(maxsize=65536)
def _taken_apart(first: str, last: str) -> _Name:
    """Return the words of a name that count; prefixes of family names are one word with them."""
    given, family = _words(first), _words(_PREFIX.sub(r"\1", last))
    generation = frozenset(w for w in family if w in GENERATIONS and len(family) > 1)
    bare = tuple(w for w in family if w not in PARTICLES and w not in generation)
    kept = tuple(w for w in given if w not in PARTICLES) or given
    generation = frozenset(w.replace("jnr", "jr") for w in generation)
    return _Name(
        kept, bare or family, generation, "".join(w for w in family if w not in generation)
    )


def _words(text: str) -> tuple[str, ...]:
    words = _SAINT.sub("st", fold(re.sub(r"['’`´]", "", text))).split()
    bare = tuple(w for w in words if w not in TITLES and w not in CREDENTIALS)
    return bare or tuple(words)


_SAINT = re.compile(r"\bsaint\b")
_PREFIX = re.compile(r"\b(mc|mac|o)['’ ]+(?=\w{3})", re.IGNORECASE)
