"""Read one workbook, in a process that this module is run as, and write its rows as JSON lines.

``python -m reminders.workbooks.reader [SHEET] <workbook >rows`` ends with 0, or with ``REFUSED``
and what is wrong as the one line.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain, islice
from typing import BinaryIO

from reminders.rules.folding import key
from reminders.rules.terms import InputError
from reminders.workbooks import ods, xlsx
from reminders.workbooks.archives import Archive
from reminders.workbooks.terms import (
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

REFUSED = 3
MEMORY = 256 * 1024 * 1024
SECONDS = 20


def main() -> int:
    """Read what stands at the standard input."""
    _confine()
    out = sys.stdout.buffer
    try:
        write_sheet(sheets_of(sys.stdin.buffer), sys.argv[1] if sys.argv[1:] else None, out)
    except InputError as error:
        refusal = error
    except MemoryError:
        refusal = too_large()
    except Exception:  # noqa: BLE001 (whatever a broken file makes a reader do)
        refusal = damaged()
    else:
        return 0
    _answer(refusal, out)
    return REFUSED


def _confine() -> None:
    """Take what a list needs and no more; where a system knows no such limit, the rest holds."""
    with suppress(ImportError, AttributeError):
        os.nice(10)  # reminders go first
        import resource  # noqa: PLC0415 (not on Windows)

        for what, most in (
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_FSIZE, MOST_TEXT + 1024 * 1024),
            (resource.RLIMIT_CPU, SECONDS),
            (resource.RLIMIT_AS, MEMORY),
        ):
            with suppress(OSError, ValueError):  # held tighter already, or not at all
                resource.setrlimit(what, (most, most))


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
            f"No sheet called “{wanted}” has something on it.",
            f"There is: {quoted(filled) or 'none'}; hidden sheets do not count.",
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


def _answer(refusal: InputError, out: BinaryIO) -> None:
    sheets = refusal.sheets if isinstance(refusal, SeveralSheetsError) else None
    said = {"problem": refusal.problem, "mend": refusal.mend, "sheets": sheets}
    out.flush()
    out.seek(0)
    out.truncate()
    out.write(json.dumps(said).encode())
    out.flush()


if __name__ == "__main__":
    sys.exit(main())
