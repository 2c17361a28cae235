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
from io import UnsupportedOperation
from shutil import copyfileobj
from tempfile import TemporaryFile
from threading import BoundedSemaphore
from typing import Any, BinaryIO

from reminders.rules.terms import InputError

REFUSED = 3
"""How the process ends that has written why it refuses, as one line of JSON."""

_SURROUNDINGS = ("PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "SYSTEMROOT")
"""What the process is told of ours: how to start, and no secrets."""


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
    """A module that is run as a process to read one ``kind`` of file; ``mend`` is what to do where
    it cannot, ``refusal`` makes an error of what it wrote.

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
                raise InputError(f"No {self.kind} can be read at the moment.", self.mend) from None
            out.seek(0)
            yield out

    def _read(self, file: BinaryIO, arguments: tuple[str, ...], out: BinaryIO) -> None:
        if not self.places.acquire(blocking=False):
            raise InputError(
                f"Several {self.kind}s are being read at the moment.", "Try again in a minute."
            )
        try:
            with self.turns:
                ended = self._run(file, arguments, out)
        finally:
            self.places.release()
        if ended == REFUSED:
            out.seek(0)
            raise self.refusal(**json.loads(out.read()))
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
            raise InputError(f"This {self.kind} takes too long to read.", self.mend) from None


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
    _write_refusal({"problem": refusal.problem, "mend": refusal.mend, **more(refusal)}, out)
    return REFUSED


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
