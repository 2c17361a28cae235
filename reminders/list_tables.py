"""Tables of lists: a heading and numbered rows, kept in little room, in memory as in the database."""

from __future__ import annotations

import json
from array import array
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from gzip import GzipFile
from io import BytesIO
from itertools import chain
from typing import overload

Row = tuple[int, list[str]]


class Rows(Sequence[Row]):
    """Rows with the number each has in the file, kept in less than half the room that lists of cells take."""

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
        """Write it down to be kept, packed; ``of_text`` reads it again."""
        kept = BytesIO()
        with GzipFile(fileobj=kept, mode="wb", compresslevel=1, mtime=0) as lines:
            for line in chain((list(self.header),), self.rows):
                lines.write(json.dumps(line).encode() + b"\n")
        return b64encode(kept.getvalue()).decode()

    @classmethod
    def of_text(cls, text: str) -> Table | None:
        """Read what ``as_text`` wrote, row by row, since all at once they would take ten times the
        room; None where it is something else.
        """
        if text.startswith("{"):
            kept = json.loads(text)  # as lists were kept before they were packed
            return cls(kept["header"], Rows(kept["rows"])) if "header" in kept else None
        with GzipFile(fileobj=BytesIO(b64decode(text))) as lines:
            return cls(json.loads(next(lines)), Rows(map(json.loads, lines)))
