"""The API holds what its own document says, whatever it is sent: schemathesis finds nothing."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import tests.conftest  # noqa: F401 (it has to come before what it imports itself)
from reminders.app import App, build
from reminders.enrolment import clinics
from reminders.intake import bookings
from reminders.intake.booking_rows import Booking
from reminders.rehearsal.simulation import SetClock
from reminders.rules.keywords import Kind
from reminders.rules.roles import Role
from reminders.rules.skin_answers import Said
from reminders.settings import Settings
from reminders.staff import api_keys
from reminders.store.database import writing
from reminders.store.tables import Reply, SkinAnswer
from reminders.web.api import caller
from tests.proofs.plan import Plan
from tests.proofs.stage import KINDS, Stage, Theatre
from tests.proofs.verdict import Verdict, timed
from tests.support.browser import serving
from tests.support.samples import CLINIC

MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
CONFIG = """
[parameters]
"path.client" = 1
"path.reply" = 1
"path.question" = 1
"path.message" = 1
"path.skin_answer" = 1
[checks.positive_data_acceptance]
# A number that is no phone's, or a day that is none: no schema says so.
expected-statuses = ["2xx", "401", "403", "404", "409", "422", "429"]
"""


def run(theatre: Theatre, plan: Plan) -> Iterator[Verdict]:
    """Send each operation its examples, its edges, what it must refuse, and sequences of them all."""
    for kind in ("sqlite",) if plan.quick else KINDS:
        verdict = Verdict("api", kind, "both", plan.seed, what="schemathesis, every check")
        with timed(verdict):
            _explore(theatre.stage(kind), plan, verdict)
        yield verdict


def _explore(stage: Stage, plan: Plan, verdict: Verdict) -> None:
    app = build(Settings(database_url=stage.url, outbox_dir=stage.folder), SetClock(MONDAY))
    token = _filled(app)
    config = stage.folder / "schemathesis.toml"
    config.write_text(CONFIG, "utf-8")
    limits = patch.multiple(caller, PER_MINUTE=10**9, WRONG_KEYS=10**6)
    with limits, socket.create_server(("127.0.0.1", 0)) as door, serving(app, door):
        done = subprocess.run(
            [
                Path(sys.executable).with_name("schemathesis"), "--config-file", config,
                "run", f"http://127.0.0.1:{door.getsockname()[1]}/api/v1/openapi.json",
                "-H", f"Authorization: Bearer {token}", "-n", str(plan.times(100, 5)),
                "--seed", str(plan.seed), "--suppress-health-check", "too_slow",
                "--continue-on-failure", "--no-color",
            ],
            cwd=stage.folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
    app.close()
    found = re.search(r"(\d+) generated", done.stdout)
    verdict.number = int(found[1]) if found else 0
    verdict.faults += re.findall(r"^- (ST\d+ .*)$", done.stdout, re.MULTILINE)
    verdict.details += re.findall(r"^ +curl .*$", done.stdout, re.MULTILINE)
    if done.returncode and not verdict.faults:
        verdict.faults.append(
            f"ended with {done.returncode}: {done.stdout[-600:]}{done.stderr[-200:]}"
        )


def _filled(app: App) -> str:
    """Give a clinic a row of every kind, and return a key to it."""
    with writing(app.engine) as session:
        clinic = clinics.add(session, CLINIC, MONDAY, live=True)
        ana = {"first_name": "Ana", "phone": "07700 900101", "client_id": "c-77"}
        for number, service in enumerate(("Microneedling", "Collagen treatment")):
            booking = Booking("cliniko", f"b-{number}", service, "2026-03-12T14:30", **ana)
            bookings.take_in(session, app.library, clinic, booking, MONDAY)
        session.add(
            Reply(
                provider_id="SM1", clinic_id=clinic.id, client_id=1, contact="+447700900101",
                body="?", kind=Kind.REPLY, received_at=MONDAY,
            )
        )  # fmt: skip
        session.flush()
        at: dict[str, Any] = {"answered_at": MONDAY, "changed_at": MONDAY, "worried_at": MONDAY}
        session.add(SkinAnswer(clinic_id=clinic.id, client_id=1, treatment_id=1, moment="day-1", said=Said.WORRIED, **at))  # fmt: skip
        return api_keys.create(session, clinic, "proof", Role.OWNER, "proof", MONDAY)[1]
