"""A worker that is told to stop hears it, at whatever moment it is told."""

from __future__ import annotations

import faulthandler
import os
import signal
import subprocess
import sys
from threading import Timer
from types import FrameType
from typing import Any

from reminders.worker import listen_for_stop

TOO_LONG = 5.0
"""Seconds after which nobody is still on the way to hear."""

MOST = 1_000


class SignalAt:
    """Send SIGTERM to this process before a step of the interpreter, counted from when it is traced."""

    def __init__(self, step: int) -> None:
        self.left = step

    def __call__(self, frame: FrameType, event: str, _given: Any) -> SignalAt:
        frame.f_trace_opcodes = True
        self.left -= event == "opcode"
        if event == "opcode" and self.left == 0:
            os.kill(os.getpid(), signal.SIGTERM)
        return self


def wait_with_signal_at(step: int) -> bool:
    """Wait for a stop that comes at this step of waiting, and say whether there was such a step."""
    wait_for_stop, sent = listen_for_stop(), SignalAt(step)
    late = Timer(0.5, os.kill, (os.getpid(), signal.SIGTERM))
    late.start()
    faulthandler.dump_traceback_later(TOO_LONG, exit=True)
    sys.settrace(sent)
    wait_for_stop()
    sys.settrace(None)
    late.cancel()
    return sent.left <= 0


def main() -> None:
    """Tell at how many steps a signal was heard."""
    print(next(step for step in range(1, MOST) if not wait_with_signal_at(step)) - 1)


def test_a_stop_is_heard_at_every_step_of_waiting_for_it() -> None:
    """An ``Event`` is not: it waits for its own lock where the signal came while it took that."""
    command = [sys.executable, "-c", "from tests import test_worker; test_worker.main()"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 1
