"""Mentions: whether the cells of a row name a person, or hold a number or address of theirs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

import phonenumbers

from reminders.rules.folding import fold


def is_named(cells: Sequence[str], name: str) -> bool:
    """Say whether every word of a name stands in the cells, in whatever order and spelling."""
    wanted = set(fold(name).split())
    return bool(wanted) and wanted <= set(fold(" ".join(cells)).split())


def is_reached(cells: Sequence[str], contacts: Iterable[str]) -> bool:
    """Say whether a number or address stands in a cell, however it is written there."""
    return any(_stands(contact, cell) for contact in contacts for cell in cells)


def _stands(contact: str, cell: str) -> bool:
    if "@" in contact:
        return contact.casefold() in cell.casefold()
    return _national(contact) in re.sub(r"\D", "", cell)


@lru_cache(maxsize=1024)
def _national(number: str) -> str:
    """Return what of a normalised number stands in every way to write it."""
    return str(phonenumbers.parse(number).national_number)
