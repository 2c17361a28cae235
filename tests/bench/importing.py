"""How fast a list of ten thousand treatments goes in, beside reading the same file alone."""

from __future__ import annotations

import csv
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from reminders.enrolment import clinics
from reminders.intake import lists
from reminders.spreadsheets import read_table
from reminders.store.database import writing
from reminders.store.queries import people
from reminders.wording.library import packaged
from tests.bench.databases import KINDS, fresh
from tests.support.samples import CLINIC

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
HEADER = (
    "first_name,phone,email,treatment,treated_at,sms_consent,email_consent,consent_at,external_id"
)


def run(console: Console, rows: int) -> None:
    grid = Table(title=f"Importing {rows:,} rows")
    for heading in (
        "database",
        "check s",
        "take in s",
        "rows/s",
        "again, unchanged s",
        "reading the file alone s",
        "ratio",
    ):
        grid.add_column(heading, justify="right")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "list.csv"
        write(path, rows)
        alone = _timed(lambda: sum(1 for _ in csv.reader(path.open(encoding="utf-8"))))
        for kind in KINDS:
            with fresh(kind) as engine:
                with writing(engine) as session:
                    clinics.add(session, CLINIC, NOW, live=True)
                first = _import(engine, path, console)
                second = _import(engine, path, console)
                total = sum(first)
                grid.add_row(
                    kind, f"{first[0]:.1f}", f"{first[1]:.1f}", f"{rows / total:,.0f}", f"{sum(second):.1f}",
                    f"{alone:.2f}", f"{total / alone:.0f}",
                )  # fmt: skip
    console.print(grid)


def write(path: Path, rows: int) -> None:
    random = Random(1)
    with path.open("w", encoding="utf-8") as file:
        file.write(HEADER + "\n")
        for n in range(rows):
            when = NOW + timedelta(
                days=random.randrange(-20, 40), minutes=5 * random.randrange(100)
            )
            file.write(
                f"Ana,+4477{n:08},c{n}@mail.example,Microneedling,{when:%Y-%m-%d %H:%M},yes,yes,2026-02-01,B{n}\n"
            )


def _import(engine: object, path: Path, console: Console) -> tuple[float, float]:
    library = packaged()
    with writing(engine) as session, Progress(console=console, transient=True) as bar:  # type: ignore[arg-type]
        clinic = people.clinics(session)[0]
        began = time.perf_counter()
        checked = lists.check(read_table(path), path.name, clinic, library, NOW)
        read = time.perf_counter()
        step = bar.add_task("taking in", total=len(checked.good))
        lists.bring_in(session, library, clinic, checked, NOW, lambda done: bar.advance(step, done))
        session.commit()
        return read - began, time.perf_counter() - read


def _timed(what: object) -> float:
    began = time.perf_counter()
    what()  # type: ignore[operator]
    return time.perf_counter() - began
