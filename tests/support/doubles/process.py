"""Doubles run as processes of their own, so that what they saw is not what we think they saw."""

from __future__ import annotations

import asyncio
import inspect
import json
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from tests.support.doubles.twilio import ACCOUNT, TOKEN


@dataclass(frozen=True)
class Double:
    """A running double: where it listens, and the ledger it writes for itself."""

    port: int
    ledger: Path

    def seen(self, kind: str | None = None) -> list[dict[str, Any]]:
        """Return what it wrote down, in order."""
        if not self.ledger.exists():
            return []
        whole, _, _ = self.ledger.read_text("utf-8").rpartition("\n")  # one may be half-written
        rows = [json.loads(line) for line in whole.splitlines()]
        return [row for row in rows if kind in (None, row["kind"])]


@contextmanager
def killed_after(process: subprocess.Popen[Any]) -> Iterator[None]:
    """Kill it when the block ends in whichever way: its own ``with`` would wait for ever."""
    try:
        yield
    finally:
        process.kill()


_FORKS = multiprocessing.get_context("forkserver")
"""Begins each double's process from one that has imported what doubles import."""

_FORKS.set_forkserver_preload(
    [f"{__package__}.{name}" for name in ("twilio", "smtp", "proof_twilio", "proof_smtp")]
)


@contextmanager
def running(module: str, ledger: Path, *arguments: str) -> Iterator[Double]:
    """Run a double until the context ends; it says on its first line where it listens."""
    ours, theirs = _FORKS.Pipe(duplex=False)
    told = (f"{__package__}.{module}", [str(ledger), *arguments], theirs)
    process = _FORKS.Process(target=_be, args=told, daemon=True)
    process.start()
    theirs.close()
    try:
        with ours, open(ours.fileno(), encoding="utf-8", closefd=False) as lines:
            port = int(lines.readline())
        yield Double(port, ledger)
    finally:
        process.kill()
        process.join()
        process.close()


def _be(module: str, arguments: list[str], out: Connection) -> None:
    """Be a double, as if its module had been called from a shell."""
    os.dup2(out.fileno(), sys.stdout.fileno())
    sys.argv[1:] = arguments
    ended = import_module(module).main()
    if inspect.iscoroutine(ended):
        asyncio.run(ended)


def live_through(twilio: Double, mail: Double) -> dict[str, str]:
    """Return the settings of an installation whose messages leave through these doubles."""
    return {
        "DELIVERY": "live",
        "SECRET_KEY": "s" * 40,
        "SMS_PER_MINUTE": "60000",
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_FROM": "+447700900000",
        "TWILIO_API_URL": f"http://127.0.0.1:{twilio.port}",
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(mail.port),
        "SMTP_SECURITY": "none",
        "MAIL_FROM": "aftercare@rosewood.example",
    }
