"""Columns: which column of a list holds what, as its headings say or somebody has corrected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256

from reminders.rules.folding import key
from reminders.rules.heading_words import HEADINGS
from reminders.rules.headings import FLAGS, recognise
from reminders.rules.terms import InputError
from reminders.rules.translation import gettext

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


def correct(
    columns: Mapping[str, int], header: Sequence[str], said: Sequence[str]
) -> dict[str, int]:
    """Return columns with corrections like “Procedure Date=treated_at”; raises ``InputError``."""
    places = {key(heading): place for place, heading in enumerate(header)}
    found = dict(columns)
    for one in said:
        heading, _, field = (part.strip() for part in one.rpartition("="))
        if key(heading) not in places:
            raise InputError(
                gettext("There is no column “%(name)s”.", name=heading),
                gettext("There are: %(names)s.", names=", ".join(header)),
            )
        if field not in FIELDS:
            raise InputError(
                gettext("“%(name)s” is not something a column can hold.", name=field),
                gettext("Choose: %(names)s.", names=", ".join(FIELDS)),
            )
        place = places[key(heading)]
        found = {name: at for name, at in found.items() if at != place} | {field: place}
    return found


def fingerprint(header: Sequence[str]) -> str:
    """Return what lists with the same headings share."""
    return sha256("\n".join(map(key, header)).encode()).hexdigest()[:32]
