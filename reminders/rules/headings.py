"""Headings: which column of a list holds what, in any vendor's words and six languages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from reminders.rules import heading_words
from reminders.rules.booking_status import Flag
from reminders.rules.folding import fold, words

FLAGS = {
    "status": Flag.STATUS,
    "ended": Flag.ENDED,
    "ended_why": Flag.ENDED_WHY,
    "came": Flag.CAME,
    "certain": Flag.CERTAIN,
    "label": Flag.LABEL,
}
"""The columns that speak of what became of a booking, all read together."""


def recognise(header: Sequence[str]) -> dict[str, list[int]]:
    """Return the columns that hold each thing, the best name first.

    A start stands for the day unless there is a day of its own; then it is the time. “State”
    beside a city is part of an address.
    """
    ranked: dict[str, list[tuple[int, int]]] = {}
    for place, heading in enumerate(header):
        held = holds(heading)
        if held:
            ranked.setdefault(held[0], []).append((held[1], place))
    found = {field: [place for _, place in sorted(places)] for field, places in ranked.items()}
    _settle_days(found, header)
    starts = found.pop("start", [])
    if starts:
        field = "time" if "treated_at" in found else "treated_at"
        found[field] = [*found.get(field, []), *starts]
    if {fold(heading) for heading in header} & _ADDRESS:
        states = {place for place, heading in enumerate(header) if fold(heading) == "state"}
        found["status"] = [place for place in found.get("status", []) if place not in states]
    _settle_names(found, header)
    return {field: places for field, places in found.items() if places}


def _settle_days(found: dict[str, list[int]], header: Sequence[str]) -> None:
    """Read “Day” as a number for the daytime only beside one for the night, and what is said of a
    client only where nothing is said of the booking.
    """
    said = [fold(heading) for heading in header]
    if "day" in said and not {"night", "evening"} & set(said):
        place = said.index("day")
        found["phone"] = [one for one in found.get("phone", []) if one != place]
        found["treated_at"] = [*found.get("treated_at", []), place]
    status = found.get("status", [])
    ours = [place for place in status if not set(said[place].split()) & _WHO]
    found["status"] = ours or status


def _settle_names(found: dict[str, list[int]], header: Sequence[str]) -> None:
    """Read “Nombre” or “Nom” as the name that has no column of its own, else as both."""
    if "last_name" in found and "first_name" not in found and "name" in found:
        found["first_name"] = found.pop("name")
    unclear = [place for place, heading in enumerate(header) if fold(heading) in _UNCLEAR]
    for place in unclear[:1]:
        said = fold(header[place])
        for field in ("first_name", "last_name", "name"):
            found[field] = [p for p in found.get(field, []) if p != place]
        first, last = bool(found["first_name"]), bool(found["last_name"])
        german = "vorname" in map(fold, header)
        field = (
            "name"
            if first is last or (said == "name" and first and not german)
            else "last_name"
            if first
            else "first_name"
        )
        found[field] = [place, *found[field]]


def flags(header: Sequence[str]) -> dict[int, Flag]:
    """Return the columns that speak of what became of a booking, and how."""
    found = recognise(header)
    return {place: flag for field, flag in FLAGS.items() for place in found.get(field, [])}


Held = tuple[str, int]
"""What a column holds, and how good its name is for it."""

LAST = 99
"""The worst name there is."""


@lru_cache(maxsize=4096)
def holds(heading: str) -> Held | None:
    """Return what a heading says its column holds, and how good a name that is; 0 is the best.

    A heading that is not known as a whole is read without the words for whose and of what, then
    without what stands in brackets, then as alternatives: “Kunde/Kundin”.
    """
    text = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", heading.replace("#", " number "))
    return (
        _read(text)
        or _read(re.sub(r"\(.*?\)|\[.*?\]", " ", text))
        or _one_of([_read(part) for part in re.split("[/|]", text)])
    )


def _one_of(found: list[Held | None]) -> Held | None:
    """Return what alternatives hold if it is one thing; a day beside a time holds both."""
    known = [one for one in found if one]
    fields = {field for field, _ in known}
    if len(found) < 2 or not known or len(fields - {"time"}) > 1:
        return None
    return min(known, key=lambda one: (one[0] == "time", one[1]))


def _read(text: str) -> Held | None:
    said = " ".join(_taken_apart(word) for word in fold(text).split())
    known = (_KNOWN.get(name) for name in _readings(said))
    return next(filter(None, known), None) or _by_words(said.split())


def _taken_apart(word: str) -> str:
    """Part a German compound that is not known as a whole."""
    return word if word in _KNOWN else _COMPOUND.sub(r"\1 \2", word)


def _readings(said: str) -> Iterator[str]:
    """Return what a heading may be known as, the surest first."""
    yield said.replace(" ", "")
    parts = [part for part in said.split() if not part.isdecimal()]
    yield "".join(parts)
    if set(parts) & _NOT_OURS:
        return
    short = [part for part in parts if part not in _SMALL]
    yield "".join(short)
    mine = [part for part in short if part not in _WHO]
    bare = [part for part in mine if part not in _BOOKING | _SERVICE]
    of_what, of_whom = len(bare) < len(mine), len(mine) < len(short)
    if of_what and bare and set(bare) <= _NAMING:
        yield "treatment"
    elif of_whom and not of_what and bare and set(bare) <= _UNCLEAR:
        yield "fullname"
    elif bare and set(bare) <= _COUNTING:
        yield "appointmentid" if set(mine) & _BOOKING else "clientid" if of_whom else ""
    else:
        yield "".join(mine)
        if not (of_what and set(bare) <= _OF_NAMES):
            yield "".join(bare)
        yield "".join(part for part in mine if part not in _COUNTING)


def _by_words(parts: list[str]) -> Held | None:
    """Read a heading that says several things at once by its words."""
    what = "".join(part for part in parts if part not in _SMALL | _BOOKING | _SERVICE | _WHEN)
    if what and _WHEN & set(parts) and _KNOWN.get(what, ("",))[0] in {"ended", "came"}:
        return _KNOWN[what][0], LAST
    rest = set(parts) - _SMALL - _BOOKING - _WHO
    if rest & _CANCELLATION and rest & _WHY and rest <= _CANCELLATION | _WHY:
        return "ended_why", LAST
    rest -= _ABOUT_CONSENT
    for field, channel in (("sms_consent", _SMS), ("email_consent", _EMAIL)):
        if rest & channel and rest & _CONSENT and rest <= channel | _CONSENT | {"e"}:
            return field, LAST
    return None


def vendor_of(header: Sequence[str]) -> str | None:
    """Return whose export this is, told by the set of its headings; None where nobody's surely."""
    there = {fold(heading).replace(" ", "") for heading in header}
    shares = {
        name: len(known & there) / len(known) for name, known in _VENDORS.items() if known & there
    }
    best = max(shares, key=lambda name: (shares[name], len(_VENDORS[name])), default="")
    return best if shares.get(best, 0) >= SURELY else None


