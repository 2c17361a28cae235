"""Read one workbook, in a process that this module is run as, and write its rows as JSON lines.

``python -m reminders.workbooks.reader [SHEET] <workbook >rows`` ends with 0, or as ``confinement``
has it and with what is wrong as the one line.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from itertools import chain, islice
from typing import Any, BinaryIO

from reminders.confinement import run_confined
from reminders.rules.folding import key
from reminders.rules.terms import InputError
from reminders.rules.translation import gettext
from reminders.workbooks import ods, xlsx
from reminders.workbooks.archives import Archive
from reminders.workbooks.terms import (
    LIMITS,
    MOST_ROWS,
    MOST_TEXT,
    NumberedRow,
    SeveralSheetsError,
    Sheet,
    damaged,
    quoted,
    too_large,
    too_many_rows,
)


def main() -> int:
    """Read what stands at the standard input."""
    return run_confined(_read, LIMITS, damaged, too_large, _sheets_there)


def _read(file: BinaryIO, out: BinaryIO) -> None:
    write_sheet(sheets_of(file), sys.argv[1] if sys.argv[1:] else None, out)


def _sheets_there(refusal: InputError) -> dict[str, Any]:
    return {"sheets": refusal.sheets if isinstance(refusal, SeveralSheetsError) else None}


def sheets_of(file: BinaryIO) -> Iterator[Sheet]:
    """Read a workbook's sheets, of whichever kind it is."""
    file.seek(0)
    start = file.read(4)
    file.seek(0)
    if start != b"PK\x03\x04":
        from reminders.workbooks import xls  # noqa: PLC0415 (few are that old)

        return xls.sheets(file)
    archive = Archive(file)
    return ods.sheets(archive) if "content.xml" in archive else xlsx.sheets(archive)


def write_sheet(sheets: Iterator[Sheet], wanted: str | None, out: BinaryIO) -> None:
    """Write the rows of the one sheet that has any, or of the one that is wanted."""
    filled, written = [], False
    for name, rows in sheets:
        first = next(rows, None)
        if first is None:
            continue
        filled.append(name)
        if not written and (wanted is None or key(wanted) == key(name)):
            _write_rows(chain([first], rows), out)
            written = True
    if wanted is None and len(filled) > 1:
        raise SeveralSheetsError(filled)
    if wanted is not None and not written:
        raise InputError(
            gettext("There is no filled sheet called “%(name)s”.", name=wanted),
            gettext(
                "The filled sheets are: %(sheets)s. Hidden sheets do not count.",
                sheets=quoted(filled),
            )
            if filled
            else gettext("The filled sheets are: none. Hidden sheets do not count."),
        )


def _write_rows(rows: Iterator[NumberedRow], out: BinaryIO) -> None:
    left = MOST_TEXT
    for row in islice(rows, MOST_ROWS + 1):  # one of them has the headings
        line = json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        left -= len(line)
        if left < 0:
            raise too_large()
        out.write(line)
    if next(rows, None) is not None:
        raise too_many_rows()


if __name__ == "__main__":
    sys.exit(main())
