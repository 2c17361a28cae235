"""What the worker holds in memory at full rate, however much is planned."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from tests.bench.databases import fresh
from tests.bench.delivery import OURS, OURS_SQLITE, enter

SMALL = 20_000
DUE = 10_000
LIMIT = 120.0
"""The limit we set ourselves, in megabytes (MiB)."""


def run(console: Console, largest: int) -> None:
    grid = Table(
        title=f"The worker at full rate, peak MB, beside {SMALL:,} and {largest:,} reminders"
    )
    for heading in ("", "channel", "few rows", "many rows", "many ÷ few", "of the limit"):
        grid.add_column(heading, justify="right" if heading else "left")
    due = min(DUE, largest // 20)
    with fresh("postgresql") as engine:
        for entrant in (OURS, OURS_SQLITE):
            for channel in ("sms", "email"):
                few, many = (
                    enter(engine, entrant, channel, 0, due, ahead).memory
                    for ahead in (SMALL, largest)
                )
                grid.add_row(
                    entrant.title, channel, f"{few:.0f}", f"{many:.0f}", f"{many / few:.2f}", f"{many / LIMIT:.2f}"
                )  # fmt: skip
    console.print(grid)
