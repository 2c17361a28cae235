"""Read ODS workbooks row by row; a row or cell repeated a million times is read once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import time
from itertools import groupby
from typing import NamedTuple

from reminders.workbooks.archives import Archive, Visitor
from reminders.workbooks.cells import Cells, clock_text, iso_text, number_text, yes_or_no
from reminders.workbooks.terms import (
    LAST_ROW,
    MOST_COLUMNS,
    MOST_ROWS,
    NumberedRow,
    Sheet,
    damaged,
    locked,
)

_CELLS = {"table:table-cell", "table:covered-table-cell"}
_SPACES = {"text:s": " ", "text:tab": " ", "text:line-break": "\n"}
_BESIDE = ("office:annotation", "draw:", "dr3d:")
"""What hangs on a cell and is none of its text: comments and drawings."""

_DURATION = re.compile(r"P(?:\d+D)?T(\d+)H(\d+)M.*")


class _SheetRow(NamedTuple):
    sheet: str
    row: NumberedRow


def sheets(archive: Archive) -> Iterator[Sheet]:
    """Read the sheets in sight that have something on them, all in one go through the file."""
    if "META-INF/manifest.xml" in archive:
        archive.walk("META-INF/manifest.xml", _Manifest())
    for name, rows in groupby(_rows(archive), key=lambda found: found.sheet):
        yield Sheet(name, (found.row for found in rows))


def _rows(archive: Archive) -> Iterator[_SheetRow]:
    content = _Content()
    for _ in archive.visit("content.xml", content):
        yield from content.done
        content.done.clear()


class _Manifest(Visitor):
    def start(self, name: str, _: dict[str, str], /) -> None:
        if name.rpartition(":")[2] in {"encryption-data", "encrypted-key"}:
            raise locked()


class _Content(Visitor):
    """The rows of all sheets in sight."""

    def __init__(self) -> None:
        super().__init__()
        self.done: list[_SheetRow] = []
        self._hidden: set[str] = set()  # styles of sheets
        self._style = ""
        self._sheet: str | None = None  # None: out of sight, or between sheets
        self._cells = Cells()
        self._number = self._place = self._times = 0
        self._cell: dict[str, str] | None = None
        self._beside = 0

    def start(self, name: str, attributes: dict[str, str], /) -> None:
        if name in _CELLS:
            self._cell = attributes
        elif name == "table:table-row":
            self._times, self._place = _times(attributes, "table:number-rows-repeated"), 0
        elif name == "table:table":
            hidden = attributes.get("table:style-name") in self._hidden
            self._sheet = None if hidden else attributes.get("table:name", "")
            self._number = 0
        elif name == "style:style":
            self._style = attributes.get("style:name", "")
        elif name == "style:table-properties":
            if attributes.get("table:display") == "false":
                self._hidden.add(self._style)
        elif self._cell is not None:
            self._start_within_cell(name, attributes)

    def _start_within_cell(self, name: str, attributes: dict[str, str]) -> None:
        if name.startswith(_BESIDE):
            self._beside += 1
        elif name == "text:p" and self._texts:
            self._texts.append("\n")
        elif name in _SPACES and not self._beside:
            self._texts.append(_SPACES[name] * min(_times(attributes, "text:c"), MOST_COLUMNS))
        self.wants_text = not self._beside

    def end(self, name: str) -> None:
        if name in _CELLS and self._cell is not None:
            self._end_cell(self._cell)
        elif name == "table:table-row":
            self._end_row()
        elif name == "table:table":
            self._sheet = None
        elif self._cell is not None and name.startswith(_BESIDE):
            self._beside -= 1
            self.wants_text = not self._beside

    def _end_cell(self, cell: dict[str, str]) -> None:
        text = _text(cell, self.take_text())
        times = _times(cell, "table:number-columns-repeated")
        if self._sheet is not None and text.strip():
            for place in range(self._place, self._place + times):
                self._cells.put(place, text)
        self._place += times
        self._cell, self.wants_text, self._beside = None, False, 0

    def _end_row(self) -> None:
        row = self._cells.take()
        if row and self._sheet is not None:
            for number in range(
                self._number + 1, self._number + 1 + min(self._times, MOST_ROWS + 2)
            ):
                self.done.append(_SheetRow(self._sheet, (number, row)))
        self._number += self._times
        if row and self._number > LAST_ROW:
            raise damaged()


def _times(attributes: dict[str, str], name: str) -> int:
    times = int(attributes.get(name, "1"))
    if times < 1:
        raise damaged()
    return times


def _text(cell: dict[str, str], shown: str) -> str:
    """Return a cell's text: its value, whatever way it is shown, or what was typed."""
    match cell.get("office:value-type"):
        case "float" | "percentage" | "currency":
            return number_text(float(cell["office:value"]))
        case "date":
            return iso_text(cell["office:date-value"])
        case "time":
            return _clock(cell["office:time-value"], shown)
        case "boolean":
            return yes_or_no(cell["office:boolean-value"])
        case _:
            return shown


def _clock(written: str, shown: str) -> str:
    found = _DURATION.fullmatch(written)
    return clock_text(time(int(found[1]) % 24, int(found[2]) % 60)) if found else shown
