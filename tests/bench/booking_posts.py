"""A hundred bookings a second, signed, posted to a service that sends reminders meanwhile."""

from __future__ import annotations

import asyncio
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import aiohttp
import httpx2
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine, text

from reminders.rules.terms import Channel
from tests.bench.databases import KINDS, analyse, fresh
from tests.proofs import cast
from tests.support.booking_stream import Told, add_source, signature
from tests.support.doubles.process import killed_after, live_through, running

PER_SECOND = 100
LEAVING = 10
"""Reminders a second that leave meanwhile, by each channel."""

MIXES = {"new ones": 0.0, "a fifth moved or cancelled": 0.2}
"""What is posted, and which share of it is about bookings told before."""

SETTLED = 3.0
"""Seconds after which a booking may be moved or cancelled."""

AT_MOST = 600.0
"""Seconds until all must have been taken in."""

WAITING = text("SELECT count(*) FROM booking_delivery WHERE outcome = 'waiting'")
STANDING = text("SELECT external_id, count(*), sum(CASE WHEN cancelled_at IS NULL THEN 1 ELSE 0 END) FROM treatment WHERE external_id IS NOT NULL GROUP BY 1")  # fmt: skip


@dataclass
class Posted:
    """What came of the posts: how long each answer took, what was refused, what must stand now."""

    took: list[float] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)
    standing: dict[str, bool] = field(default_factory=dict)
    until_taken: float = 0.0
    lost: int = 0
    doubled: int = 0
    left: int = 0


def run(console: Console, seconds: int) -> None:
    """Post for so many seconds, on each database, beside a server that only keeps the same bodies."""
    grid = Table(title=f"{PER_SECOND} bookings a second for {seconds} s, {2 * LEAVING} reminders a second leaving meanwhile")  # fmt: skip
    for heading in (
        "database", "posted", "p50 ms", "p95 ms", "max ms", "kept alone, p95 ms", "p95 ÷ it",
        "refused", "lost", "doubled", "all taken in after", "left meanwhile",
    ):  # fmt: skip
        grid.add_column(heading, justify="right")
    for kind in KINDS:
        for title, share in MIXES.items():
            alone = _alone(kind, seconds, share)
            found = _ours(kind, seconds, share)
            p50, p95 = statistics.median(found.took), _p95(found.took)
            grid.add_row(
                kind, f"{len(found.took):,} {title}", *(f"{1e3 * one:.1f}" for one in (p50, p95, max(found.took), _p95(alone.took))),
                f"{p95 / _p95(alone.took):.1f}", str(found.refused or 0), str(found.lost), str(found.doubled), f"{found.until_taken:.0f} s", f"{found.left:,}",
            )  # fmt: skip
    console.print(grid)


def _p95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def _words(seconds: int, share: float) -> list[Told]:
    """Return what is posted, in order: new bookings, and some moved or cancelled later."""
    chance, now = Random(1), datetime.now(UTC)
    told: list[Told] = []
    open_ones: list[Told] = []
    for number in range(seconds * PER_SECOND):
        at = now + timedelta(milliseconds=number)
        first = open_ones[0] if open_ones else None
        if first and chance.random() < share and told.index(first) < number - SETTLED * PER_SECOND:
            open_ones.pop(0)
            told.append(_changed(first, at, chance))
            continue
        starts = now.replace(minute=0) + timedelta(days=chance.randrange(8, 60), minutes=5 * chance.randrange(60))  # fmt: skip
        told.append(Told("BOOKING_CREATED", f"u{number}", number, starts, at))
        open_ones.append(told[-1])
    return told


def _changed(first: Told, at: datetime, chance: Random) -> Told:
    if chance.random() < 0.5:
        return Told("BOOKING_CANCELLED", first.uid, first.person, first.starts, at)
    later = first.starts + timedelta(days=1)
    return Told("BOOKING_RESCHEDULED", f"{first.uid}-moved", first.person, later, at, first.uid)


