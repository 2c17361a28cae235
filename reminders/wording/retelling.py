"""Translate English sentences that were kept for staff to read later, with their values filled in.

What a worker or a hook finds wrong is kept in English, as programs and logs have it. Whoever reads it
at the desk does so in their own language, for which each sentence is found again in the catalogue.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from reminders.rules.translation import ENGLISH, current_language, gettext
from reminders.wording import catalogues

_VALUE = re.compile(r"%\((\w+)\)s")
_END = re.compile(r"(?<=[.!?])\s+")

LITERAL = 10
"""Letters that a sentence needs beside its values, to be known by them."""


def retold(folder: Path, kept: str) -> str:
    """Return what was kept in the language that is current; what is not known stays as it is."""
    if current_language() == ENGLISH.language or not kept:
        return kept
    parts, told = _END.split(kept), []
    while parts:
        for count in range(len(parts), 0, -1):
            if found := _translated(folder, " ".join(parts[:count])):
                break
        told.append(found or parts[0])
        del parts[: count if found else 1]
    return " ".join(told)


def _translated(folder: Path, english: str) -> str:
    """Return the translation of what is one sentence of the catalogue; nothing where it is none."""
    if (plain := gettext(english)) != english:
        return plain
    for pattern, sentence in _patterns(folder, current_language()):
        if found := pattern.fullmatch(english):
            return gettext(sentence, **found.groupdict())
    return ""


@cache
def _patterns(folder: Path, language: str) -> list[tuple[re.Pattern[str], str]]:
    """Return how to know each sentence with values, those first that say the most themselves."""
    filled = [one for one in catalogues.catalogue(folder, language).sentences if _VALUE.search(one)]
    own = {one: len(_VALUE.sub("", one)) for one in filled}
    known = sorted((one for one in filled if own[one] >= LITERAL), key=lambda one: -own[one])
    return [(_pattern(one), one) for one in known]


def _pattern(sentence: str) -> re.Pattern[str]:
    """Match a sentence with any values; none of them goes on into another sentence."""
    pieces, seen, at = [], set(), 0
    for value in _VALUE.finditer(sentence):
        name = value[1]
        pieces.append(re.escape(sentence[at : value.start()].replace("%%", "%")))
        pieces.append(f"(?P={name})" if name in seen else rf"(?P<{name}>(?:(?!\. ).)+?)")
        seen.add(name)
        at = value.end()
    return re.compile("".join(pieces) + re.escape(sentence[at:].replace("%%", "%")))
