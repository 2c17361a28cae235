"""Read XLS workbooks, of 1995 to 2003, row by row.

By xlrd, which keeps only cells that are there and fails, where memory ends, as Python does.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from io import StringIO
from typing import BinaryIO

import xlrd
from xlrd.sheet import Sheet as XlsSheet

from reminders.workbooks.cells import (
    SINCE_1900,
    SINCE_1904,
    Cells,
    number_text,
    serial_text,
    yes_or_no,
)
from reminders.workbooks.terms import NumberedRow, Sheet, damaged, locked

_ENCRYPTED_XLSX = "EncryptedPackage".encode("utf-16-le")
"""An XLSX file with a password is one of the old kind outside, with this stream in it."""


def sheets(file: BinaryIO) -> Iterator[Sheet]:
    """Read the sheets in sight."""
    content = file.read()
    if _ENCRYPTED_XLSX in content:
        raise locked()
    try:
        book = xlrd.open_workbook(
            file_contents=content, on_demand=True, ragged_rows=True, logfile=StringIO()
        )
    except xlrd.XLRDError as error:
        raise (locked() if "encrypted" in str(error) else damaged()) from None
    for place, name in enumerate(book.sheet_names()):
        sheet = book.sheet_by_index(place)
        if sheet.visibility == 0:
            yield Sheet(name, _rows(sheet, SINCE_1904 if book.datemode else SINCE_1900))
        book.unload_sheet(place)


def _rows(sheet: XlsSheet, since: datetime) -> Iterator[NumberedRow]:
    cells = Cells()
    for number in range(sheet.nrows):
        for place, cell in enumerate(sheet.row(number)):
            cells.put(place, _text(cell, since))
        if row := cells.take():
            yield number + 1, row


def _text(cell: xlrd.sheet.Cell, since: datetime) -> str:
    match cell.ctype:
        case xlrd.XL_CELL_NUMBER:
            return number_text(cell.value)
        case xlrd.XL_CELL_DATE:
            return serial_text(cell.value, since)
        case xlrd.XL_CELL_BOOLEAN:
            return yes_or_no(str(cell.value))
        case xlrd.XL_CELL_ERROR:
            return str(xlrd.error_text_from_code.get(cell.value, ""))
        case _:
            return str(cell.value).replace("\x00", "")
