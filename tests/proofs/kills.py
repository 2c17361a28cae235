"""A busy worker killed at random moments, again and again, and started anew at once."""

from __future__ import annotations

import time
from collections.abc import Iterator

from tests.proofs.load import Load, conclude, load
from tests.proofs.plan import Plan
from tests.proofs.stage import KINDS, Stage, Theatre
from tests.proofs.verdict import Verdict, facts_of

BACKLOG, QUICK_BACKLOG = 1_000, 600
"""More than a worker claims at a time, so that the next one finds something to do."""

SLOWEST_START = 20.0


def run(theatre: Theatre, plan: Plan) -> Iterator[Verdict]:
    """Kill a worker two thousand times on each database."""
    for kind in KINDS:
        yield from _prove(theatre.stage(kind), plan)


def _prove(stage: Stage, plan: Plan) -> Iterator[Verdict]:
    began, times = time.monotonic(), plan.times(2_000, 15)
    backlog = QUICK_BACKLOG if plan.quick else BACKLOG
    with load(stage, plan) as loaded:
        loaded.pour(backlog)
        awake = _time_to_first_attempt(loaded)
        for number in range(times):
            if number % 10 == 0:
                loaded.pour(backlog)
            _live_and_die(loaded, awake)
        yield from conclude(loaded, "kills", plan, f"{times:,} kills", began)


ATTEMPTS = "SELECT count(*) FROM attempt"


def _time_to_first_attempt(loaded: Load) -> float:
    """Return how many seconds a worker takes to get going, so that deaths fall into its work."""
    before, began = facts_of(loaded.engine, ATTEMPTS), time.monotonic()
    pid = loaded.start("worker")
    while facts_of(loaded.engine, ATTEMPTS) == before and time.monotonic() - began < SLOWEST_START:
        time.sleep(0.005)
    loaded.end(pid)
    return time.monotonic() - began


def _live_and_die(loaded: Load, awake: float) -> None:
    pid = loaded.start("worker")
    loaded.pause(awake * 0.6, awake * 1.5)
    loaded.end(pid)
