"""A worker that is told to stop hears it, at whatever moment it is told."""

from __future__ import annotations

import faulthandler
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from threading import Timer
from types import FrameType
from typing import Any

import pytest

from reminders.worker import listen_for_stop

TOO_LONG = 20.0
"""Seconds after which nobody is still on the way to hear it."""

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
    late = Timer(0.01, os.kill, (os.getpid(), signal.SIGTERM))
    late.start()
    sys.settrace(sent)
    wait_for_stop()
    sys.settrace(None)
    late.cancel()
    return sent.left <= 0


def at_each_step() -> None:
    """Tell at how many steps of waiting a signal was heard."""
    print(next(step for step in range(1, MOST) if not wait_with_signal_at(step)) - 1)


def in_another_thread() -> None:
    """Let another thread be hit by the signal while this one waits."""
    wait_for_stop = listen_for_stop()
    Timer(0.2, lambda: signal.pthread_kill(threading.get_ident(), signal.SIGTERM)).start()
    wait_for_stop()
    print(1)


@pytest.mark.parametrize("moment", [at_each_step, in_another_thread])
def test_a_stop_is_heard_at_whatever_step_of_waiting_and_in_whichever_thread(
    moment: Callable[[], None],
) -> None:
    """An ``Event`` hears neither: it waits for its own lock, or for a wake-up that never comes."""
    words = f"from tests import test_worker; test_worker.within_time(test_worker.{moment.__name__})"
    done = subprocess.run(
        [sys.executable, "-c", words], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= 1


def within_time(moment: Callable[[], None]) -> None:
    """Do this, or end with what every thread was doing."""
    faulthandler.dump_traceback_later(TOO_LONG, exit=True)
    moment()
