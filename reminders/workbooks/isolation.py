"""Read a workbook in a process of its own, so that no file can hurt the service."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import BinaryIO

from reminders.confinement import ConfinedReader
from reminders.rules.terms import InputError
from reminders.workbooks.terms import (
    LIMITS,
    SAVE_AS_CSV,
    NumberedRow,
    SeveralSheetsError,
    too_large,
)


def workbook_rows(file: BinaryIO, sheet: str | None = None) -> Iterator[NumberedRow]:
    """Read the rows of a workbook's only sheet, or of the one called ``sheet``.

    Raises ``SeveralSheetsError`` when it has to be said which, ``InputError`` for anything else.
    """
    with READER.output(file, *([sheet] if sheet else [])) as rows:
        for line in rows:
            number, cells = json.loads(line)
            yield number, cells


def _refusal(problem: str, mend: str, sheets: list[str] | None) -> InputError:
    return SeveralSheetsError(sheets) if sheets else InputError(problem, mend)


READER = ConfinedReader(
    "reminders.workbooks.reader", "workbook", SAVE_AS_CSV, LIMITS, too_large, _refusal
)
