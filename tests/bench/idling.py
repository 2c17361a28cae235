"""What the service costs while nothing is due: memory and share of a core."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from tests.bench.databases import KINDS, fresh

MEMORY, SHARE = 150.0, 1.0
"""The limits we set ourselves: megabytes, and per cent of a core."""

SETTLING = 20.0
"""Seconds until what is prepared in the background for the first visitors is done."""


def run(console: Console, seconds: int) -> None:
    grid = Table(title=f"serve, idle for {seconds} s")
    for heading in (
        "database",
        "ready after s",
        "RSS MB",
        "of the limit",
        "% of a core",
        "of the limit",
    ):
        grid.add_column(heading, justify="right")
    for kind in KINDS:
        with fresh(kind) as engine, TemporaryDirectory() as folder:
            url = engine.url.render_as_string(hide_password=False)
            ready, memory, share = measure(url, Path(folder), seconds)
            grid.add_row(
                kind,
                f"{ready:.1f}",
                f"{memory:.0f}",
                f"{memory / MEMORY:.2f}",
                f"{share:.2f}",
                f"{share / SHARE:.2f}",
            )
    console.print(grid)


def measure(url: str, folder: Path, seconds: int) -> tuple[float, float, float]:
    """Return seconds to readiness, megabytes resident, and per cent of a core."""
    environ = os.environ | {"DATABASE_URL": url, "PORT": "8765", "PYTHONPATH": str(Path.cwd())}
    began = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-m", "reminders", "serve"],
        env=environ,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as service:
        try:
            while not _ready():
                time.sleep(0.05)
            ready = time.monotonic() - began
            time.sleep(SETTLING)
            before = _cpu(service.pid)
            time.sleep(seconds)
            share = 100 * (_cpu(service.pid) - before) / seconds
            return ready, _memory(service.pid), share
        finally:
            service.terminate()


def _ready() -> bool:
    try:
        with urllib.request.urlopen("http://127.0.0.1:8765/readyz") as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024