def _alone(kind: str, seconds: int, share: float) -> Posted:
    """Post to a server that only checks the signature and inserts the body."""
    with fresh(kind) as engine, ExitStack() as opened:
        command = [sys.executable, "-m", "tests.bench.peers.bare_posts"]
        address = opened.enter_context(_served(command, {"DATABASE_URL": _url(engine)}))
        return asyncio.run(_post(f"{address}/", _words(seconds, share)))


def _ours(kind: str, seconds: int, share: float) -> Posted:
    with fresh(kind) as engine, ExitStack() as opened:
        folder = Path(opened.enter_context(TemporaryDirectory(prefix="bench-")))
        path = _fill(engine, seconds)
        twilio = opened.enter_context(running("proof_twilio", folder / "twilio"))
        mail = opened.enter_context(running("proof_smtp", folder / "mail"))
        rates = {
            "PUBLIC_URL": "http://127.0.0.1:8000",
            "SMS_PER_MINUTE": str(60 * LEAVING),
            "SMTP_PER_MINUTE": str(60 * LEAVING),
        }
        environ = live_through(twilio, mail) | rates | {"DATABASE_URL": _url(engine), "LOG_LEVEL": "error"}  # fmt: skip
        command = [sys.executable, "-m", "reminders", "serve"]
        address = opened.enter_context(_served(command, environ))
        _wait_until(lambda: len(twilio.seen("message")) > LEAVING, 60)
        found = asyncio.run(_post(address + path, _words(seconds, share)))
        found.left = len(twilio.seen("message")) + len(mail.seen("mail"))
        began = time.monotonic()
        _wait_until(lambda: _count(engine) == 0)
        found.until_taken = time.monotonic() - began
        _compare(engine, found)
        return found


def _url(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


def _fill(engine: Engine, seconds: int) -> str:
    """Let reminders be due for all that time, and return where bookings are posted."""
    clinic = cast.add_clinic(engine)
    for channel in Channel:
        cast.add_clients(engine, clinic, channel, (seconds + 30) * LEAVING)
    analyse(engine)
    return add_source(engine, clinic)


@contextmanager
def _served(command: list[str], environ: dict[str, str]) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    with (
        subprocess.Popen(command, env={**os.environ, **environ, "PORT": str(port)}) as server,
        killed_after(server),
    ):
        address = f"http://127.0.0.1:{port}"
        _wait_until(lambda: _answers(address), 30)
        yield address


def _answers(address: str) -> bool:
    try:
        httpx2.get(f"{address}/healthz")
    except httpx2.HTTPError:
        return False
    return True


def _wait_until(reached: Callable[[], object], seconds: float = AT_MOST) -> None:
    until = time.monotonic() + seconds
    while not reached():
        if time.monotonic() > until:
            raise TimeoutError
        time.sleep(0.2)


def _count(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(WAITING).scalar_one())


async def _post(address: str, words: Sequence[Told]) -> Posted:
    """Post each at its moment, whatever came of the ones before; an answer's time counts from then."""
    posted = Posted()
    bodies = [(told, told.body) for told in words]
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as web:

        async def send(told: Told, body: bytes, at: float) -> None:
            async with web.post(address, data=body, headers=signature(body)) as answer:
                await answer.read()
                status = answer.status
            posted.took.append(time.perf_counter() - at)
            if status < 300:
                posted.standing |= {told.replaces: False} if told.replaces else {}
                posted.standing[told.uid] = told.event != "BOOKING_CANCELLED"
            else:
                posted.refused[str(status)] = posted.refused.get(str(status), 0) + 1

        began = time.perf_counter()
        sent = []
        for number, (told, body) in enumerate(bodies):
            at = began + number / PER_SECOND
            await asyncio.sleep(max(0.0, at - time.perf_counter()))
            sent.append(asyncio.create_task(send(told, body, at)))
        await asyncio.gather(*sent)
    return posted


def _compare(engine: Engine, posted: Posted) -> None:
    """Count what of the answered bookings does not stand as it should, and what stands twice."""
    with engine.connect() as connection:
        rows = {number: (count, stands) for number, count, stands in connection.execute(STANDING)}
    for uid, stands in posted.standing.items():
        count, standing = rows.get(uid, (0, 0))
        posted.lost += standing < stands or (not stands and standing > 0)
        posted.doubled += count > 1
