"""Read a workbook in a process of its own, so that whatever a file does there ends in one sentence.

Rows come back through a private file of limited size, and are read here once all are known to be
good: of a file that is refused, this process never holds a row.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import UnsupportedOperation
from shutil import copyfileobj
from tempfile import TemporaryFile
from threading import BoundedSemaphore
from typing import BinaryIO

from reminders.rules.terms import InputError
from reminders.workbooks.reader import REFUSED
from reminders.workbooks.terms import SAVE_AS_CSV, NumberedRow, SeveralSheetsError, too_large

_TURNS = BoundedSemaphore(2)
_PLACES = BoundedSemaphore(4)
"""How many workbooks are read at once, and how many with those that wait: each holds a thread."""

PATIENCE = 60
"""Seconds on the clock; a busy server gives the process less of a processor than it may use."""

_SURROUNDINGS = ("PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "SYSTEMROOT")
"""What the process is told of ours: how to start, and no secrets."""


def workbook_rows(file: BinaryIO, sheet: str | None = None) -> Iterator[NumberedRow]:
    """Read the rows of a workbook's only sheet, or of the one called ``sheet``.

    Raises ``SeveralSheetsError`` when it has to be said which, ``InputError`` for anything else.
    """
    with TemporaryFile() as rows:
        try:
            with _on_disk(file) as workbook:
                _read_apart(workbook, sheet, rows)
        except OSError:  # no room on the disk, or for a process more
            raise InputError("No workbook can be read just now.", SAVE_AS_CSV) from None
        rows.seek(0)
        for line in rows:
            number, cells = json.loads(line)
            yield number, cells


@contextmanager
def _on_disk(file: BinaryIO) -> Iterator[BinaryIO]:
    """Give a file that another process can read: an upload is spooled to one, bytes are copied."""
    try:
        file.fileno()
    except UnsupportedOperation:
        with TemporaryFile() as copy:
            copyfileobj(file, copy)
            copy.flush()
            yield copy
    else:
        yield file


def _read_apart(file: BinaryIO, sheet: str | None, rows: BinaryIO) -> None:
    if not _PLACES.acquire(blocking=False):
        raise InputError("Several workbooks are being read just now.", "Try again in a minute.")
    try:
        with _TURNS:
            ended = _run(file, sheet, rows)
    finally:
        _PLACES.release()
    if ended == REFUSED:
        rows.seek(0)
        raise _refusal(**json.loads(rows.read()))
    if ended != 0:
        raise too_large()


def _run(file: BinaryIO, sheet: str | None, rows: BinaryIO) -> int:
    command = [sys.executable, "-m", "reminders.workbooks.reader", *([sheet] if sheet else [])]
    known = {name: os.environ[name] for name in _SURROUNDINGS if name in os.environ}
    try:
        return subprocess.run(  # noqa: S603 (no shell; the sheet's name is compared and no more)
            command,
            stdin=file,
            stdout=rows,
            stderr=subprocess.DEVNULL,
            env=known,
            timeout=PATIENCE,
            check=False,
        ).returncode
    except subprocess.TimeoutExpired:
        raise InputError("This workbook takes too long to read.", SAVE_AS_CSV) from None


def _refusal(problem: str, mend: str, sheets: list[str] | None) -> InputError:
    return SeveralSheetsError(sheets) if sheets else InputError(problem, mend)
