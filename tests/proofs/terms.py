"""A busy worker told to stop at random moments: it ends in good order and leaves nothing claimed."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from functools import partial
from os import kill

from reminders import worker
from tests.proofs import children
from tests.proofs.load import Load, conclude, load
from tests.proofs.plan import Plan
from tests.proofs.stage import KINDS, Stage, Theatre
from tests.proofs.verdict import Verdict, facts_of

BACKLOG = 80
AT_MOST = 20.0
"""Seconds a platform waits before it kills."""

HELD = "SELECT count(*) FROM reminder WHERE status = 'claimed'"


def run(theatre: Theatre, plan: Plan) -> Iterator[Verdict]:
    """Tell the real worker to stop three hundred times on each database."""
    for kind in KINDS:
        yield from prove(theatre.stage(kind), plan)


def prove(stage: Stage, plan: Plan) -> Iterator[Verdict]:
    """Tell a worker to stop again and again."""
    began, times, slowest, held = time.monotonic(), plan.times(300, 4), 0.0, 0
    with load(stage, plan) as loaded:
        for _ in range(times):
            loaded.pour(BACKLOG)
            slowest = max(slowest, _stop_one(loaded))
            held += facts_of(loaded.engine, HELD)
        what = f"{times} SIGTERMs, {held} left claimed, slowest stop {slowest:.2f} s"
        for verdict in conclude(loaded, "terms", plan, what, began):
            if held or slowest > AT_MOST or set(loaded.ends) != {0}:
                verdict.faults.append(f"not in good order: {dict(loaded.ends)}")
            yield verdict


def _stop_one(loaded: Load) -> float:
    """Start a worker, stop it politely, and return how many seconds that took."""
    pid = children.fork(partial(worker.work, loaded.app), loaded.stage.folder / "log")
    while not children.catches(pid, signal.SIGTERM):
        time.sleep(0.001)
    loaded.pause(0, 0.4)
    told = time.monotonic()
    kill(pid, signal.SIGTERM)
    loaded.ends[children.wait(pid, 2 * AT_MOST)] += 1
    return time.monotonic() - told