SURELY = 0.75
"""The share of a vendor's telling headings from which a list is its export."""


_UNCLEAR = {"name", "nom", "nombre", "nome"}
_OF_NAMES = {"first", "last", "name"}
_WHO, _BOOKING = words(heading_words.WHO), words(heading_words.BOOKING)
_SERVICE, _NOT_OURS = words(heading_words.SERVICE), words(heading_words.NOT_OURS)
_SMALL, _WHEN = words(heading_words.SMALL), words(heading_words.WHEN)
_NAMING, _COUNTING = words(heading_words.NAMING), words(heading_words.COUNTING)
_WHY, _CANCELLATION = words(heading_words.WHY), words(heading_words.CANCELLATION)
_SMS, _EMAIL = words(heading_words.SMS), words(heading_words.EMAIL)
_CONSENT, _ABOUT_CONSENT = words(heading_words.CONSENT), words(heading_words.ABOUT_CONSENT)
_COMPOUND = re.compile(rf"^({'|'.join(words(heading_words.PREFIXES))})(\w{{2,}})$")
_ADDRESS = {
    "city",
    "town",
    "zip",
    "zip code",
    "postal code",
    "postcode",
    "street",
    "street address 1",
}


def _names(table: str) -> list[list[str]]:
    return [name.split() for name in table.split("|")]


_KNOWN: dict[str, tuple[str, int]] = {}
for _field, _table in heading_words.HEADINGS.items():
    for _rank, _parts in enumerate(_names(_table)):
        _KNOWN.setdefault("".join(_parts), (_field, _rank))
for _field, _table in heading_words.HEADINGS.items():
    for _rank, _parts in enumerate(_names(_table)):
        if _short := "".join(part for part in _parts if part not in _SMALL):
            _KNOWN.setdefault(_short, (_field, _rank))
_VENDORS = {
    name: {"".join(n) for n in _names(table)} for name, table in heading_words.VENDORS.items()
}
