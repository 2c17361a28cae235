"""What the readers of workbooks agree on: how much is read at most, and how they refuse."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from reminders.confinement import Limits
from reminders.rules.terms import InputError
from reminders.rules.translation import gettext, gettext_noop

LARGEST = 20 * 1024 * 1024
MOST_ROWS = 100_000
MOST_COLUMNS = 200
LONGEST_CELL = 2_000

LAST_ROW = 1_048_576
"""The number of the last row a sheet can have, in Excel as in LibreOffice."""

MOST_UNPACKED = 256 * 1024 * 1024
"""What a workbook's parts may come to in bytes: the largest list we read unpacks to about 150 MB.
"""

MOST_TEXT = 48 * 1024 * 1024
"""What its rows may come to: one word in the file may stand in every cell of a sheet."""

LIMITS = Limits(memory=256 * 1024 * 1024, output=MOST_TEXT + 1024 * 1024, seconds=20)

SAVE_AS_CSV = gettext_noop("Open it in your spreadsheet program and save the list as CSV.")

NumberedRow = tuple[int, list[str]]
"""A row that is not blank, with its number; blank cells at its end are left out."""


class Sheet(NamedTuple):
    """A sheet in sight, whose rows are read as they are asked for."""

    name: str
    rows: Iterator[NumberedRow]


class SeveralSheetsError(InputError):
    """More than one sheet has something on it; the caller says which is meant."""

    def __init__(self, sheets: Sequence[str]) -> None:
        super().__init__(
            gettext(
                "This workbook has %(n)s filled sheets: %(sheets)s.",
                n=len(sheets),
                sheets=quoted(sheets),
            ),
            gettext("Choose the sheet with the list. Hidden sheets do not count."),
        )
        self.sheets = tuple(sheets)

    def __reduce__(self) -> tuple[type[SeveralSheetsError], tuple[Sequence[str]]]:
        """Let it be handed from one process to another."""
        return type(self), (self.sheets,)


def damaged() -> InputError:
    """Return the refusal of a file that is no workbook, or not a whole one."""
    return InputError(
        gettext("This workbook cannot be opened."),
        gettext("Open it in your spreadsheet program and save it as .xlsx or .csv."),
    )


def locked() -> InputError:
    """Return the refusal of an encrypted workbook."""
    return InputError(
        gettext("This workbook is locked with a password."),
        gettext(
            "Open it in your spreadsheet program and save the list as CSV, or remove the password."
        ),
    )


def too_large() -> InputError:
    """Return the refusal of a workbook that would take more memory than a list needs."""
    return InputError(gettext("This workbook is too large to be read."), gettext(SAVE_AS_CSV))


def too_many_rows() -> InputError:
    """Return the refusal of more rows than are read."""
    return InputError(
        gettext("There are more than %(n)s rows.", n=MOST_ROWS), gettext("Split the file.")
    )


def too_many_columns() -> InputError:
    """Return the refusal of more columns than are read."""
    return InputError(
        gettext("There are more than %(n)s columns.", n=MOST_COLUMNS),
        gettext("Leave out what is not needed."),
    )


def quoted(names: Sequence[str]) -> str:
    """Write names as a sentence lists them."""
    return ", ".join(f"“{name}”" for name in names)
