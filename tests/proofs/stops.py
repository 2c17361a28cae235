"""One of eight workers stopped for longer than its lease, while the others take over; then it wakes."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator

from tests.proofs.courier import patience
from tests.proofs.load import Load, conclude, load
from tests.proofs.plan import Plan
from tests.proofs.stage import Stage, Theatre
from tests.proofs.verdict import Verdict

WORKERS = 8
BACKLOG = 150
HASTY = patience(1.2, 1, 1.5, 1.7, 1.9)
"""A sleeper's claims lapse, and its handoffs are judged, before it wakes."""


def run(theatre: Theatre, plan: Plan) -> Iterator[Verdict]:
    """Stop a worker five hundred times; only PostgreSQL is worked by many."""
    yield from _prove(theatre.stage("postgresql"), plan)


def _prove(stage: Stage, plan: Plan) -> Iterator[Verdict]:
    began, times = time.monotonic(), plan.times(500, 2)
    with load(stage, plan, HASTY) as loaded:
        sleepers = [loaded.start(f"worker {number}") for number in range(WORKERS)]
        for _ in range(times):
            loaded.pour(BACKLOG)
            _let_sleep(loaded, loaded.random.choice(sleepers))
        yield from conclude(loaded, "stops", plan, f"{times} stops of 1 of {WORKERS}", began)


def _let_sleep(loaded: Load, pid: int) -> None:
    loaded.pause(0.01, 0.1)
    os.kill(pid, signal.SIGSTOP)
    loaded.pause(2.2, 2.8)
    os.kill(pid, signal.SIGCONT)
