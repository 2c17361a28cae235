"""What every part of the rehearsal needs: a word on the screen, a port, patience, a clean environment."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from reminders.settings import Settings

ROOT = Path(__file__).parents[2]


def say(words: str) -> None:
    print(f"{datetime.now(UTC):%H:%M:%S} {words}", flush=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(what: Callable[[], bool], seconds: float, words: str) -> float:
    """Wait, and return how long it took."""
    begun = time.monotonic()
    while not what():
        assert time.monotonic() - begun < seconds, f"{words}: not within {seconds:.0f} s"
        time.sleep(0.02)
    return time.monotonic() - begun


def clean() -> dict[str, str]:
    """Return this environment without settings of ours."""
    ours = {name.upper() for name in Settings.model_fields}
    python = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return {k: v for k, v in os.environ.items() if k not in ours} | {"PATH": python}
