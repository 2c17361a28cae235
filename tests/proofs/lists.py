"""A long list that comes in while clients text STOP: nobody waits, and it is there at once."""

from __future__ import annotations

import csv
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import OperationalError
from sqlmodel import col

from reminders.rules.roles import Role
from reminders.rules.terms import Channel
from reminders.staff import sign_in
from reminders.store.database import open_engine, reading, writing
from reminders.store.queries import people, staff
from reminders.store.tables import Reminder, Staff, Treatment
from reminders.store.writing_session import LONG
from tests.proofs import cast
from tests.proofs.plan import Plan
from tests.proofs.stage import KINDS, Stage, Theatre
from tests.proofs.verdict import Verdict, facts_of, timed
from tests.support.doubles.process import killed_after, live_through
from tests.support.doubles.twilio import ACCOUNT, TOKEN
from tests.support.twilio_posts import sign

LONGEST_ANSWER = 1.0
"""Seconds in which every hook is answered."""

LONGEST_WRITE = 0.5
"""Seconds that no transaction may hold a lock for."""

MOST_MEMORY = 200
"""MiB of the process that serves."""

KNOWN = 2_000
"""Clients who are there already; each texts STOP once at most."""

EVERY = 0.1
"""Seconds from one STOP to the next."""

LENIENCE = 4
"""How much slower a machine may be that only shows quickly that it holds."""

_SECONDS = re.compile(r"seconds\W+([\d.]+)")

PUBLIC = "http://127.0.0.1:8000"
STOPPED = "SELECT count(*) FROM suppression WHERE reason = 'opted-out'"


def run(theatre: Theatre, plan: Plan) -> Iterator[Verdict]:
    """Take a list in by the command line and at the desk, on each database."""
    for kind in KINDS:
        for way in (_by_desk, _by_command):
            verdict = Verdict("lists", kind, way.__name__.removeprefix("_by_"), plan.seed)
            with timed(verdict):
                stage, rows = theatre.stage(kind), plan.times(50_000, 3_000)
                _prove(stage, rows, way, verdict, LENIENCE if plan.quick else 1)
            yield verdict


@dataclass
class Watch:
    """What was seen while the list came in."""

    answers: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    writes: list[float] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)
    treatments: set[int] = field(default_factory=set)
    reminders: set[int] = field(default_factory=set)


def _prove(
    stage: Stage,
    rows: int,
    way: Callable[[str, Path, Stage], None],
    verdict: Verdict,
    lenience: int,
) -> None:
    engine = open_engine(stage.url)
    clinic_id = cast.add_clinic(engine)
    cast.add_clients(engine, clinic_id, Channel.SMS, KNOWN, timedelta(hours=3))
    path = stage.folder / "list.csv"
    _write(path, rows)
    with _served(stage) as (address, pid):
        watch = _watched(engine, address, pid, lambda: way(address, path, stage))
    _judge(verdict, watch, engine, stage, rows, lenience)
    engine.dispose()


def _write(path: Path, rows: int) -> None:
    soon = datetime.now(UTC).date() + timedelta(days=3)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("first_name", "last_name", "phone", "email", "treatment", "treated_at", "sms_consent", "email_consent"))  # fmt: skip
        for n in range(rows):
            day = soon + timedelta(days=n % 40)
            writer.writerow(("Bea", f"Lind{n}", f"+4478{n:08}", f"b{n}@mail.example", "Microneedling", day, "yes", "yes"))  # fmt: skip


@contextmanager
def _served(stage: Stage) -> Iterator[tuple[str, int]]:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    environ = {
        **os.environ, **live_through(stage.twilio, stage.smtp), "DATABASE_URL": stage.url,
        "PORT": str(port), "PUBLIC_URL": PUBLIC, "LOG_LEVEL": "warning",
    }  # fmt: skip
    command = [sys.executable, "-m", "reminders", "serve"]
    with (
        (stage.folder / "serve.log").open("w") as log,
        subprocess.Popen(command, env=environ, stderr=log) as server,
        killed_after(server),
    ):
        address = f"http://127.0.0.1:{port}"
        _wait_for(address)
        yield address, server.pid


def _wait_for(address: str) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with suppress(httpx2.HTTPError):
            httpx2.get(f"{address}/healthz")
            return
        time.sleep(0.1)


def _by_command(_: str, path: Path, stage: Stage) -> None:
    command = [sys.executable, "-m", "reminders", "import", str(path), "--clinic", "Rosewood Skin"]
    environ = {**os.environ, "DATABASE_URL": stage.url, "SECRET_KEY": "s" * 40}
    with (stage.folder / "import.log").open("w") as log:
        subprocess.run(command, env=environ, check=True, stdout=subprocess.DEVNULL, stderr=log)


