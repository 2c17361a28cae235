"""From a due row to a durable outcome: ours beside its limits and its peers, in the same run."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import track
from rich.table import Table
from sqlalchemy import Engine, text

from reminders.senders.sms import AT_ONCE
from reminders.store import migrations
from tests.bench.databases import fresh
from tests.bench.doubles.serving import running
from tests.bench.filling import fill
from tests.bench.peers.order import Figures, Order, accepted, run_worker

ROUNDS = 3
TRIAL = 1_000
"""Below so many one round is enough, to see that it runs."""

SCENES = (("sms", 0.0), ("sms", 0.05), ("email", 0.0), ("email", 0.02))
"""Which way out, and the seconds until the provider answers."""

THREADS, THREADS_WHEN_SLOW = 8, 32
"""What serves the peers best: more threads only wait for each other unless the provider is slow."""

DOUBLES = {"sms": "twilio", "email": "smtp"}


@dataclass(frozen=True)
class Entrant:
    """Who is measured: its program, its database, and on what part of the rows. ``address`` is
    where it reaches the database, if not directly.
    """

    title: str
    worker: str
    kind: str = "postgresql"
    part: float = 1.0
    part_when_slow: float = 1.0
    sends: bool = True
    marks: bool = True
    address: str = ""


OURS = Entrant("ours, PostgreSQL", "ours")
OURS_SQLITE = Entrant("ours, SQLite", "ours", "sqlite")
SENDING = {
    "sms": (
        Entrant("limit: our client alone", "bare_sender", marks=False),
        Entrant("limit: Twilio's async client alone", "bare_twilio", marks=False),
    ),
    "email": (Entrant("limit: smtplib alone, in threads", "bare_smtplib", marks=False),),
}
CYCLES = (
    Entrant("limit: claim and mark, PostgreSQL", "bare_cycle", sends=False),
    Entrant("limit: claim and mark, SQLite", "bare_cycle", "sqlite", sends=False),
)
PEERS = (
    Entrant("plain loop, one thread", "loop", part=0.2, part_when_slow=0.02),
    Entrant("APScheduler, SQLAlchemy store", "apscheduler", part=0.2, part_when_slow=0.1),
    Entrant("procrastinate", "procrastinate", part=0.2, part_when_slow=0.1),
    Entrant("Celery, Redis", "celery", part=0.2, part_when_slow=0.1),
    Entrant("huey, SQLite queue", "huey", part=0.2, part_when_slow=0.1),
)
Measured = dict[Entrant, list[Figures]]


def run(console: Console, size: int) -> None:
    with fresh("postgresql") as engine:
        for scene in SCENES:
            measured = measure(engine, *scene, size, console)
            console.print(_grid(*scene, size, measured))
            for line in _against_best(measured):
                console.print(line)


def measure(engine: Engine, channel: str, delay: float, size: int, console: Console) -> Measured:
    """Let everyone run in each round, so that what disturbs one disturbs all."""
    entrants = (OURS, OURS_SQLITE, *SENDING[channel], *(() if delay else CYCLES), *PEERS)
    measured: Measured = {entrant: [] for entrant in entrants}
    rounds = [entrant for _ in range(ROUNDS if size >= TRIAL else 1) for entrant in entrants]
    for entrant in track(
        rounds, f"{channel}, {delay * 1000:.0f} ms", console=console, transient=True
    ):
        count = max(40, int(size * (entrant.part_when_slow if delay else entrant.part)))
        measured[entrant].append(enter(engine, entrant, channel, delay, count))
    return measured


def enter(
    postgres: Engine, entrant: Entrant, channel: str, delay: float, count: int, ahead: int = 0
) -> Figures:
    """Run one worker on its own database and double; each message must have arrived once."""
    with _database(postgres, entrant.kind) as engine, running(DOUBLES[channel], delay) as double:
        fill(engine, channel, count, ahead)
        url = entrant.address or engine.url.render_as_string(hide_password=False)
        threads = _at_once(entrant, delay)
        figures = run_worker(entrant.worker, Order(url, channel, double.port, count, threads))
        taken = double.stop()
        if entrant.sends and taken != (count, count):
            raise RuntimeError(f"{entrant.title}: {count} due, taken and distinct {taken}")
        if entrant.marks and accepted(engine) != count:
            raise RuntimeError(f"{entrant.title}: {accepted(engine)} of {count} accepted")
    return figures


def _at_once(entrant: Entrant, delay: float) -> int:
    if entrant not in PEERS:
        return AT_ONCE
    return THREADS_WHEN_SLOW if delay else THREADS


@contextmanager
def _database(postgres: Engine, kind: str) -> Iterator[Engine]:
    """Open an empty database: the server's own once more, or a new file."""
    if kind == "sqlite":
        with fresh(kind) as engine:
            yield engine
        return
    empty(postgres)
    yield postgres


def empty(postgres: Engine) -> None:
    """Make the server's database as new."""
    with postgres.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    postgres.dispose()
    migrations.migrate(postgres)


def _grid(channel: str, delay: float, size: int, measured: Measured) -> Table:
    title = f"{channel}, answered after {delay * 1000:.0f} ms: {size:,} due (min / median / max)"
    grid = Table(title=title)
    for heading in ("", "messages/s", "CPU µs each", "peak MB", "ours ÷ it"):
        grid.add_column(heading, justify="right" if heading else "left")
    for entrant, figures in measured.items():
        memory = statistics.median(f.memory for f in figures)
        grid.add_row(
            entrant.title,
            spread([f.rate for f in figures], ",.0f"),
            f"{statistics.median(f.cpu for f in figures):,.0f}",
            f"{memory:.0f}",
            spread(_ratios(measured, entrant), ".2f"),
        )
    if delay:
        limit = AT_ONCE / delay
        ours = [f.rate / limit for f in measured[OURS]]
        title = f"limit: {AT_ONCE} at a time ÷ {delay * 1000:.0f} ms"
        grid.add_row(title, f"{limit:,.0f}", "", "", spread(ours, ".2f"))
    return grid


def _ratios(measured: Measured, entrant: Entrant) -> list[float]:
    """Return how many times as fast ours was in the same round, on the same kind of database."""
    ours = OURS_SQLITE if entrant.kind == "sqlite" else OURS
    pairs = zip(measured[ours], measured[entrant], strict=True)
    return [mine.rate / its.rate for mine, its in pairs]


def _against_best(measured: Measured) -> Iterator[str]:
    best = max(PEERS, key=lambda peer: statistics.median(f.rate for f in measured[peer]))
    yield f"ours ÷ best peer ({best.title}): {spread(_ratios(measured, best), '.1f')}"


def spread(values: list[float], form: str) -> str:
    """Write the least, the median and the most of what was measured."""
    three = (min(values), statistics.median(values), max(values))
    return " / ".join(f"{value:{form}}" for value in three)
