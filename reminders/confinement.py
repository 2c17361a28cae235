"""Read a foreign file in a process of its own, so that whatever it does there ends in one sentence.

What the process wrote comes back through a private file of limited size, once all of it is known to
be good: of a file that is refused, nothing is ever held here.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from gettext import NullTranslations
from io import UnsupportedOperation
from shutil import copyfileobj
from tempfile import TemporaryFile
from threading import BoundedSemaphore
from typing import Any, BinaryIO

from reminders.rules.terms import InputError
from reminders.rules.translation import Translation, gettext, gettext_noop, translated_to

REFUSED = 3
"""How the process ends that has written why it refuses, as one line of JSON."""

_SURROUNDINGS = ("PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "SYSTEMROOT")
"""What the process is told of ours: how to start, and no secrets."""


_NONE_NOW = {
    "workbook": gettext_noop("No workbook can be read at the moment."),
    "calendar": gettext_noop("No calendar can be read at the moment."),
}
_SEVERAL_NOW = {
    "workbook": gettext_noop("Several workbooks are being read at the moment."),
    "calendar": gettext_noop("Several calendars are being read at the moment."),
}
_TOO_LONG = {
    "workbook": gettext_noop("This workbook takes too long to read."),
    "calendar": gettext_noop("This calendar takes too long to read."),
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What a process may take: bytes of memory and of what it writes, and seconds of a processor.
    ``patience`` is how many on the clock: a busy server gives less of a processor than one may use.
    """

    memory: int
    output: int
    seconds: int
    patience: float = 60


@dataclass(frozen=True, slots=True)
class ConfinedReader:
    """A module that is run as a process to read one ``kind`` of file (workbook or calendar);
    ``mend`` is what to do where it cannot, ``refusal`` makes an error of what it wrote.

    ``turns`` are how many files are read at once, ``places`` how many with those that wait: each
    holds a thread.
    """

    module: str
    kind: str
    mend: str
    limits: Limits
    too_large: Callable[[], InputError]
    refusal: Callable[..., InputError] = InputError
    turns: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(2))
    places: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(4))

    @contextmanager
    def output(self, file: BinaryIO, *arguments: str) -> Iterator[BinaryIO]:
        """Read a file and give what was written about it. Raises ``InputError``."""
        with TemporaryFile() as out:
            try:
                with _on_disk(file) as given:
                    self._read(given, arguments, out)
            except OSError:  # no room on the disk, or for a process more
                raise InputError(gettext(_NONE_NOW[self.kind]), gettext(self.mend)) from None
            out.seek(0)
            yield out

    def _read(self, file: BinaryIO, arguments: tuple[str, ...], out: BinaryIO) -> None:
        if not self.places.acquire(blocking=False):
            raise InputError(gettext(_SEVERAL_NOW[self.kind]), gettext("Try again in a minute."))
        try:
            with self.turns:
                ended = self._run(file, arguments, out)
        finally:
            self.places.release()
        if ended == REFUSED:
            out.seek(0)
            told = json.loads(out.read())
            told |= {part: _said(told[part]) for part in ("problem", "mend")}
            raise self.refusal(**told)
        if ended != 0:
            raise self.too_large()

    def _run(self, file: BinaryIO, arguments: tuple[str, ...], out: BinaryIO) -> int:
        known = {name: os.environ[name] for name in _SURROUNDINGS if name in os.environ}
        try:
            return subprocess.run(  # noqa: S603 (no shell; arguments are compared and no more)
                [sys.executable, "-m", self.module, *arguments],
                stdin=file,
                stdout=out,
                stderr=subprocess.DEVNULL,
                env=known,
                timeout=self.limits.patience,
                check=False,
            ).returncode
        except subprocess.TimeoutExpired:
            raise InputError(gettext(_TOO_LONG[self.kind]), gettext(self.mend)) from None


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


# --- in the process itself ------------------------------------------------------------------------


def run_confined(
    work: Callable[[BinaryIO, BinaryIO], None],
    limits: Limits,
    damaged: Callable[[], InputError],
    too_large: Callable[[], InputError],
    more: Callable[[InputError], dict[str, Any]] = lambda _: {},
) -> int:
    """Read standard input and write to standard output within limits; return how to end. ``more``
    is what else is told of an error.
    """
    confine(limits)
    out = sys.stdout.buffer
    with translated_to(_IN_PARTS):
        try:
            work(sys.stdin.buffer, out)
        except InputError as error:
            refusal = error
        except MemoryError:
            refusal = too_large()
        except Exception:  # noqa: BLE001 (whatever a broken file makes a reader do)
            refusal = damaged()
        else:
            return 0
    said = {"problem": _parts(refusal.problem), "mend": _parts(refusal.mend)}
    _write_refusal({**said, **more(refusal)}, out)
    return REFUSED


class _Pattern(str):
    """A sentence of the process, which remembers what is filled into it."""

    __slots__ = ("values",)

    values: dict[str, Any]

    def __mod__(self, values: Any) -> _Pattern:
        kept = _Pattern(self)
        kept.values = values
        return kept


class _Unfilled(NullTranslations):
    """What a process translates to that has no catalogue: sentences that its caller translates."""

    def gettext(self, message: str) -> str:
        return _Pattern(message)


_IN_PARTS = Translation(catalogue=_Unfilled(), value=lambda value: value)


def _parts(sentence: str) -> Any:
    """Return a sentence as it is handed on: with its values, if it has any."""
    return [str(sentence), getattr(sentence, "values", {})]


def _said(parts: Any) -> str:
    """Say in the language that is current what a process handed on."""
    sentence, values = parts
    return gettext(sentence, **values)


def confine(limits: Limits) -> None:
    """Take what a file needs and no more; where a system knows no such limit, the rest holds."""
    with suppress(ImportError, AttributeError):
        os.nice(10)  # reminders go first
        import resource  # noqa: PLC0415 (not on Windows)

        for what, most in (
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_FSIZE, limits.output),
            (resource.RLIMIT_CPU, limits.seconds),
            (resource.RLIMIT_AS, limits.memory),
        ):
            with suppress(OSError, ValueError):  # held tighter already, or not at all
                resource.setrlimit(what, (most, most))


def _write_refusal(said: dict[str, Any], out: BinaryIO) -> None:
    out.flush()
    out.seek(0)
    out.truncate()
    out.write(json.dumps(said).encode())
    out.flush()
