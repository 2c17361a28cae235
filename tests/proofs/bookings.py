"""Bookings pour in while those who take them in, and send for them, are killed at random moments."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import text

from reminders import worker
from reminders.app import App, build
from reminders.cli import run as commands
from reminders.enrolment import clinics
from reminders.plans.time_zones import follow_zone_data
from reminders.store.column_types import Instant
from reminders.store.database import writing
from reminders.worker import heartbeat
from tests.proofs import cast, children
from tests.proofs.courier import recover
from tests.proofs.plan import Plan
from tests.proofs.stage import KINDS, Stage, Theatre
from tests.proofs.verdict import Verdict, facts_of, timed
from tests.support.booking_stream import add_source, email_of, phone_of
from tests.support.days import zone_where_it_is_afternoon
from tests.support.doubles.process import Double, killed_after

LIVES = (0.2, 2.0)
"""Seconds between two deaths."""

BEAT = 1
"""Seconds between two passes, so that each life has some."""

AT_MOST = 300.0
"""Seconds until every word must have been answered, and until all that waits must be taken in."""

WAITING = "SELECT count(*) FROM booking_delivery WHERE outcome = 'waiting'"
STANDING = text(
    "SELECT c.phone, t.external_id, t.cancelled_at, t.client_id FROM treatment t JOIN client c ON c.id = t.client_id"
)
HANDED_OFF = text(
    "SELECT a.contact, a.handoff_at, r.one_off_id FROM attempt a JOIN reminder r ON r.id = a.reminder_id"
).columns(handoff_at=Instant)


def run(theatre: Theatre, plan: Plan) -> Iterator[Verdict]:
    """Kill who serves and who sends two hundred times on each database."""
    for kind in KINDS:
        verdict = Verdict("bookings", kind, "both", plan.seed)
        with timed(verdict):
            _prove(theatre.stage(kind), plan, verdict)
        yield verdict


@dataclass
class Scene:
    """The two who are killed, each forked anew from the same warm parent."""

    app: App
    stage: Stage
    lives: dict[str, int] = field(default_factory=dict)

    def begin(self, name: str) -> None:
        """Let one of them live."""
        what = {"serve": _serve, "worker": worker.work}[name]
        self.lives[name] = children.fork(partial(what, self.app), self.stage.folder / "log")

    def kill(self, name: str) -> None:
        """End one of them where it stands."""
        children.kill(self.lives.pop(name))


def _serve(app: App) -> None:
    commands._listen(app, lambda: heartbeat(app, "serve"))


def _prove(stage: Stage, plan: Plan, verdict: Verdict) -> None:
    times = plan.times(200, 16)
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    scene = Scene(_warm(stage, port), stage)
    path = _clinic(scene.app)
    scene.app.engine.dispose()
    ledger = stage.folder / "vendor.ledger"
    visit = datetime.now(UTC).replace(microsecond=0) + timedelta(days=7)
    command = [sys.executable, "-m", "tests.proofs.vendor", str(ledger), f"http://127.0.0.1:{port}{path}", str(plan.seed), visit.isoformat()]  # fmt: skip
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE) as vendor,
        killed_after(vendor),
    ):
        assert vendor.stdout is not None
        vendor.stdout.readline()
        try:
            _kill_again_and_again(scene, plan, times)
            vendor.send_signal(signal.SIGTERM)
            vendor.wait(AT_MOST)
            _until_taken_in(scene, verdict)
        finally:
            for name in list(scene.lives):
                scene.kill(name)
    over = time.time()
    recover(stage)  # months are played then, in which nothing may leave for who cancelled
    _judge(verdict, scene.app, stage, Double(0, ledger), times, over)
    scene.app.engine.dispose()


def _warm(stage: Stage, port: int) -> App:
    """Return the wired house, on the clock of today, that serves at a port."""
    app = build(stage.settings.model_copy(update={"port": port, "log_level": "critical"}))
    follow_zone_data(app.engine, app.library, app.clock())
    return app


def _clinic(app: App) -> str:
    """Add a clinic where it is afternoon, and return where bookings are posted."""
    zone = {"time_zone": zone_where_it_is_afternoon(), "sending_hours": "Mon-Sun 08:00-21:00"}
    with writing(app.engine) as session:
        named = cast.CLINIC | zone | {"name": "Rosewood Skin"}
        clinic = clinics.add(session, named, app.clock(), live=True).id
    return add_source(app.engine, clinic)


def _kill_again_and_again(scene: Scene, plan: Plan, times: int) -> None:
    worker.BEAT_SECONDS = BEAT
    scene.begin("serve")
    scene.begin("worker")
    for _ in range(times):
        time.sleep(plan.random.uniform(*LIVES))
        name = plan.random.choice(("serve", "serve", "worker"))
        scene.kill(name)
        scene.begin(name)


def _until_taken_in(scene: Scene, verdict: Verdict) -> None:
    began = time.monotonic()
    while waits := facts_of(scene.app.engine, WAITING):
        if time.monotonic() - began > AT_MOST:
            verdict.faults.append(f"{waits} were never taken in")
            return
        time.sleep(0.2)


# --- the verdict ----------------------------------------------------------------------------------


@dataclass
class Booked:
    """One person's booking as the vendor's ledger has it: the newest word, and when (seconds since 1970)
    the first was answered after which nothing may leave.
    """

    said_at: str = ""
    stands_as: str | None = None
    ended: float = float("inf")


def _judge(
    verdict: Verdict, app: App, stage: Stage, vendor: Double, times: int, over: float
) -> None:
    answered = vendor.seen("answered")
    booked = _booked(answered)
    with app.engine.connect() as connection:
        rows = connection.execute(STANDING).all()
        attempts = connection.execute(HANDED_OFF).all()
    standing: dict[str, list[str]] = defaultdict(list)
    clients: dict[str, set[int]] = defaultdict(set)
    for phone, number, cancelled_at, client in rows:
        clients[phone].add(client)
        standing[phone] += [number] if cancelled_at is None else []
    for person, one in booked.items():
        stands = standing[phone_of(person)]
        verdict.lost += bool(one.stands_as) and one.stands_as not in stands
        verdict.doubled += len(stands) > bool(one.stands_as) or len(clients[phone_of(person)]) > 1
    late, left = _late(booked, attempts, stage, over)
    verdict.faults += [f"{len(late)} left after the 2xx of a cancellation"] if late else []
    verdict.details += late
    ended = sum(one.ended < float("inf") for one in booked.values())
    verdict.number = len(booked)
    verdict.what = (
        f"{times} kills; {len(answered):,} posts answered, {len(vendor.seen('again')):,} to be posted again;"
        f" {ended:,} bookings moved or cancelled; {left:,} messages left meanwhile"
    )


def _ends(person: int) -> set[tuple[str, str]]:
    """Return by which words nothing may leave any more for what was booked first. The end of what it was
    moved to is none: who has not been told of the move cannot know whose end that is.
    """
    return {("BOOKING_CANCELLED", f"u{person}"), ("BOOKING_RESCHEDULED", f"u{person}-moved")}


def _booked(answered: list[dict[str, Any]]) -> dict[int, Booked]:
    booked: dict[int, Booked] = defaultdict(Booked)
    for word in answered:
        one = booked[word["person"]]
        if (word["event"], word["uid"]) in _ends(word["person"]):
            one.ended = min(one.ended, word["at"])
        if word["said_at"] >= one.said_at:
            one.said_at = word["said_at"]
            one.stands_as = None if word["event"] == "BOOKING_CANCELLED" else word["uid"]
    return booked


def _late(
    booked: dict[int, Booked], attempts: Any, stage: Stage, over: float
) -> tuple[list[str], int]:
    """Count bookings of which a message came after a cancellation's answer, by the providers' ledgers,
    that had not been handed off before it; and all messages. What welcomes a client hangs on no
    booking; one that was only moved has its messages once it is ``over``.
    """
    came = defaultdict(list)
    for row in (*stage.twilio.seen("message"), *stage.smtp.seen("mail")):
        came[row["to"]].append(row["seen"])
    handed = defaultdict(list)
    for contact, at, one_off in attempts:
        handed[contact].append((at.timestamp(), one_off is not None))
    late = []
    for person, one in booked.items():
        until = over if one.stands_as else float("inf")
        for contact in (phone_of(person), email_of(person)):
            after = sum(one.ended < at < until for at in came[contact])
            wrong = sum(
                one.ended < at < until and not is_welcome for at, is_welcome in handed[contact]
            )
            before = sum(at <= one.ended or is_welcome for at, is_welcome in handed[contact])
            if after > before or (after > 0 and wrong > 0):
                late.append(f"{contact}: ended {one.ended}, came {came[contact]}, handed off {handed[contact]}")  # fmt: skip
    return late, sum(at < over for times in came.values() for at in times)
