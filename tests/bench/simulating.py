"""What it takes to simulate two days on a copy, beside wording the same messages alone."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time

from rich.console import Console
from rich.progress import track
from rich.table import Table
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from reminders.enrolment import clinics
from reminders.links import Links
from reminders.plans.reminder_plans import replan_clients
from reminders.store.database import reading, writing
from reminders.store.queries import people, reminder_facts
from reminders.store.queries.common import insert_many
from reminders.store.tables import Clinic
from reminders.wording.library import packaged
from reminders.wording.renderer import Renderer
from tests.bench.databases import KINDS, analyse, fresh
from tests.bench.filling import CLIENT, CLINICS, CONSENT, TREATMENT
from tests.bench.peers.order import PUBLIC_URL, SECRET
from tests.support.samples import CLINIC

TOGETHER = 500
DUE = text("SELECT id FROM reminder WHERE status = 'planned' AND due_on <= :last ORDER BY id")


@dataclass(frozen=True)
class Figures:
    """What the command took: seconds by the clock and of a core, and megabytes at most."""

    seconds: float
    cpu: float
    memory: float


def run(console: Console, count: int) -> None:
    grid = Table(title=f"Simulating two days of {count:,} clients, three messages each")
    for heading in (
        "database", "answer", "seconds", "peak MB", "CPU s", "CPU µs a message", "wording alone, CPU s", "CPU, it ÷ wording",
    ):  # fmt: skip
        grid.add_column(heading, justify="right")
    today = datetime.now(UTC).date()
    for kind in KINDS:
        with fresh(kind) as engine:
            fill(engine, count, today, console)
            due, alone = word_alone(engine, today)
            for answer in ("table", "--json"):
                took = simulate(engine, today, *(() if answer == "table" else (answer,)))
                grid.add_row(
                    kind, answer, f"{took.seconds:.1f}", f"{took.memory:.0f}", f"{took.cpu:.1f}",
                    f"{1e6 * took.cpu / due:.0f}", f"{alone:.1f}", f"{took.cpu / alone:.1f}",
                )  # fmt: skip
    console.print(grid)


def fill(engine: Engine, count: int, today: date, console: Console) -> None:
    """Plan clients who are treated today: an email this evening, a text and an email tomorrow, and
    the rest of the course.
    """
    noon = datetime.combine(today, clock_time(12), UTC)
    with writing(engine) as session:
        for number in range(CLINICS):
            clinics.add(session, CLINIC | {"name": f"Rosewood {number}"}, noon, live=True)
    pages = [range(n, min(n + TOGETHER, count)) for n in range(0, count, TOGETHER)]
    for page, numbers in enumerate(track(pages, "filling", console=console, transient=True)):
        with writing(engine) as session:
            _enrol(session, people.clinics(session)[page % CLINICS], numbers, noon)
    analyse(engine)


def _enrol(session: Session, clinic: Clinic, numbers: range, noon: datetime) -> None:
    day, consented = noon.date(), noon - timedelta(days=9)
    client = [
        (
            clinic.id,
            f"Ana {n % 997}",
            "",
            f"+4477{n:08}",
            f"c{n}@mail.example",
            "en",
            noon,
            consented,
        )
        for n in numbers
    ]
    treatment = [
        (clinic.id, n + 1, "skin-needling", day, clock_time(9 + n % 9, n % 12 * 5), noon, noon)
        for n in numbers
    ]
    consent = [
        (n + 1, channel, True, consented, "paper form", noon)
        for n in numbers
        for channel in ("sms", "email")
    ]
    insert_many(session, "client", (*CLIENT, "welcomed_at"), client)
    insert_many(session, "treatment", TREATMENT, treatment)
    insert_many(session, "consent", CONSENT, consent)
    clients = {one.id: one for one in people.lock(session, [n + 1 for n in numbers])}
    replan_clients(session, packaged(), clinic, clients, noon)


def word_alone(engine: Engine, today: date) -> tuple[int, float]:
    """Return how many messages are due in both days, and what wording them alone costs (CPU s)."""
    renderer, cost = Renderer(packaged(), Links(SECRET, PUBLIC_URL)), 0.0
    evening = datetime.combine(today, clock_time(20), UTC)
    with reading(engine) as session:
        ids = list(session.scalars(DUE, {"last": today + timedelta(days=1)}))
        for start in range(0, len(ids), TOGETHER):
            known = reminder_facts.facts(session, ids[start : start + TOGETHER], evening)
            began = time.process_time()
            for facts in known:
                renderer.render(facts, evening, facts.stale_at)
            cost += time.process_time() - began
    return len(ids), cost


def simulate(engine: Engine, today: date, *options: str) -> Figures:
    """Run the command on today and tomorrow."""
    days = ("--from", today.isoformat(), "--to", (today + timedelta(days=1)).isoformat())
    url = engine.url.render_as_string(hide_password=False)
    began = time.perf_counter()
    command = subprocess.Popen(
        [sys.executable, "-m", "reminders", "simulate", *days, *options],
        env=os.environ | {"DATABASE_URL": url, "SECRET_KEY": SECRET},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, ended, used = os.wait4(command.pid, 0)
    command.returncode = os.waitstatus_to_exitcode(ended)
    if command.returncode:
        raise RuntimeError(f"simulate ended with {command.returncode}")
    seconds = time.perf_counter() - began
    return Figures(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
