"""How fast a clinic's list goes in where four times as many clients are known, beside older versions."""

from __future__ import annotations

import csv
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.progress import track
from rich.table import Table
from sqlalchemy import Engine, make_url, text

from tests.bench import bookings
from tests.bench.databases import KINDS, fresh
from tests.support.samples import CLINIC

ROUNDS = 3
TRIAL = 1_000
"""Below so many rows one round is enough, to see that it runs."""

LISTS = {"treatments alone": 1.0, "every service": 0.4}
"""What lists hold, by the share of rows that are treatments with reminders."""

HERE = Path(__file__).parents[2]


@dataclass(frozen=True)
class Entrant:
    """A checkout of this program, whose own command takes the list in."""

    title: str
    folder: Path


@dataclass(frozen=True)
class Figures:
    """What taking a list in cost, without starting the program, and doing so once more: ``cpu`` are
    the seconds of a core that the command itself used, however busy the machine is.
    """

    taken: int
    seconds: float
    cpu: float
    again: float


def run(console: Console, rows: int, beside: Sequence[Path] = ()) -> None:
    """Take in lists of ``rows``, half of them of clients known before; ``beside`` are checkouts of
    older versions, which take in the same ones.
    """
    entrants = [Entrant("this", HERE), *(Entrant(path.name, path.resolve()) for path in beside)]
    with TemporaryDirectory(prefix="bench-") as folder:
        known = Path(folder) / "known.csv"
        today, count = bookings.morning(), 4 * rows
        bookings.write(known, range(count), today, days=range(-400, -60), treatments=1)
        for title, share in LISTS.items():
            path = Path(folder) / f"{title}.csv"
            whom = range(count - rows // 2, count + rows - rows // 2)
            bookings.write(path, whom, today, days=range(-20, 40), treatments=share)
        one_row = Path(folder) / "one row.csv"
        bookings.write(one_row, range(1), today, days=range(-60, -59), treatments=1)
        for kind in KINDS:
            measured = measure(kind, entrants, Path(folder), rows, console)
            console.print(_grid(kind, rows, measured, Path(folder)))


Measured = dict[tuple[str, Entrant], list[Figures]]


def measure(
    kind: str, entrants: Sequence[Entrant], folder: Path, rows: int, console: Console
) -> Measured:
    """Let everyone run in each round, so that what disturbs one disturbs all."""
    measured: Measured = defaultdict(list)
    with fresh(kind) as engine:
        filled = {entrant: _filled(engine, entrant, folder) for entrant in entrants}
        turns = [
            (name, entrant)
            for _ in range(ROUNDS if rows >= TRIAL else 1)
            for name in LISTS
            for entrant in entrants
        ]
        for name, entrant in track(turns, f"importing, {kind}", console=console, transient=True):
            with _copied(engine, filled[entrant]) as url:
                measured[name, entrant].append(_take_in(entrant, url, folder / f"{name}.csv"))
    return measured


def _take_in(entrant: Entrant, url: str, path: Path) -> Figures:
    """Import a list twice; what a list of one row takes is what starting takes."""
    _, start, cpu_to_start = _import(entrant, url, path.with_name("one row.csv"))
    taken, first, cpu = _import(entrant, url, path)
    _, again, _ = _import(entrant, url, path)
    return Figures(taken, first - start, cpu - cpu_to_start, again - start)


def _import(entrant: Entrant, url: str, path: Path) -> tuple[int, float, float]:
    began, cpu = time.perf_counter(), _cpu()
    told = _command(
        entrant, url, "import", str(path), "--clinic", str(CLINIC["name"]), "--good-rows", "--json"
    )
    return json.loads(told)["taken"], time.perf_counter() - began, _cpu() - cpu


def _cpu() -> float:
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _command(entrant: Entrant, url: str, *words: str) -> str:
    """Run a command of a version on a database, and return what it says."""
    done = subprocess.run(
        [sys.executable, "-m", "reminders", *words],
        cwd=entrant.folder,
        env=os.environ | {"DATABASE_URL": url, "PYTHONPATH": str(entrant.folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    if not done.stdout:
        raise RuntimeError(f"{entrant.title}: {words[0]} failed: {done.stderr[-3000:]}")
    return done.stdout


# --- databases that know the clients -----------------------------------------------------------


def _filled(engine: Engine, entrant: Entrant, folder: Path) -> str:
    """Return the address of a database of a version's own that knows the clients."""
    url = _beside(engine, f"{entrant.title}_{os.urandom(4).hex()}")
    if engine.dialect.name == "postgresql":
        _create(engine, url)
    _command(entrant, url, "migrate")
    facts = [word for name in ("time_zone", "phone", "email", "address") for word in (f"--{name.replace('_', '-')}", str(CLINIC[name]))]  # fmt: skip
    _command(entrant, url, "clinic", "add", str(CLINIC["name"]), *facts, "--live")
    _import(entrant, url, folder / "known.csv")
    return url


@contextmanager
def _copied(engine: Engine, filled: str) -> Iterator[str]:
    """Copy a database for one turn."""
    url = _beside(engine, "copy")
    if engine.dialect.name == "sqlite":
        shutil.copy(_file(filled), _file(url))
        yield url
        for part in _file(url).parent.glob("copy*"):
            part.unlink()
        return
    _create(engine, url, f'TEMPLATE "{make_url(filled).database}"')
    yield url
    _administer(engine, f'DROP DATABASE "{make_url(url).database}"')


def _beside(engine: Engine, name: str) -> str:
    """Return the address of another database at the same place."""
    place = engine.url.database or ""
    name = str(Path(place).with_name(f"{name}.db")) if engine.dialect.name == "sqlite" else name
    return engine.url.set(database=name).render_as_string(hide_password=False)


def _file(url: str) -> Path:
    return Path(make_url(url).database or "")


def _create(engine: Engine, url: str, how: str = "") -> None:
    _administer(engine, f'CREATE DATABASE "{make_url(url).database}" {how}', "CHECKPOINT")


def _administer(engine: Engine, *commands: str) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for command in commands:
            connection.execute(text(command))


# --- what is shown -----------------------------------------------------------------------------


def _grid(kind: str, rows: int, measured: Measured, folder: Path) -> Table:
    grid = Table(title=f"Importing {rows:,} rows, {4 * rows:,} clients known, {kind}")
    for heading in (
        "list", "version", "taken in", "s (min / median / max)", "CPU s", "again s", "this ÷ it", "CPU, this ÷ it", "÷ reading the file alone",
    ):  # fmt: skip
        grid.add_column(heading, justify="right" if heading not in {"list", "version"} else "left")
    for (name, entrant), figures in measured.items():
        mine = measured[name, next(iter(measured))[1]]
        seconds = [f.seconds for f in figures]
        pairs = list(zip(mine, figures, strict=True))
        median = statistics.median(seconds)
        grid.add_row(
            name,
            entrant.title,
            f"{figures[0].taken:,}",
            f"{min(seconds):.1f} / {median:.1f} / {max(seconds):.1f}",
            f"{statistics.median(f.cpu for f in figures):.1f}",
            f"{statistics.median(f.again for f in figures):.1f}",
            f"{statistics.median(a.seconds / b.seconds for a, b in pairs):.2f}",
            f"{statistics.median(a.cpu / b.cpu for a, b in pairs):.2f}",
            f"{median / _alone(folder / f'{name}.csv'):.0f}",
        )
    return grid


def _alone(path: Path) -> float:
    began = time.perf_counter()
    with path.open(encoding="utf-8") as file:
        sum(1 for _ in csv.reader(file))
    return time.perf_counter() - began
