"""Delivery through a pooler beside delivery without one, in turns, and how far like runs differ."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.progress import track
from rich.table import Table

from tests.bench.databases import fresh
from tests.bench.delivery import OURS, TRIAL, enter, spread
from tests.support import pooler

ROUNDS = 7
"""Each of two direct runs with a pooled one between them: what disturbs one disturbs all."""

WITHIN = 0.85
"""What a pooler must leave of the rate."""

Rates = list[tuple[float, float, float]]


def run(console: Console, size: int) -> None:
    """Measure both channels; raises ``SystemExit`` where a pooler costs more than it may."""
    if pooler.PROGRAM is None:
        console.print("left out: pgbouncer is not installed")
        return
    grid = Table(title=f"{size:,} due, answered at once (min / median / max)")
    for heading in (
        "",
        "direct",
        "through pgbouncer",
        "pooled ÷ direct",
        "direct ÷ direct: the noise",
    ):
        grid.add_column(heading, justify="right" if heading else "left")
    kept = True
    for channel in ("sms", "email"):
        rates = measure(channel, size, console)
        shares = [pooled / statistics.mean((one, other)) for one, pooled, other in rates]
        grid.add_row(
            channel,
            spread([rate for one, _, other in rates for rate in (one, other)], ",.0f"),
            spread([pooled for _, pooled, _ in rates], ",.0f"),
            spread(shares, ".2f"),
            spread([other / one for one, _, other in rates], ".2f"),
        )
        kept = kept and (size < TRIAL or statistics.median(shares) >= WITHIN)
    console.print(grid)
    console.print(f"within {1 - WITHIN:.0%} by the median: {'yes' if kept else 'NO'}")
    if not kept:
        raise SystemExit(1)


def measure(channel: str, size: int, console: Console) -> Rates:
    """Return the messages a second of each run, round by round."""
    rounds = range(ROUNDS if size >= TRIAL else 1)
    with (
        fresh("postgresql") as engine,
        TemporaryDirectory(prefix="pooler-") as folder,
        pooler.pooler(Path(folder), Path(str(engine.url.query["host"]))) as url,
    ):
        through = replace(OURS, address=f"{url}/{engine.url.database}")
        turns = (OURS, through, OURS)
        return [
            _rates([enter(engine, turn, channel, 0.0, size).rate for turn in turns])
            for _ in track(rounds, channel, console=console, transient=True)
        ]


def _rates(found: Sequence[float]) -> tuple[float, float, float]:
    first, pooled, last = found
    return first, pooled, last
