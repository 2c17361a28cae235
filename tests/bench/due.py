"""How long it takes to find and claim what is due, however much is planned and has been done."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from reminders.rules.terms import Channel, Status
from reminders.store.column_types import microseconds
from reminders.store.database import writing
from reminders.store.queries import delivery, lanes
from reminders.store.queries.common import insert_many
from reminders.store.queries.plans import COLUMNS
from tests.bench.databases import KINDS, analyse, fresh
from tests.bench.planning import enrol

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=30)
"""When all that was planned ahead is due too, so that a day's worth of it can be churned."""

SIZES = (10_000, 100_000, 1_000_000, 5_000_000)
ROUNDS = 60
CHURN = 0.086
"""The share of all rows that one day claims and settles: 430,000 of five million."""

LEASE = timedelta(minutes=1)
Times = tuple[float, float]


@dataclass(frozen=True)
class Measured:
    """Median and 95th percentile in milliseconds, before a day of churn and after it."""

    fresh: Times
    churned: Times
    nothing: float
    plan: str


def run(console: Console, largest: int) -> None:
    grid = Table(title="Claiming 100 due reminders of one clinic, ms (median / p95 of 60)")
    for heading in (
        "database", "reminders", "fresh", "p95 ÷ smallest", "after a day's churn", "p95 ÷ smallest",
        "nothing due",
    ):  # fmt: skip
        grid.add_column(heading, justify="right")
    plans: list[str] = []
    for kind in KINDS:
        sizes = {size: at(kind, size) for size in SIZES if size <= largest}
        smallest = sizes[SIZES[0]].fresh[1]
        for size, found in sizes.items():
            ratios = (f"{times[1] / smallest:.2f}" for times in (found.fresh, found.churned))
            fresh, churned = (f"{a:.2f} / {b:.2f}" for a, b in (found.fresh, found.churned))
            grid.add_row(
                kind, f"{size:,}", fresh, next(ratios), churned, next(ratios), f"{found.nothing:.2f}"
            )  # fmt: skip
            plans.append(f"{kind}, {size:,}: {found.plan}")
    console.print(grid)
    for line in plans:
        console.print(line, markup=False)


def at(kind: str, size: int) -> Measured:
    """Measure at a size."""
    with fresh(kind) as engine:
        fill(engine, size)
        before, nothing = measure(engine, NOW), idle(engine)
        churn(engine, int(size * CHURN))
        os.sync()
        return Measured(before, measure(engine, LATER), nothing, explain(engine))


def claim(session: Session, now: datetime, name: str) -> list[int]:
    """Claim a hundred, as the worker does."""
    claimed = delivery.claim_due(
        session, now, channel=Channel.SMS, shares=[(1, 100)], claim=name, lease=LEASE
    )
    assert len(claimed) == 100
    return claimed


def churn(engine: Engine, rows: int) -> None:
    """Claim and settle this many, a hundred at a time, each its own commit."""
    for round_ in range(rows // 100):
        name = f"day{round_}"
        with writing(engine) as session:
            claims = [(number, name) for number in claim(session, LATER, name)]
        with writing(engine) as session:
            accepted = {"status": Status.ACCEPTED, "settled_at": NOW}
            delivery.move_held(session, claims, frozenset({Status.CLAIMED}), accepted)


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
            -timedelta(minutes=number % 5_000)
            if number < due
            else timedelta(minutes=1 + number % 40_000)
        )
        at = NOW + ahead
        settled = NOW if status == "delivered" else None
        part.append(
            (1, 1 + number % 200, 1 + number % 200, f"m-{number}", "sms", status, None, at, at.date(), at, at, 0, settled, None)
        )  # fmt: skip
        if len(part) == 20_000:
            yield part
            part = []
    yield part


def measure(engine: Engine, now: datetime) -> Times:
    """Claim again and again, and return the median and 95th percentile in milliseconds."""
    times = [_timed(engine, partial(claim, now=now, name=f"c{n}")) for n in range(ROUNDS - 1)]
    return statistics.median(times), statistics.quantiles(times, n=20)[-1]


def idle(engine: Engine) -> float:
    """Return how long it takes to find that nothing is due, in milliseconds."""
    long_ago = NOW - timedelta(days=3650)
    return statistics.median(
        _timed(engine, lambda s: lanes.take_turns(s, Channel.SMS, "", long_ago, 16))
        for _ in range(50)
    )


def _timed(engine: Engine, action: Callable[[Session], object]) -> float:
    began = time.perf_counter()
    with writing(engine) as session:
        action(session)
    return (time.perf_counter() - began) * 1000


def explain(engine: Engine) -> str:
    """Return the line of the plan that names an index, if there is one."""
    postgres = engine.dialect.name == "postgresql"
    word, at = ("EXPLAIN", f"'{NOW}'") if postgres else ("EXPLAIN QUERY PLAN", microseconds(NOW))
    asked = (
        f"{word} SELECT id FROM reminder WHERE clinic_id = 1 AND channel = 'sms'"
        f" AND reminder.status = 'planned' AND due_at <= {at} ORDER BY due_at LIMIT 100"
    )
    with engine.connect() as connection:
        lines = [str(row[-1]).strip() for row in connection.execute(text(asked))]
    return next((line for line in lines if "reminder_" in line), lines[-1])
