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
    said = [fold(cell) for cell in row]
    if said and said == [fold(cell) for cell in header][: len(said)]:
        return True
    filled = [cell for cell in said if cell]
    first = filled[0].split() if filled else []
    total = bool(first) and first[0] in _TOTALS and len(filled) * 2 <= max(len(header), 2)
    text = len(first) > 2 or (
        len(first) == 2 and (first[0].isdecimal() or not _ENDS.isdisjoint(first))
    )
    line = len(filled) == 1 and len(header) > 3 and text
    return total or line


_TOTALS = words(
    "total totals subtotal sum count average grand totales suma recuento totaux somme gesamt summe"
    " summen anzahl razem lacznie ogolem soma totais"
)
_ENDS = words("end page seite pagina pag strona fin ende koniec fim report")
