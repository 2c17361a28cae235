"""Columns: which column of a list holds what, as its headings say or somebody has corrected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256

from reminders.rules.folding import key
from reminders.rules.heading_words import HEADINGS
from reminders.rules.headings import FLAGS, recognise

FIELDS = tuple(field for field in HEADINGS if field != "start")
"""What a column may hold, by the names that others rely on."""


def recognise_columns(header: Sequence[str]) -> dict[str, int]:
    """Return the one column that holds each thing best."""
    return {field: places[0] for field, places in recognise(header).items()}


def all_columns(
    header: Sequence[str], corrected: Mapping[str, int] | None = None
) -> dict[str, list[int]]:
    """Return every column that holds each thing, the best first.

    Where somebody has ``corrected`` which holds what, their word counts; others of the same kind
    follow unless they hold something else now.
    """
    found = recognise(header)
    if corrected is None:
        return found
    taken = set(corrected.values())
    return {
        field: [
            *([corrected[field]] if field in corrected else []),
            *(place for place in found.get(field, []) if place not in taken),
        ]
        for field in {*corrected, *(FLAGS.keys() & found.keys())}
    }


def fingerprint(header: Sequence[str]) -> str:
    """Return what lists with the same headings share."""
    return sha256("\n".join(map(key, header)).encode()).hexdigest()[:32]
