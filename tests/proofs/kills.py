"""A busy worker killed at random moments, again and again, and started anew at once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

from reminders.rules.terms import Channel
from tests.proofs.load import Load, conclude, load
from tests.proofs.plan import Plan
from tests.proofs.stage import KINDS, Stage, Theatre
from tests.proofs.verdict import Verdict, copies_of, facts_of

BACKLOG, QUICK_BACKLOG = 1_000, 600
"""More than a worker claims at a time, so that the next one finds something to do."""

SLOWEST_START = 20.0

REMEASURE_EVERY = 10
"""Lives after which a worker's time to get going is measured anew, as the machine is busy or not."""


def run(theatre: Theatre, plan: Plan) -> Iterator[Verdict]:
    """Kill a worker two thousand times on each database, and some more with emails held."""
    for kind in KINDS:
        yield from prove(theatre.stage(kind), plan)
    yield from _prove_held(replace(theatre.stage("sqlite"), email_in_doubt="hold"), plan)


def _prove_held(stage: Stage, plan: Plan) -> Iterator[Verdict]:
    """Where an email in doubt is held instead of sent once more, nobody ever gets two."""
    for verdict in prove(stage, plan, full=200):
        twice = sum(len(copies) > 1 for copies in copies_of(stage, Channel.EMAIL).values())
        verdict.faults += [f"{twice} went twice"] if twice else []
        verdict.what += ", emails in doubt held"
        yield verdict


def prove(stage: Stage, plan: Plan, full: int = 2_000) -> Iterator[Verdict]:
    """Kill a worker again and again."""
    began, times, at_work = time.monotonic(), plan.times(full, 15), 0
    backlog = QUICK_BACKLOG if plan.quick else BACKLOG
    with load(stage, plan) as loaded:
        for number in range(times):
            if number % REMEASURE_EVERY == 0:
                loaded.pour(backlog)
                awake = _time_to_first_handoff(loaded)
            at_work += _live_and_die(loaded, awake)
        what = f"{times:,} kills, {at_work:,} after a handoff"
        for verdict in conclude(loaded, "kills", plan, what, began):
            verdict.faults += ["too few were at work"] * (at_work < times / 10)
            yield verdict


LAST_HANDOFF = "SELECT max(handoff_at) FROM attempt"


def _time_to_first_handoff(loaded: Load) -> float:
    """Return how many seconds a worker takes to get going, so that deaths fall into its work."""
    before, began = facts_of(loaded.engine, LAST_HANDOFF), time.monotonic()
    pid = loaded.start("worker")
    while (
        facts_of(loaded.engine, LAST_HANDOFF) == before and time.monotonic() - began < SLOWEST_START
    ):
        time.sleep(0.005)
    loaded.end(pid)
    return time.monotonic() - began


def _live_and_die(loaded: Load, awake: float) -> bool:
    """Kill a worker at a random moment, and say whether it had handed anything off by then."""
    before = facts_of(loaded.engine, LAST_HANDOFF)
    pid = loaded.start("worker")
    loaded.pause(awake * 0.6, awake * 1.5)
    loaded.end(pid)
    return bool(facts_of(loaded.engine, LAST_HANDOFF) != before)
