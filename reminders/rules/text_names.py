"""Names in texts: which letters of a clinic's and a client's name cost a segment, and what to write."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache
from typing import Protocol

from reminders.rules.folding import words
from reminders.rules.segments import SEPTETS, Encoding, size
from reminders.rules.translation import ngettext

LONGEST = 16
"""Septets of a clinic's name in texts: with two for “: ” it leaves 142 of a segment's 160."""

_LETTERS = str.maketrans(
    {"Ł": "L", "ł": "l", "Đ": "D", "đ": "d", "Ð": "D", "ð": "d", "Þ": "Th", "þ": "th", "Œ": "Oe",
     "œ": "oe", "ı": "i", "ħ": "h", "Ħ": "H", "’": "'", "–": "-"},
)  # fmt: skip
"""Letters that Unicode does not take apart into a plain one and a mark."""

_JOINING = words(
    "and & + of the for at by y e de del la el et du des le les und für im i w da do dos"
)
"""Words that no shortened name ends with."""

_GAP = re.compile(r",?\s+(?=[,.:])")
"""Where a greeting had a name: “Hi , tonight”, “Hola, : esta”."""


class ClientNames(StrEnum):
    """How clients are named in texts where letters of their name cost a segment."""

    CHEAPEST = "cheapest"  # in plain letters; not at all where even those cost a segment
    PLAIN = "plain"  # in plain letters, whatever it costs
    AS_WRITTEN = "as-written"  # as it is written, whatever it costs


class Named(Protocol):
    """A clinic, with the name it chose for texts; empty or None where it chose none."""

    @property
    def name(self) -> str:
        """Its full name."""
        ...

    @property
    def text_name(self) -> str | None:
        """The name it chose for texts."""
        ...


def plain(text: str) -> str:
    """Return a text in letters of the GSM alphabet, as phones and carriers fold them (Zoë, Zoe);
    what cannot be folded stays.
    """
    return "".join(_folded(unicodedata.normalize("NFC", text)))


def _folded(text: str) -> Iterator[str]:
    for letter in text:
        if letter in SEPTETS:
            yield letter
            continue
        apart = unicodedata.normalize("NFKD", letter.translate(_LETTERS))
        bare = "".join(c for c in apart if not unicodedata.combining(c))
        yield bare if SEPTETS.keys() >= set(bare) else letter


@lru_cache(maxsize=4096)
def shortened(name: str) -> str:
    """Return a clinic's full name folded, and as many of its first words as fit into a text."""
    kept: list[str] = []
    for word in plain(name).split():
        if kept and size(" ".join((*kept, word))).units > LONGEST:
            break
        kept.append(word)
    while len(kept) > 1 and kept[-1].casefold().strip(",-–|:") in _JOINING | {""}:
        kept.pop()
    return " ".join(kept)[:LONGEST].rstrip(" ,-–|:") or name[:LONGEST]


def name_in_texts(clinic: Named) -> str:
    """Return what a clinic's texts begin with: the name it chose, or its full one shortened."""
    return clinic.text_name or shortened(clinic.name)


def say_cost(clinic: Named) -> str:
    """Say what every text begins with, and how much of a segment that leaves."""
    begins = f"{name_in_texts(clinic)}: "
    found = size(begins)
    if found.encoding is Encoding.GSM_7:
        left = 160 - found.units
        return ngettext(
            "Texts begin with “%(name)s”. That leaves %(n)s of the 160 characters of a segment.",
            "Texts begin with “%(name)s”. That leaves %(n)s of the 160 characters of a segment.",
            left,
            name=begins.strip(),
        )
    return ngettext(
        "Texts begin with “%(name)s”. Its letters leave %(n)s character in a segment instead of"
        " about 140, so most texts cost two or three segments.",
        "Texts begin with “%(name)s”. Its letters leave %(n)s characters in a segment instead of"
        " about 140, so most texts cost two or three segments.",
        70 - found.units,
        name=begins.strip(),
    )


def ways_to_greet(first_name: str, wish: ClientNames) -> tuple[str, ...]:
    """Return how a client may be greeted in a text, the best first; empty is without a name."""
    if wish is ClientNames.AS_WRITTEN:
        return (first_name,)
    ways = [first_name, plain(first_name)] + [""] * (wish is ClientNames.CHEAPEST)
    return tuple(dict.fromkeys(ways))


def without_gap(text: str) -> str:
    """Close the gap that a name leaves which is not there: “Hi , tonight” is “Hi, tonight”."""
    return _GAP.sub("", text, count=1)
