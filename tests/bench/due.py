"""How long it takes to find and claim what is due, however much is planned."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, text

from reminders.store.database import writing
from reminders.store.queries import delivery
from reminders.store.queries.common import insert_many
from reminders.store.queries.plans import COLUMNS
from tests.bench.databases import KINDS, analyse, fresh
from tests.bench.planning import enrol

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ROUNDS = 60


def run(console: Console, largest: int) -> None:
    grid = Table(title="Claiming 100 due reminders, ms (median / p95 of 60)")
    sizes = [size for size in (10_000, 100_000, 1_000_000, 5_000_000) if size <= largest]
    for heading in (
        "database",
        *(f"{size:,}" for size in sizes),
        "largest / smallest",
        "nothing due",
    ):
        grid.add_column(heading, justify="right")
    explained: list[str] = []
    for kind in KINDS:
        figures, nothing = [], 0.0
        for size in sizes:
            with fresh(kind) as engine:
                fill(engine, size)
                figures.append(measure(engine))
                nothing = idle(engine)
                explained.append(f"{kind}, {size:,}: {explain(engine)}")
        ratio = figures[-1][0] / figures[0][0]
        grid.add_row(
            kind, *(f"{a:.2f} / {b:.2f}" for a, b in figures), f"{ratio:.2f}", f"{nothing:.2f} ms"
        )
    console.print(grid)
    for line in explained:
        console.print(line, markup=False)


def fill(engine: Engine, size: int) -> None:
    """Put reminders there: most far ahead, some long settled, a few thousand due."""
    enrol(engine, 200)
    with writing(engine) as session:
        for part in _parts(size):
            insert_many(session, "reminder", COLUMNS, part)
    analyse(engine)


def _parts(size: int) -> Iterator[list[tuple[Any, ...]]]:
    due = 100 * ROUNDS
    part: list[tuple[Any, ...]] = []
    for number in range(size + due):
        status = "planned" if number < due or number % 3 else "delivered"
        ahead = (
            timedelta(minutes=-number % 5_000)
            if number < due
            else timedelta(minutes=1 + number % 40_000)
        )
        at = NOW + ahead
        settled = NOW if status == "delivered" else None
        part.append(
            (1, 1 + number % 200, 1 + number % 200, f"m-{number}", "sms", status, None, at, at.date(), at, at, 0, settled)
        )  # fmt: skip
        if len(part) == 20_000:
            yield part
            part = []
    yield part


def measure(engine: Engine) -> tuple[float, float]:
    """Claim again and again, and return the median and 95th percentile in milliseconds."""
    times = []
    for round_ in range(ROUNDS - 1):
        began = time.perf_counter()
        with writing(engine) as session:
            delivery.claim_due(
                session, NOW, claim=f"c{round_}", lease=timedelta(minutes=1), limit=100
            )
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times), statistics.quantiles(times, n=20)[-1]


def idle(engine: Engine) -> float:
    """Return how long it takes to find that nothing is due, in milliseconds."""
    long_ago = NOW - timedelta(days=3650)
    times = []
    for _ in range(50):
        began = time.perf_counter()
        with writing(engine) as session:
            delivery.claim_due(session, long_ago, claim="x", lease=timedelta(minutes=1), limit=100)
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def explain(engine: Engine) -> str:
    """Return the line of the plan that names the index."""
    word = "EXPLAIN" if engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
    with engine.connect() as connection:
        found = connection.execute(
            text(
                f"{word} SELECT id FROM reminder WHERE reminder.status = 'planned'"
                " AND due_at <= '2026-03-02 12:00:00+00' ORDER BY due_at LIMIT 100"
            )
        )
        return next(str(row[-1]).strip() for row in found if "reminder_due" in str(row))
