"""What more workers on one PostgreSQL bring, and whether every clinic has its share meanwhile."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass

from rich.console import Console
from rich.progress import track
from rich.table import Table
from sqlalchemy import Engine, text

from reminders.senders.sms import AT_ONCE
from tests.bench.databases import analyse, fresh
from tests.bench.delivery import ROUNDS, TRIAL, empty
from tests.bench.doubles.serving import running
from tests.bench.filling import fill
from tests.bench.peers.order import PATIENCE, Figures, Order

TOGETHER = (1, 2, 4)
CLINICS = 200
DELAYS = (0.2, 1.0)
"""Seconds until the provider answers; so late that a core or two serve four workers easily, too."""

LEFT = text("SELECT clinic_id, handoff_at, settled_at FROM reminder ORDER BY handoff_at")


@dataclass(frozen=True)
class Pass:
    """How quickly all left, what a message took of a core, and how evenly: the share of a clinic that
    had least, and most, of the first half, beside an even one; and when the first and the last clinic
    was done, as a part of the whole time.
    """

    rate: float
    cpu: float
    least: float
    most: float
    first_done: float
    last_done: float


def run(console: Console, size: int) -> None:
    rounds = [count for _ in range(ROUNDS if size >= TRIAL else 1) for count in TOGETHER]
    with fresh("postgresql") as engine:
        for delay in DELAYS:
            each = int(size * DELAYS[0] / delay)
            measured: dict[int, list[Pass]] = {count: [] for count in TOGETHER}
            for count in track(rounds, f"{delay:.1f} s", console=console, transient=True):
                measured[count].append(deliver(engine, count, each * count, delay))
            console.print(_grid(measured, each, delay))


def deliver(engine: Engine, workers: int, due: int, delay: float) -> Pass:
    """Let so many workers deliver what is due; each message must have arrived once."""
    empty(engine)
    fill(engine, "sms", due, clinics_count=CLINICS)
    analyse(engine)
    with running("twilio", delay) as double:
        url = engine.url.render_as_string(hide_password=False)
        order = Order(url, "sms", double.port, due, AT_ONCE, time.monotonic())
        command = [sys.executable, "-m", "tests.bench.peers.ours", json.dumps(asdict(order))]
        started = [
            subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(workers)
        ]
        told = [worker.communicate(timeout=PATIENCE)[0] for worker in started]
        if double.stop() != (due, due):
            raise RuntimeError("a message arrived twice, or not at all")
    cpu = sum(Figures(**json.loads(one)).cpu for one in told)
    return _read(engine, cpu)


def _read(engine: Engine, cpu: float) -> Pass:
    with engine.connect() as connection:
        rows = connection.execute(LEFT).all()
    began, ended = rows[0].handoff_at, max(row.settled_at for row in rows)
    half = Counter(row.clinic_id for row in rows[: len(rows) // 2])
    even = len(rows) / 2 / CLINICS
    shares = [half[clinic_id] / even for clinic_id in {row.clinic_id for row in rows}]
    done = {row.clinic_id: (row.handoff_at - began) / (ended - began) for row in rows}
    return Pass(
        len(rows) / (ended - began).total_seconds(), cpu,
        min(shares), max(shares), min(done.values()), max(done.values()),
    )  # fmt: skip


def _grid(measured: dict[int, list[Pass]], each: int, delay: float) -> Table:
    title = (
        f"Workers on one PostgreSQL, {each:,} texts each, answered after {delay:.1f} s (medians)"
    )
    grid = Table(title=title)
    for heading in (
        "workers", "messages/s", "of the limit", "CPU µs each", "÷ one", "share of the first half, least", "most", "first clinic done", "last",
    ):  # fmt: skip
        grid.add_column(heading, justify="right")
    for count, passes in measured.items():
        more = [many.rate / one.rate for many, one in zip(passes, measured[1], strict=True)]
        rate, *rest = (
            statistics.median(getattr(one, name) for one in passes)
            for name in ("rate", "cpu", "least", "most", "first_done", "last_done")
        )
        cpu, *fair = rest
        grid.add_row(
            str(count), f"{rate:,.0f}", f"{rate * delay / AT_ONCE / count:.2f}", f"{cpu:,.0f}",
            f"{statistics.median(more):.2f}", *(f"{share:.2f}" for share in fair),
        )  # fmt: skip
    return grid
