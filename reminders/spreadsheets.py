"""Read CSV, Excel and ODS files into rows of plain text, and write CSV."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

from reminders.rules.terms import InputError

LARGEST = 20 * 1024 * 1024
MOST_ROWS = 100_000
MOST_COLUMNS = 200
LONGEST_CELL = 2_000

_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How workbooks begin: XLSX and ODS are ZIP files, XLS an OLE one."""

_NUMBER = re.compile(r"[+-]?[\d ]+([.,]\d+)?")

_HTML = (b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta", b"<style", b"<head", b"<body")
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"%PDF", b"Rar!", b"\x1f\x8b")
_SAVE_AS = "Open it in your spreadsheet program and save it as .xlsx or .csv."


@dataclass(frozen=True, slots=True)
class Table:
    """A header and the rows under it, each with the number it has in the file."""

    header: Sequence[str]
    rows: Sequence[tuple[int, Sequence[str]]]


def read_table(path: Path) -> Table:
    """Read a .csv, .tsv, .xlsx, .xls or .ods file; its kind is told by what is in it.

    Blank rows are left out. Raises ``InputError`` with what is wrong with the whole file.
    """
    return table_of(_read(path))


def table_of(content: bytes) -> Table:
    """Read the content of such a file, or cells that were pasted; raises ``InputError``."""
    start = content[:512].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith(_HTML):
        raise InputError("This is a web page that only looks like a spreadsheet.", _SAVE_AS)
    if content.startswith(_PICTURES):
        raise InputError("This is not a spreadsheet.", "Choose the .csv or .xlsx file.")
    rows = _workbook(content) if content.startswith(_WORKBOOKS) else _delimited(content)
    return _table(rows)


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


def _read(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise InputError(
                f"This file is {size // 1024 // 1024} MB; the largest we read is {LARGEST // 1024 // 1024} MB.",
                "Leave out columns and old treatments, or split it.",
            )
        return path.read_bytes()
    except OSError as error:
        raise InputError(
            f"The file cannot be opened: {error.strerror}.", "Check its name and place."
        ) from None


def _table(rows: Iterable[Sequence[str]]) -> Table:
    numbered = [(number, row) for number, row in enumerate(rows, start=1) if any(row)]
    if not numbered:
        raise InputError("This file is empty.", "Export the list again.")
    header, body = numbered[0][1], numbered[1:]
    if len(body) > MOST_ROWS:
        raise InputError(
            f"There are {len(body):,} rows; the most we read is {MOST_ROWS:,}.", "Split the file."
        )
    if max(len(row) for _, row in numbered) > MOST_COLUMNS:
        raise InputError(
            f"There are more than {MOST_COLUMNS} columns.", "Leave out what is not needed."
        )
    for number, row in body:
        if any(len(cell) > LONGEST_CELL for cell in row):
            raise InputError(
                f"Row {number} has a cell of more than {LONGEST_CELL:,} characters.",
                "A quotation mark may be missing; mend that row.",
            )
    return Table(header, body)


# --- text files ---------------------------------------------------------------------------


def _delimited(content: bytes) -> list[list[str]]:
    text = _decoded(content)
    if "\x00" in text:
        raise InputError(
            "This is not a text file or a spreadsheet.", "Choose the .csv or .xlsx file."
        )
    lines = csv.reader(StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        return [[cell.strip() for cell in row] for row in lines]
    except csv.Error as error:
        raise InputError(f"Line {lines.line_num} cannot be read: {error}.", _SAVE_AS) from None


def _decoded(content: bytes) -> str:
    """Decode by the mark at the start, else as UTF-8, else as what Windows programs write."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _delimiter(text: str) -> str:
    """Take what the header row is divided by."""
    first = next((line for line in StringIO(text) if line.strip()), "")
    counts = {mark: _outside_quotes(first, mark) for mark in (",", ";", "\t", "|")}
    return max(counts, key=lambda mark: counts[mark])


def _outside_quotes(line: str, mark: str) -> int:
    return sum(part.count(mark) for part in line.split('"')[::2])


# --- workbooks ----------------------------------------------------------------------------


def _workbook(content: bytes) -> list[list[str]]:
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415 (for few lists)

    try:
        workbook = CalamineWorkbook.from_filelike(BytesIO(content))
        visible = [
            sheet for sheet in workbook.sheets_metadata if str(sheet.visible).endswith("Visible")
        ]
        rows = workbook.get_sheet_by_name(visible[0].name).to_python(skip_empty_area=False)
    except (CalamineError, OSError, IndexError, ValueError):
        raise InputError("This workbook cannot be opened.", _SAVE_AS) from None
    return [[_as_text(cell) for cell in row] for row in rows]


def _as_text(cell: Any) -> str:  # noqa: PLR0911 (one for each kind of cell)
    """Write a workbook's cell as somebody would have typed it."""
    match cell:
        case bool():
            return "yes" if cell else "no"
        case float() if cell.is_integer():
            return str(int(cell))
        case datetime():
            return (
                cell.isoformat(" ", "minutes") if cell.time() != time() else cell.date().isoformat()
            )
        case date():
            return cell.isoformat()
        case time():
            return cell.isoformat("minutes")
        case timedelta():
            return f"{cell.seconds // 3600:02}:{cell.seconds // 60 % 60:02}"
        case _:
            return str(cell).strip()
