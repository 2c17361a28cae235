"""Read CSV, Excel and ODS files into rows of plain text, and write CSV."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from io import SEEK_END, BytesIO, StringIO
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from reminders.list_tables import Rows, Table
from reminders.rules.headings import recognise
from reminders.rules.list_shape import FARTHEST, separator_of
from reminders.rules.terms import InputError
from reminders.rules.text_encodings import decode
from reminders.rules.translation import gettext, gettext_noop
from reminders.workbooks.isolation import workbook_rows
from reminders.workbooks.terms import (
    LARGEST,
    LONGEST_CELL,
    MOST_COLUMNS,
    MOST_ROWS,
    NumberedRow,
    too_many_columns,
    too_many_rows,
)

_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How workbooks begin: XLSX and ODS are ZIP files, XLS an OLE one."""

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_ENDING = re.compile(r"[^\n]*\n|[^\n]+")
_NUMBER = re.compile(r"[+-]?[\d ]+([.,]\d+)?")

_HTML = (b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta", b"<style", b"<head", b"<body")
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"%PDF", b"Rar!", b"\x1f\x8b")
_SAVE_AS = gettext_noop("Open it in your spreadsheet program and save it as .xlsx or .csv.")


def read_table(path: Path, sheet: str | None = None) -> Table:
    """Read a .csv, .tsv, .xlsx, .xls or .ods file; its kind is told by what is in it.

    Blank rows, and blank cells at the end of a row, are left out. Raises ``InputError`` with what
    is wrong with the whole file, ``SeveralSheetsError`` if ``sheet`` has to say which one is meant.
    """
    try:
        with path.open("rb") as file:
            return table_in(file, sheet)
    except OSError as error:
        raise InputError(
            gettext("The file cannot be opened: %(why)s.", why=error.strerror),
            gettext("Check its name and folder."),
        ) from None


def table_of(content: bytes, sheet: str | None = None) -> Table:
    """Read the content of such a file, or cells that were pasted, in the same way."""
    return table_in(BytesIO(content), sheet)


def table_in(file: BinaryIO, sheet: str | None = None) -> Table:
    """Read such a file that is open, in the same way."""
    _weigh(file)
    start = file.read(512)
    file.seek(0)
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith(_HTML):
        raise InputError(
            gettext("This file is a web page, although it is named like a spreadsheet."),
            gettext(_SAVE_AS),
        )
    if start.startswith(_PICTURES):
        raise InputError(
            gettext("This is not a spreadsheet."), gettext("Choose the .csv or .xlsx file.")
        )
    is_workbook = start.startswith(_WORKBOOKS)
    return _table(workbook_rows(file, sheet) if is_workbook else _delimited(decode(file.read())))


def _weigh(file: BinaryIO) -> None:
    size = file.seek(0, SEEK_END)
    file.seek(0)
    if size > LARGEST:
        raise InputError(
            gettext(
                "This file is %(size)s MB; the largest that can be read is %(most)s MB.",
                size=size // 1024 // 1024,
                most=LARGEST // 1024 // 1024,
            ),
            gettext("Leave out columns and old treatments, or split the file."),
        )


def write_table(rows: Iterable[Sequence[object]]) -> bytes:
    """Write a .csv that any spreadsheet program opens, and in which no cell is a formula.

    A cell that begins like one gets an apostrophe in front (OWASP, CSV injection), except plain
    numbers, phone numbers with their + included.
    """
    out = StringIO(newline="")
    csv.writer(out).writerows([_harmless(str(cell)) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _harmless(cell: str) -> str:
    formula = cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    return f"'{cell}" if formula and not _NUMBER.fullmatch(cell) else cell


def _table(rows: Iterable[NumberedRow]) -> Table:
    """Take rows until there are more, or wider ones, than a list needs."""
    taken = Rows()
    for number, cells in rows:
        if row := _without_blank_end(cells):
            taken.append(number, row)
            _check_size(number, row, len(taken))
    if not taken:
        raise InputError(gettext("This file is empty."), gettext("Export the list again."))
    return Table(taken[0][1], taken[1:])


def _without_blank_end(row: list[str]) -> list[str]:
    filled = len(row)
    while filled and not row[filled - 1]:
        filled -= 1
    return row[:filled]


def _check_size(number: int, row: list[str], count: int) -> None:
    if count > MOST_ROWS + 1:  # one of them has the headings
        raise too_many_rows()
    if len(row) > MOST_COLUMNS:
        raise too_many_columns()
    if any(len(cell) > LONGEST_CELL for cell in row):
        raise InputError(
            gettext(
                "Row %(number)s has a cell of more than %(most)s characters.",
                number=str(number),
                most=LONGEST_CELL,
            ),
            gettext("A quotation mark may be missing. Fix that row."),
        )


# --- text files ---------------------------------------------------------------------------


def _delimited(text: str) -> Iterator[NumberedRow]:
    if "\x00" in text:
        raise InputError(
            gettext("This is not a text file or a spreadsheet."),
            gettext("Choose the .csv or .xlsx file."),
        )
    first = next((line for line in _lines(text, _ENDING) if line.strip()), "")
    mark = (separator_of(first) or "").strip('"')  # which divides nothing
    if mark:
        text = text.replace(first.rstrip("\r\n"), "", 1)
    lines = csv.reader(_lines(text), delimiter=mark or _delimiter(text))
    try:
        for number, row in enumerate(lines, start=1):
            yield number, [_as_meant(cell.strip()) for cell in row]
    except csv.Error as error:
        raise InputError(
            gettext(
                "Line %(number)s cannot be read: %(why)s.",
                number=str(lines.line_num),
                why=str(error),
            ),
            gettext(_SAVE_AS),
        ) from None


def _lines(text: str, line: re.Pattern[str] = _LINE) -> Iterator[str]:
    """Return lines with their ends, one by one: a file in memory takes four times the room."""
    return (found[0] for found in line.finditer(text))


def _as_meant(cell: str) -> str:
    """Take a cell out of the formula that keeps its zeros: ``="07700900123"``."""
    return cell[2:-1] if cell.startswith('="') and cell.endswith('"') else cell


def _delimiter(text: str) -> str:
    """Take that by which the first lines are divided into the most headings, else into most cells."""
    start = list(islice((line for line in _lines(text) if line.strip()), FARTHEST))
    return max(",;\t|", key=lambda mark: (_headings(start, mark), _cells(start[:1], mark)))


def _headings(lines: Iterable[str], mark: str) -> int:
    with suppress(csv.Error):
        return max((len(recognise(row)) for row in csv.reader(lines, delimiter=mark)), default=0)
    return 0


def _cells(lines: Iterable[str], mark: str) -> int:
    with suppress(csv.Error):
        return max((len(row) for row in csv.reader(lines, delimiter=mark)), default=0)
    return 0