def _by_desk(address: str, path: Path, stage: Stage) -> None:
    engine = open_engine(stage.url)
    with writing(engine) as session:
        now = datetime.now(UTC)
        member = Staff(email="jo@rosewood.example", name="Jo", created_at=now)
        session.add(member)
        session.flush()
        staff.join(session, member.id, people.clinics(session)[0].id, Role.STAFF)
        token = sign_in.begin(session, member, 1, "proof", now)[1]
    with httpx2.Client(
        base_url=address, cookies={"desk": token}, timeout=120, follow_redirects=True
    ) as web:
        secret = _secret(web.get("/lists").text)
        with path.open("rb") as file:
            page = web.post("/lists", data=secret, files={"file": ("list.csv", file)})
        assert page.url.path != "/lists", (page.status_code, page.text[1500:6000])
        page = web.post(f"{page.url.path}/take", data=_secret(page.text))
        while "Importing" in page.text:
            time.sleep(1)
            page = web.get(page.url.path)
        assert "Imported" in page.text, (page.status_code, str(page.url), page.text[-1500:])
    engine.dispose()


def _secret(page: str) -> dict[str, str]:
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found, page[:300]
    return {"csrf": found[1]}


def _watched(engine: Engine, address: str, pid: int, what: Callable[[], None]) -> Watch:
    watch, over = Watch(), threading.Event()
    looks: tuple[Callable[[], Any], ...] = (
        _texting_stop(address, watch),
        lambda: watch.writes.append(_waited(engine)),
        lambda: watch.memory.append(_resident(pid)),
        lambda: _count(engine, watch),
    )
    threads = [threading.Thread(target=_again, args=(look, over), daemon=True) for look in looks]
    for thread in threads:
        thread.start()
    try:
        what()
        time.sleep(1)
    finally:
        over.set()
    for thread in threads:
        thread.join()
    return watch


def _again(look: Callable[[], Any], over: threading.Event) -> None:
    while not over.wait(EVERY):
        look()


def _texting_stop(address: str, watch: Watch) -> Callable[[], None]:
    web = httpx2.Client(base_url=address, timeout=30)
    numbers = iter(range(KNOWN))

    def text_stop() -> None:
        number = next(numbers, None)
        if number is None:
            return
        path = "/hooks/twilio/inbound"
        fields = {"AccountSid": ACCOUNT, "MessageSid": f"SM{number:032}", "From": f"+4477{number:08}", "To": "+447700900000", "Body": "STOP"}  # fmt: skip
        began = time.monotonic()
        answer = web.post(path, data=fields, headers={"X-Twilio-Signature": sign(PUBLIC + path, fields, TOKEN)})  # fmt: skip
        watch.answers.append(time.monotonic() - began)
        if answer.status_code != 200:
            watch.refused.append(str(answer.status_code))

    return text_stop


def _held(folder: Path) -> float:
    """Return how long a transaction held what it locked, of those that log it as too long."""
    logs = "".join(path.read_text("utf-8") for path in folder.glob("*.log"))
    told = [line for line in logs.splitlines() if "long transaction" in line]
    return max((float(found) for line in told for found in _SECONDS.findall(line)), default=0.0)


def _waited(engine: Engine) -> float:
    """Return how long a writer waits now on SQLite, and on PostgreSQL the age of the oldest
    transaction that has written, but for deliveries, which lock what they send, and for counting
    tables, which locks nothing.
    """
    if engine.dialect.name == "postgresql":
        return float(facts_of(engine, "SELECT coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)), 0) FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND application_name = 'reminders' AND query NOT LIKE 'ANALYZE%'"))  # fmt: skip
    began = time.monotonic()
    with suppress(OperationalError), writing(engine) as session:
        session.connection()
    return time.monotonic() - began


def _resident(pid: int) -> int:
    told = Path(f"/proc/{pid}/status").read_text("utf-8")
    found = re.search(r"VmRSS:\s+(\d+)", told)
    return int(found[1]) // 1024 if found else 0


def _count(engine: Engine, watch: Watch) -> None:
    with reading(engine) as session:
        watch.treatments.add(session.scalar(select(func.count(col(Treatment.id)))) or 0)
    with reading(engine) as session:
        of_lists = col(Reminder.milestone) == "month-1"
        watch.reminders.add(session.scalar(select(func.count(col(Reminder.id))).where(of_lists)) or 0)  # fmt: skip


def _judge(
    verdict: Verdict, watch: Watch, engine: Engine, stage: Stage, rows: int, lenience: int
) -> None:
    stopped = facts_of(engine, STOPPED)
    slowest, longest = max(watch.answers), _held(stage.folder)
    memory = max(watch.memory)
    verdict.number = len(watch.answers)
    verdict.lost = len(watch.answers) - len(watch.refused) - int(stopped)
    verdict.what = (
        f"{rows:,} rows; {len(watch.answers)} STOPs answered in at most {slowest:.2f} s, a writer "
        f"waited {max(watch.writes):.2f} s, longest lock {longest:.2f} s where not under {LONG}, {memory} MiB"
    )
    limits = (
        (slowest > lenience * LONGEST_ANSWER, f"a hook was answered after {slowest:.2f} s"),
        (longest > lenience * LONGEST_WRITE, f"a lock was held for {longest:.2f} s"),
        (memory > MOST_MEMORY, f"serve took {memory} MiB"),
        (bool(watch.refused), f"refused: {watch.refused[:5]}"),
        (watch.treatments != {KNOWN, KNOWN + rows}, f"treatments seen: {sorted(watch.treatments)[:9]}"),
        (len(watch.reminders) != 2, f"reminders seen: {sorted(watch.reminders)[:9]}"),
    )  # fmt: skip
    verdict.faults += [said for broken, said in limits if broken]
