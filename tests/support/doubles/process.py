"""Doubles run as processes of their own, so that what they saw is not what we think they saw."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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


@contextmanager
def running(module: str, ledger: Path, *arguments: str) -> Iterator[Double]:
    """Run a double until the context ends; it says on its first line where it listens."""
    command = [sys.executable, "-m", f"tests.support.doubles.{module}", str(ledger), *arguments]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process,
        killed_after(process),
    ):
        assert process.stdout is not None
        yield Double(int(process.stdout.readline()), ledger)


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
