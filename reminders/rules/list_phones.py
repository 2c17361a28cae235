"""Phones of a list: the one number to text in a cell that may hold notes and several numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from reminders.rules.contacts import Phone, clean, read_phone
from reminders.rules.folding import fold, words
from reminders.rules.terms import InputError


class PhoneDoubt(StrEnum):
    """Why a person must say which number is to be texted."""

    SEVERAL = "several"  # more than one that may take texts
    OF_ANOTHER = "of-another"  # “(husband)”: somebody else's


@dataclass(frozen=True, slots=True)
class Phones:
    """The number to text, in E.164, the best of those in the cell; a remark to show beside it."""

    number: str
    others: tuple[str, ...] = ()
    remark: str = ""
    doubt: PhoneDoubt | None = None


@lru_cache(maxsize=1024)
def read_phones(cell: str, region: str | None) -> Phones:
    """Read a cell of a phone column: one number with its notes, or several of which one is chosen.

    Of a mobile and a landline it is the mobile; of two mobiles a person chooses; a note that the
    number is another's is a doubt, every other note is left away. Raises ``InputError`` where no
    number can be texted.
    """
    if _PLAIN.fullmatch(cell):
        phone = read_phone(cell, region)
        return Phones(phone.number, remark=phone.remark)
    found = _found(clean(cell), region)
    numbers = list(dict.fromkeys(phone.number for phone in found))
    mobile = list(dict.fromkeys(p.number for p in found if "landline" not in p.remark))
    best = (mobile or numbers)[0]
    remark = next(phone.remark for phone in found if phone.number == best)
    several = PhoneDoubt.SEVERAL if len(mobile) > 1 else None
    doubt = PhoneDoubt.OF_ANOTHER if set(fold(cell).split()) & _OTHERS else several
    return Phones(best, tuple(n for n in numbers if n != best), remark, doubt)


def best_of(columns: Sequence[str], region: str | None) -> Phones | None:
    """Read the number to text from all phone columns of a row, the best first; None if all are
    blank. A column that cannot be read counts only where no other can.

    Raises ``InputError``.
    """
    refused = None
    read = []
    for cell in filter(_says, columns):
        try:
            read.append(read_phones(cell, region))
        except InputError as error:
            refused = refused or error
    if not read and refused:
        raise refused
    return next(
        (phones for phones in read if "landline" not in phones.remark), next(iter(read), None)
    )


def _says(cell: str) -> bool:
    return bool(_DIGIT.search(cell) or (re.search(r"\w", cell) and fold(cell) not in _NOTHING))


def _found(cell: str, region: str | None) -> list[Phone]:
    """Return the numbers of a cell: the whole of it if that is one, as in 0151/23456789."""
    if _AS_IT_IS.search(cell):
        return [read_phone(cell, region)]
    try:
        return [read_phone(_bare(cell), region)]
    except InputError as error:
        refused = error
    found = []
    for part in _parts(cell):
        with suppress(InputError):
            found.append(read_phone(part, region))
    if not found:
        raise refused
    return found


def _parts(cell: str) -> list[str]:
    parts = re.split(r"[;/|,]|:::|\b(?:or|and|oder|und|ou|et|o|y|lub|albo|i|e)\b", cell)
    return [_bare(part) for part in parts if len(re.sub(r"\D", "", part)) >= _SHORTEST]


def _bare(part: str) -> str:
    """Drop notes, which would be dialled as on an old telephone, and write the prefix 00 as +."""
    kept = re.sub(r"\d*[^\W\d_]+[.:]?|[^\w\s+().,;/|:-]|\([^\d)]*\)?", " ", part.replace("(0)", ""))
    return re.sub(r"^00(?=\s*[1-9])", "+", " ".join(kept.split()).strip(" .,:;-/|"))


_AS_IT_IS = re.compile(r"(?:ext|x|extension)\.?\s*\d+\s*$|\dE[+-]?\d|\d-[A-Z]{3}", re.IGNORECASE)
"""An extension, a shortened number and a word to dial are refused for what they are."""

_PLAIN = re.compile(r"(?!00)\+?\d[\d ]*\d", re.ASCII)
_DIGIT = re.compile(r"\d")
_SHORTEST = 6
_NOTHING = words("na none null nil unknown tbc") | {"n a", "no phone", "not given"}
_OTHERS = words(
    "husband wife partner mum mom mother dad father daughter son sister brother friend carer parent guardian neighbour"
    " emergency boyfriend girlfriend fiance assistant pa marido esposo esposa mujer madre padre hija hijo hermana hermano amiga"
    " novio novia mari femme mere pere fille fils soeur frere amie conjoint mann frau ehemann ehefrau mutter vater tochter sohn"
    " schwester bruder freundin maz zona mama tata matka ojciec corka syn siostra brat mae pai filha filho irma irmao amiga"
)
