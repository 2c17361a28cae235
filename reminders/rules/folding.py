"""Folding: what two spellings of the same words share, in any language clinics write."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_LETTERS = str.maketrans(
    {
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "ı": "i",
        "™": "",
        "®": "",
        "©": "",
    }
)
"""Letters that Unicode does not take apart into a letter and a mark, and signs that say nothing."""


_OTHER_MARKS = re.compile("[^a-z0-9]+")


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """Return small letters without accents, every run of other marks one space."""
    if text.isascii():
        return _OTHER_MARKS.sub(" ", text.lower()).strip()
    alone = max(text) < _FIRST_JOINING
    return " ".join((text.translate(_LATIN) if alone else _bare(text)).split())


def _bare(text: str) -> str:
    known = unicodedata.normalize("NFKC", text.translate(_LETTERS)).casefold().translate(_LETTERS)
    apart = unicodedata.normalize("NFKD", known)
    bare = "".join(c for c in apart if unicodedata.category(c) not in {"Mn", "Cf"})
    return "".join(c if c.isalnum() else " " for c in bare.casefold())


_FIRST_JOINING = "\u0250"
"""Letters before it are Latin, and none of them changes what stands beside it."""

_LATIN = {number: _bare(chr(number)) for number in range(ord(_FIRST_JOINING))}


def key(text: str) -> str:
    """Return what is compared where spaces do not count either."""
    return fold(text).replace(" ", "")


def words(text: str) -> frozenset[str]:
    """Return the words of a table."""
    return frozenset(text.split())


def phrases(text: str) -> frozenset[str]:
    """Return the phrases of a table, which ``|`` divides."""
    return frozenset(" ".join(phrase.split()) for phrase in text.split("|") if phrase.strip())
