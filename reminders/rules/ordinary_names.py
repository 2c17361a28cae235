"""Ordinary names: most names of a list, in which nothing has to be put right, told at a glance."""

from __future__ import annotations

import re
from functools import lru_cache

from reminders.rules import name_words
from reminders.rules.folding import fold


def ordinary(first: str, last: str, whole: str) -> tuple[str, str] | None:
    """Return given and family names as they are written; None where they have to be read."""
    if not first and not last and _is_ordinary(whole):
        first, _, last = whole.partition(" ")
    elif not _is_ordinary(first) or (last and not _is_ordinary(last)):
        return None
    repeated = last and " " in first and fold(first).endswith(fold(last))
    return None if repeated else (first, last)


@lru_cache(maxsize=8192)
def _is_ordinary(cell: str) -> bool:
    """Say whether a cell holds names alone: capitals, then small letters, and no word of a table."""
    titled = cell.istitle() and _NAMES.fullmatch(cell)
    return bool(titled) and _TABLED.isdisjoint(fold(cell).split())


_NAME = "(?:[{0}]['’])?[{0}]{{2,}}".format("A-Za-zÀ-ÖØ-öø-įĲ-ķĹ-ňŊ-žȘ-ț")
"""Two letters at least, behind an O’ or without it, of Latin letters whose capitals are theirs alone."""

_NAMES = re.compile(rf"{_NAME}(?:[ -]{_NAME})*")
_TABLED = frozenset(
    fold(word)
    for table in (
        name_words.TITLES, name_words.TITLES_OR_NAMES, name_words.CREDENTIALS, name_words.GENERATIONS, name_words.PARTICLES,
        name_words.AND, name_words.REMARKS, name_words.PLACEHOLDERS, name_words.COMPANIES,
    )
    for phrase in table
    for word in phrase.split()
    if len(word) > 1
)  # fmt: skip
"""Every word that says more than a name does."""
