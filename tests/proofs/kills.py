"""A busy worker killed at random moments, again and again, and started anew at once."""

from __future__ import annotations

import time
from collections.abc import Iterator

from tests.proofs.load import Load, conclude, load
from tests.proofs.plan import Plan
from tests.proofs.stage import KINDS, Stage, Theatre
from tests.proofs.verdict import Verdict

BACKLOG = 120


def run(theatre: Theatre, plan: Plan) -> Iterator[Verdict]:
    """Kill a worker two thousand times on each database."""
    for kind in KINDS:
        yield from _prove(theatre.stage(kind), plan)


def _prove(stage: Stage, plan: Plan) -> Iterator[Verdict]:
    began, times = time.monotonic(), plan.times(2_000, 15)
    with load(stage, plan) as loaded:
        for number in range(times):
            if number % 10 == 0:
                loaded.pour(BACKLOG)
            _live_and_die(loaded)
        yield from conclude(loaded, "kills", plan, f"{times:,} kills", began)


def _live_and_die(loaded: Load) -> None:
    pid = loaded.start("worker")
    loaded.pause(0.02, 0.15)
    loaded.end(pid)
