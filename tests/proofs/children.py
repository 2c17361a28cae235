"""Children of a proof: forked from a warm parent, so that one more life costs milliseconds."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from tests.proofs.verdict import Verdict

TOO_LONG = 120.0
"""Seconds after which whoever still lives is a fault of its own."""


AT_ONCE = 2
"""Scenes at a time: each works one core."""


def fork(what: Callable[[], None], log: Path) -> int:
    """Do something in a child; its exit code is 0 if that raised nothing."""
    assert threading.active_count() == 1, "a thread would not survive the fork"
    ours = signal.signal(signal.SIGTERM, signal.SIG_DFL)
    pid = os.fork()
    if pid == 0:
        _live(what, log)
    signal.signal(signal.SIGTERM, ours)
    return pid


def _live(what: Callable[[], None], log: Path) -> None:
    code = 1
    try:
        what()
        code = 0
    except BaseException:  # noqa: BLE001 (told in the log, and by the exit code)
        with log.open("a") as file:
            traceback.print_exc(file=file)
    finally:
        sys.stdout.flush()
        os._exit(code)


def failures(ends: Counter[int], log: Path) -> list[str]:
    """Tell how many ended by a fault of their own, and by which the last did."""
    faulty = sum(number for code, number in ends.items() if code > 0)
    return [f"{faulty} failed: {log.read_text().splitlines()[-1]}"] if faulty else []


def wait(pid: int, seconds: float = TOO_LONG) -> int:
    """Wait for a child and return its exit code, negative for a signal; kill one that hangs.

    Raises ``TimeoutError``.
    """
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.001)
    kill(pid)
    msg = f"a child was still there after {seconds} s"
    raise TimeoutError(msg)


def kill(pid: int) -> None:
    """End a child at once, wherever it is."""
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def catches(pid: int, number: signal.Signals) -> bool:
    """Say whether a child has a handler for a signal yet."""
    status = Path(f"/proc/{pid}/status").read_text()
    return bool(int(status.split("SigCgt:")[1].split()[0], 16) >> (number - 1) & 1)


def side_by_side(scenes: Sequence[Callable[[], Verdict]], folder: Path) -> Iterator[Verdict]:
    """Play scenes in children of their own, two at a time, and give their verdicts in order."""
    waiting, playing = list(enumerate(scenes)), dict[int, Path]()
    told: list[Path] = []
    while waiting or playing:
        while waiting and len(playing) < AT_ONCE:
            number, scene = waiting.pop(0)
            told.append(folder / f"verdict{number}")
            playing[fork(partial(_tell, scene, told[-1]), folder / "faults")] = told[-1]
        pid, status = os.wait()
        if status:
            raise ChildProcessError((folder / "faults").read_text())
        del playing[pid]
    yield from (pickle.loads(path.read_bytes()) for path in told)


def _tell(scene: Callable[[], Verdict], told: Path) -> None:
    told.write_bytes(pickle.dumps(scene()))
