"""Killed at every system call that leaves a mark, from the claim to the settlement, by strace."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator
from functools import partial

from reminders.app import App
from reminders.rules.terms import Channel
from tests.proofs import cast, children
from tests.proofs.courier import LONG, recover, warm_app
from tests.proofs.faults import ABSENT, STRACE, with_fault
from tests.proofs.plan import Plan
from tests.proofs.stage import KINDS, Stage, Theatre
from tests.proofs.verdict import Verdict, judge, timed

CALLS = ("fsync", "fdatasync", "pwrite64", "sendto", "sendmsg", "write", "writev", "connect")
AT_MOST = 400
"""Calls of a kind after which a delivery surely is over."""

QUICK_STRIDE = 9


def run(theatre: Theatre, plan: Plan) -> Iterator[Verdict]:
    """Kill each kind of delivery on each database at every such call."""
    if STRACE is None:
        return iter([Verdict("syscalls", "-", "-", plan.seed, what=ABSENT)])
    scenes = [(theatre.stage(kind), channel) for kind in KINDS for channel in Channel]
    return children.side_by_side(
        [partial(_prove, *scene, plan) for scene in scenes], theatre.folder
    )


def _prove(stage: Stage, channel: Channel, plan: Plan) -> Verdict:
    with timed(Verdict("syscalls", stage.kind, channel.value, plan.seed)) as verdict:
        app = warm_app(stage)
        deaths: Counter[str] = Counter()
        for call in CALLS:
            deaths[call] = _kill_at_each(
                app, stage, channel, call, QUICK_STRIDE if plan.quick else 1
            )
        recover(stage)
        judge(verdict, stage, app.engine, channel)
        verdict.what = "deaths at " + ", ".join(f"{n} {call}" for call, n in deaths.items() if n)
        if not deaths.total():
            verdict.faults.append("nobody was killed")
    return verdict


def _kill_at_each(app: App, stage: Stage, channel: Channel, call: str, stride: int) -> int:
    """Kill at the first such call, the second, and so on, until a delivery lives to its end."""
    for deaths, number in enumerate(range(1, AT_MOST, stride)):
        (reminder,) = cast.add_clients(app.engine, 1, channel, 1, cast.LATER)
        app.engine.dispose()
        delivery = partial(deliver, app, reminder)
        fault = f"{call}:signal=SIGKILL:when={number}"
        ended = with_fault(delivery, fault, stage.folder / "log")
        if ended != -signal.SIGKILL:
            return deaths
    raise TimeoutError(f"a delivery of more than {AT_MOST} times {call}")


def deliver(app: App, reminder: int) -> None:
    """Let one reminder be due and make the pass that delivers it."""
    cast.call(app.engine, reminder)
    app.dispatcher("traced", patience=LONG).run()
