"""Shape of a list: where its headings stand, and which rows are titles, totals or repeated headings."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reminders.rules.folding import fold, words
from reminders.rules.headings import recognise

FARTHEST = 20
"""Headings are looked for in so many rows: titles, dates and filters stand above them."""


def separator_of(line: str) -> str | None:
    """Return what Excel's first line ``sep=;`` says that cells are divided by."""
    found = re.fullmatch(r'"?sep=(.|\\t)"?\s*', line.strip("\r\n\ufeff"), re.IGNORECASE)
    return found[1].replace("\\t", "\t") if found else None


def heading_row(rows: Sequence[Sequence[str]]) -> int | None:
    """Return the place of the row of headings: that which names the most things, at least two; the
    first of equals. None where no row does.
    """
    counts = [len(recognise(row)) for row in rows[:FARTHEST]]
    best = max(counts, default=0)
    return counts.index(best) if best >= 2 else None


def is_beside_the_point(row: Sequence[str], header: Sequence[str]) -> bool:
    """Say whether a row under the headings is no row of the list: the headings again, a total, or
    a line of text across an otherwise empty row.
    """
    if row and len(row) <= len(header) and all(map(_same, row, header)):
        return True
    filled = filter(None, map(fold, row))
    first, second = next(filled, "").split(), next(filled, "")
    if first and first[0] in _TOTALS:
        count = 1 + bool(second) + sum(1 for _ in filled)
        if count * 2 <= max(len(header), 2):
            return True
    return not second and len(header) > 3 and _is_text(first)


def _same(cell: str, heading: str) -> bool:
    return fold(cell) == fold(heading)


def _is_text(words_of_it: Sequence[str]) -> bool:
    if len(words_of_it) == 2:
        return words_of_it[0].isdecimal() or not _ENDS.isdisjoint(words_of_it)
    return len(words_of_it) > 2


_TOTALS = words(
    "total totals subtotal sum count average grand totales suma recuento totaux somme gesamt summe"
    " summen anzahl razem lacznie ogolem soma totais"
)
_ENDS = words("end page seite pagina pag strona fin ende koniec fim report")
