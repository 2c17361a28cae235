"""How quickly staff's pages come: one clinic with many clients, and fifty people who click."""

from __future__ import annotations

import asyncio
import os
import random
import socket
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2
from rich.console import Console
from rich.table import Table as Grid
from sqlalchemy import Engine, text

from reminders.enrolment import clinics, treatments
from reminders.enrolment.terms import Enrolment
from reminders.monitoring import day_counts
from reminders.rules.roles import Role
from reminders.staff import sign_in
from reminders.store import migrations
from reminders.store.column_types import microseconds
from reminders.store.database import open_engine, writing
from reminders.store.queries import people, staff
from reminders.store.tables import Staff
from reminders.wording.library import packaged
from tests.bench.databases import analyse
from tests.conftest import BOTH
from tests.support.doubles.process import killed_after
from tests.support.samples import CLINIC

USERS = 50
PAUSE = 3.0
"""Seconds somebody looks at a page before the next click, on average."""

SECONDS = 40
FIRST = ("Ana", "Zoe", "Maria", "Grace", "Priya", "Chloe", "Ruth", "Dana", "Emily", "Olivia")
LAST = ("Costa", "Bright", "Lind", "Hall", "Shah", "Nguyen", "Wong", "Reed", "Stone", "Park")


def run(console: Console, size: int) -> None:
    """Fill a clinic with ``size`` clients, serve it, and let fifty people click through it."""
    with TemporaryDirectory(prefix="bench-") as folder:
        url = f"sqlite:///{Path(folder) / 'bench.db'}"
        engine = open_engine(url)
        migrations.migrate(engine)
        now = datetime.now(UTC)
        _fill(engine, size, now)
        day_counts.count_past(engine, now)
        tokens = _sign_in(engine, now)
        engine.dispose()
        with _served(url, folder) as address:
            took = asyncio.run(_click(address, tokens, size))
    _tell(console, took, size)


def _fill(engine: Engine, size: int, now: datetime) -> None:
    """Enrol everyone over two months around today, by the real enrolment; the past has arrived,
    but for one in five hundred.
    """
    library = packaged()
    with writing(engine) as session:
        clinic = clinics.add(session, CLINIC, now, live=True)
    for first in range(0, size, 5_000):
        with writing(engine) as session:
            told = [_client(number, now) for number in range(first, min(first + 5_000, size))]
            treatments.enrol(session, library, clinic, told, now - timedelta(days=40))
    left = "status = 'planned' AND due_at < :now"
    with engine.begin() as connection:
        arrived = (
            f"UPDATE reminder SET status = 'delivered', handoff_at = due_at, settled_at = due_at,"
            f" attempts = 1 WHERE {left}"
        )
        connection.execute(text(arrived), {"now": microseconds(now)})
        lost = (
            "UPDATE reminder SET status = 'undelivered' WHERE status = 'delivered'"
            " AND settled_at > :lately AND id % 500 = 0"
        )
        connection.execute(text(lost), {"lately": microseconds(now - timedelta(days=2))})
    analyse(engine)


def _client(number: int, now: datetime) -> Enrolment:
    return Enrolment(
        first_name=FIRST[number % 10],
        last_name=f"{LAST[number // 10 % 10]}-{number}",
        protocol="skin-needling",
        treated_on=(now + timedelta(days=number % 60 - 40)).date(),
        starts=clock_time(9 + number % 9),
        phone=f"+4477{number:08}",
        email=f"client{number}@mail.example",
        consents=BOTH,
    )


def _sign_in(engine: Engine, now: datetime) -> list[str]:
    tokens = []
    with writing(engine) as session:
        clinic = people.clinics(session)[0]
        for number in range(USERS):
            member = Staff(
                email=f"staff{number}@clinic.example", name=f"Staff {number}", created_at=now
            )
            session.add(member)
            session.flush()
            staff.join(session, member.id, clinic.id, Role.STAFF)
            tokens.append(sign_in.begin(session, member, clinic.id, "bench", now)[1])
    return tokens


@contextmanager
def _served(url: str, folder: str) -> Iterator[str]:
    """Serve the pages in a process of their own."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = str(door.getsockname()[1])
    environ = {**os.environ, "DATABASE_URL": url, "PORT": port, "LOG_LEVEL": "error", "DELIVERY": "outbox", "OUTBOX_DIR": folder}  # fmt: skip
    command = [sys.executable, "-m", "reminders", "web"]
    with subprocess.Popen(command, env=environ) as server, killed_after(server):
        address = f"http://127.0.0.1:{port}"
        while True:
            try:
                httpx2.get(f"{address}/healthz")
                break
            except httpx2.HTTPError:
                time.sleep(0.1)
        yield address


async def _click(address: str, tokens: list[str], size: int) -> dict[str, list[float]]:
    took: dict[str, list[float]] = defaultdict(list)
    async with httpx2.AsyncClient(base_url=address, cookies={"desk": tokens[0]}) as first:
        for path in ("/", "/clients", "/clients/1", "/enrol", "/replies"):  # templates are compiled
            await first.get(path)
    until = time.monotonic() + SECONDS

    async def person(token: str) -> None:
        chance = random.Random(token)
        async with httpx2.AsyncClient(base_url=address, cookies={"desk": token}, timeout=60) as web:
            await asyncio.sleep(chance.random() * PAUSE)
            while time.monotonic() < until:
                name, path = _page(chance, size)
                began = time.perf_counter()
                answer = await web.get(path)
                took[name].append(time.perf_counter() - began)
                assert answer.status_code == 200, (path, answer.status_code)
                await asyncio.sleep(chance.uniform(0.5, 1.5) * PAUSE)

    await asyncio.gather(*(person(token) for token in tokens))
    return took


def _page(chance: random.Random, size: int) -> tuple[str, str]:
    number = chance.randrange(size)
    pages = (
        ("Today", "/"),
        ("Clients", "/clients"),
        ("find by name", f"/clients?q={FIRST[number % 10]}+{LAST[number // 10 % 10]}-{number % 100}"),
        ("find by number", f"/clients?q=%2B4477{number:08}"),
        ("find by email", f"/clients?q=client{number}@mail"),
        ("a client", f"/clients/{number + 1}"),
        ("Enrol", "/enrol"),
        ("Replies", "/replies"),
        ("Reports", "/numbers"),
        ("Messages", "/words"),
    )  # fmt: skip
    return chance.choice(pages)


def _tell(console: Console, took: dict[str, list[float]], size: int) -> None:
    title = f"Staff's pages, SQLite: {size:,} clients, {USERS} people, a click every {PAUSE:.0f} s"
    grid = Grid("Page", "Times", "Median ms", "p95 ms", title=title)
    everything = [seconds for page in took.values() for seconds in page]
    for name, page in [*sorted(took.items()), ("all", everything)]:
        p95 = statistics.quantiles(page, n=20)[-1] if len(page) > 1 else page[0]
        grid.add_row(
            name, str(len(page)), f"{statistics.median(page) * 1e3:.0f}", f"{p95 * 1e3:.0f}"
        )
    console.print(grid)
