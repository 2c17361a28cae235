"""Tables of lists: a heading and numbered rows, kept in little room, in memory as in the database."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import overload

Row = tuple[int, list[str]]


class Rows(Sequence[Row]):
    """Rows with the number each has in the file, kept in a sixth of the room that lists of cells take."""

    def __init__(self, rows: Iterable[tuple[int, Sequence[str]]] = ()) -> None:
        """Take what there is already."""
        self._numbers = array("L")
        self._cells: list[bytes] = []
        for number, cells in rows:
            self.append(number, cells)

    def append(self, number: int, cells: Sequence[str]) -> None:
        """Add a row."""
        line = _BETWEEN.join(cells)
        if line.count(_BETWEEN) >= len(cells) > 0:
            line = _BETWEEN.join(cell.replace(_BETWEEN, " ") for cell in cells)
        self._numbers.append(number)
        self._cells.append(line.encode("utf-8", "surrogatepass"))

    @overload
    def __getitem__(self, place: int) -> Row: ...
    @overload
    def __getitem__(self, place: slice) -> Rows: ...
    def __getitem__(self, place: int | slice) -> Row | Rows:
        """Return one row, or some of them."""
        if isinstance(place, int):
            return self._numbers[place], _apart(self._cells[place])
        some = Rows()
        some._numbers, some._cells = self._numbers[place], self._cells[place]
        return some

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self._cells)

    def __iter__(self) -> Iterator[Row]:
        """Return each row as lists have it."""
        return zip(self._numbers, map(_apart, self._cells), strict=True)

    def __eq__(self, other: object) -> bool:
        """Say whether another sequence holds the same rows."""
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]


_BETWEEN = "\0"
"""Parts the cells of a row; no text file that we read holds it."""


def _apart(line: bytes) -> list[str]:
    return line.decode("utf-8", "surrogatepass").split(_BETWEEN) if line else []


@dataclass(frozen=True, slots=True)
class Table:
    """A header and the rows under it, each with the number it has in the file."""

    header: Sequence[str]
    rows: Sequence[tuple[int, Sequence[str]]]

    def as_text(self) -> str:
        """Write it down to be kept; ``of_text`` reads it again."""
        parts = [_HEADER, json.dumps(list(self.header)), _ROWS]
        for at in range(0, len(self.rows), _AT_ONCE):
            some = ", ".join(map(json.dumps, self.rows[at : at + _AT_ONCE]))
            parts += [", ", some] if at else [some]
        return "".join([*parts, "]}"])

    @classmethod
    def of_text(cls, text: str) -> Table | None:
        """Read what ``as_text`` wrote, row by row, since all at once they would take ten times the
        room; None where it is something else.
        """
        if not text.startswith(_HEADER):
            return None
        header, at = _JSON.raw_decode(text, len(_HEADER))
        return cls(header, Rows(_rows_of(text, at + len(_ROWS))))


_HEADER, _ROWS = '{"header": ', ', "rows": ['
_JSON = json.JSONDecoder()
_AT_ONCE = 1000


def _rows_of(text: str, at: int) -> Iterator[tuple[int, list[str]]]:
    while text[at] != "]":
        (number, cells), at = _JSON.raw_decode(text, at)
        yield number, cells
        at += len(", ") * (text[at] == ",")
