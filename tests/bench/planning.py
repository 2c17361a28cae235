"""How fast treatments are planned into reminders, beside inserting the same rows alone."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from random import Random
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table
from sqlalchemy import Engine, select, text

from reminders.enrolment import clinics
from reminders.plans.reminder_plans import client_id_pages, replan_clients
from reminders.store.database import reading, writing
from reminders.store.queries import people
from reminders.store.queries.common import insert_many
from reminders.store.queries.plans import COLUMNS, REMINDERS
from reminders.wording.library import packaged
from tests.bench.databases import KINDS, fresh
from tests.bench.filling import CLIENT, CONSENT, TREATMENT
from tests.support.samples import CLINIC

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


def run(console: Console, treatments: int) -> None:
    grid = Table(title=f"Planning {treatments:,} treatments")
    for heading in (
        "database",
        "reminders",
        "seconds",
        "rows/s",
        "inserting alone, rows/s",
        "ratio",
    ):
        grid.add_column(heading, justify="right")
    for kind in KINDS:
        with fresh(kind) as engine:
            enrol(engine, treatments)
            began = time.perf_counter()
            rows = plan(engine, console)
            planned = rows / (time.perf_counter() - began)
            alone = rows / insert_alone(engine)
            seconds = rows / planned
            grid.add_row(
                kind,
                f"{rows:,}",
                f"{seconds:.1f}",
                f"{planned:,.0f}",
                f"{alone:,.0f}",
                f"{planned / alone:.2f}",
            )
    console.print(grid)


def enrol(engine: Engine, treatments: int) -> None:
    """Put clients who said yes and their treatments there, without any reminder."""
    random = Random(1)
    with writing(engine) as session:
        clinic = clinics.add(session, CLINIC, NOW, live=True)
        for start in range(0, treatments, 5_000):
            numbers = range(start, min(start + 5_000, treatments))
            insert_many(
                session,
                "client",
                CLIENT,
                [
                    (clinic.id, "Ana", "", f"+4477{n:08}", f"c{n}@mail.example", "en", NOW)
                    for n in numbers
                ],
            )
            insert_many(
                session,
                "treatment",
                TREATMENT,
                [_treatment(clinic.id, n + 1, random) for n in numbers],
            )
            insert_many(session, "consent", CONSENT, [row for n in numbers for row in _yes(n + 1)])


def _treatment(clinic_id: int, client_id: int, random: Random) -> tuple[Any, ...]:
    day = date(2026, 3, 9) + timedelta(days=random.randrange(60))
    starts = clock_time(random.randrange(9, 18), random.randrange(0, 60, 5))
    return (clinic_id, client_id, "skin-needling", day, starts, NOW, NOW)


def _yes(client_id: int) -> list[tuple[Any, ...]]:
    return [(client_id, channel, True, NOW, "paper form", NOW) for channel in ("sms", "email")]


def plan(engine: Engine, console: Console) -> int:
    """Plan everyone, and return how many reminders that makes."""
    library = packaged()
    with reading(engine) as session:
        every = list(client_id_pages(session, None))
    for ids in track(every, "planning", console=console, transient=True):
        with writing(engine) as session:
            clinic = people.clinics(session)[0]
            clients = {client.id: client for client in people.lock(session, ids)}
            replan_clients(session, library, clinic, clients, NOW)
    with engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM reminder")).scalar_one())


def insert_alone(engine: Engine) -> float:
    """Return how long inserting the same rows takes, as many at a time, with nothing planned."""
    with engine.connect() as connection:
        stored = connection.execute(select(*(REMINDERS.c[name] for name in COLUMNS)))
        rows = [tuple(getattr(value, "value", value) for value in row) for row in stored]
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM reminder"))
    began = time.perf_counter()
    for start in range(0, len(rows), 7_500):
        with writing(engine) as session:
            insert_many(session, "reminder", COLUMNS, rows[start : start + 7_500])
    return time.perf_counter() - began
