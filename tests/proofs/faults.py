"""Faults put into a worker's own system calls, by strace: at the Nth, the death or the full disk."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.proofs import children

STRACE = shutil.which("strace")
ABSENT = "strace is not installed; it is a Debian package of that name"


def with_fault(what: Callable[[], None], fault: str, log: Path) -> int:
    """Do something in a child under a fault such as ``fsync:signal=SIGKILL:when=3``, and return
    how it ended.
    """
    pid = children.fork(partial(_when_told, what), log)
    os.waitpid(pid, os.WUNTRACED)
    call = fault.partition(":")[0]
    command = [str(STRACE), "-f", "-o", os.devnull, "-e", f"trace={call}", "-e", f"inject={fault}", "-p", str(pid)]  # fmt: skip
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as tracer:
        assert tracer.stderr is not None
        told = tracer.stderr.readline()
        os.kill(pid, signal.SIGCONT)
        try:
            if "attached" not in told:
                raise ChildProcessError(told)
            return children.wait(pid)
        finally:
            tracer.terminate()


def _when_told(what: Callable[[], None]) -> None:
    os.kill(os.getpid(), signal.SIGSTOP)
    what()
