"""Clients' taps of how their skin is, while whoever takes them is killed at random moments."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from reminders.app import App, build
from reminders.enrolment import clinics, treatments
from reminders.store.database import writing
from tests.conftest import MONDAY, ana
from tests.proofs import cast, children
from tests.proofs.plan import Plan
from tests.proofs.stage import KINDS, Stage, Theatre
from tests.proofs.verdict import Verdict, timed
from tests.support.tapping import kept, taps

ROSEWOOD = cast.CLINIC | {"name": "Rosewood Skin", "time_zone": "Europe/London"}

LIFE = (0.0, 0.3)
"""Seconds from the first tap to a death; one in four dies that long after its birth."""

EARLY, LATEST = 0.25, 10.0


def run(theatre: Theatre, plan: Plan) -> Iterator[Verdict]:
    """Kill whoever takes taps two hundred times on each database: none that was accepted is lost, and
    each worry alerts the clinic once.
    """
    for kind in KINDS:
        verdict = Verdict("taps", kind, "page", plan.seed)
        with timed(verdict):
            _prove(theatre.stage(kind), plan, verdict)
        yield verdict


def _prove(stage: Stage, plan: Plan, verdict: Verdict) -> None:
    app, times = build(stage.settings), plan.times(200, 8)
    _enrol(app)
    accepted = [next(taps(app))]  # what every tap needs is read once, before the forks
    for _ in range(times):
        early = plan.random.random() < EARLY
        seconds = plan.random.uniform(*LIFE)
        accepted += _until_killed(app, stage, len(accepted) + 1, seconds, early=early)
    found, worries, alerted = kept(app)
    app.engine.dispose()
    verdict.number = len(accepted)
    verdict.lost = len(set(accepted) - found)
    verdict.doubled = len(alerted) - len(set(alerted))
    verdict.marked = len(found - set(accepted))
    verdict.what = f"{times} deaths, {len(worries)} worries alerted once"
    verdict.faults += ["worries and alerts differ"] * (set(alerted) != set(worries))
    verdict.faults += ["more was kept than was tapped"] * (verdict.marked > times)
    verdict.faults += ["hardly anything was tapped"] * (2 * len(accepted) < times)


def _enrol(app: App) -> None:
    with writing(app.engine) as session:
        clinic = clinics.add(session, ROSEWOOD, MONDAY, live=True)
        treatments.enrol(session, app.library, clinic, [ana(MONDAY.date())], MONDAY)


def _until_killed(app: App, stage: Stage, first: int, seconds: float, *, early: bool) -> list[str]:
    """Let a process take taps from a day on, kill it, and return those that it said it accepted."""
    app.engine.dispose()
    told = stage.folder / "told"
    told.write_text("")
    pid = children.fork(partial(_take, app, first, told), stage.folder / "log")
    began = time.monotonic()
    while not early and not told.stat().st_size and time.monotonic() - began < LATEST:
        time.sleep(0.001)
    time.sleep(seconds)
    children.kill(pid)
    return [line for line in told.read_text().splitlines(keepends=True) if line.endswith("\n")]


def _take(app: App, first: int, told: Path) -> None:
    file = os.open(told, os.O_WRONLY)
    for accepted in taps(app, first):
        os.write(file, accepted.encode())
