"""A stage under load: a stream of due reminders of both channels, and workers that carry them."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from random import Random

from sqlalchemy import Engine

from reminders.app import App
from reminders.rules.reconciliation import Patience
from reminders.rules.terms import Channel
from reminders.store.database import open_engine
from tests.proofs import cast, children
from tests.proofs.courier import BRIEF, carry, recover, warm_app
from tests.proofs.plan import Plan
from tests.proofs.stage import Stage
from tests.proofs.verdict import Verdict, astray, facts_of, judge

WAITING = "SELECT count(*) FROM reminder WHERE status = 'planned' AND attempts = 0"
UNTIL_ANSWERED = 0.5
"""Seconds in which a double has surely written down what it was sent."""


@dataclass
class Load:
    """Workers at work on a stream of reminders that does not run dry."""

    stage: Stage
    app: App
    engine: Engine
    random: Random
    patience: Patience
    clinics: tuple[int, ...] = (1,)
    workers: dict[int, str] = field(default_factory=dict)
    ends: Counter[int] = field(default_factory=Counter)

    def pour(self, backlog: int) -> None:
        """See that at least so many wait, half of them texts."""
        if facts_of(self.engine, WAITING) < backlog:
            share = backlog // len(self.clinics)
            for channel, clinic in product(Channel, self.clinics):
                cast.add_clients(self.engine, clinic, channel, share)

    def start(self, name: str) -> int:
        """Start a worker."""
        what = partial(carry, self.app, name, self.patience)
        pid = children.fork(what, self.stage.folder / "log")
        self.workers[pid] = name
        return pid

    def start_watchful(self, name: str) -> int:
        """Start a worker that asks at each pass whether the database may send at all, and knows
        nothing yet of where it stood.
        """
        what = partial(carry, self.app, name, self.patience, watchful=True)
        pid = children.fork(what, self.stage.folder / "log")
        self.workers[pid] = name
        return pid

    def end(self, pid: int) -> None:
        """Kill a worker where it stands."""
        del self.workers[pid]
        children.kill(pid)

    def pause(self, least: float, most: float) -> None:
        """Let things happen for a random while."""
        time.sleep(self.random.uniform(least, most))


@contextmanager
def load(stage: Stage, plan: Plan, patience: Patience = BRIEF) -> Iterator[Load]:
    """Set up a load, and end whoever is still at work afterwards."""
    app = warm_app(stage)
    clinics = (1, cast.add_second_clinic(app.engine, app.sealing))
    app.engine.dispose()
    loaded = Load(stage, app, open_engine(stage.url), plan.random, patience, clinics)
    try:
        yield loaded
    finally:
        for pid in list(loaded.workers):
            loaded.end(pid)
        loaded.engine.dispose()


def conclude(
    loaded: Load,
    proof: str,
    plan: Plan,
    what: str,
    began: float,
    stopped: Collection[str] = (),
) -> Iterator[Verdict]:
    """Settle what was left behind, and judge both channels by the ledgers."""
    for pid in list(loaded.workers):
        loaded.end(pid)
    time.sleep(UNTIL_ANSWERED)
    recover(loaded.stage)
    for channel in Channel:
        verdict = Verdict(proof, loaded.stage.kind, channel.value, plan.seed, what=what)
        judge(verdict, loaded.stage, loaded.engine, channel, stopped)
        if channel is Channel.SMS:
            verdict.faults += astray(loaded.stage, loaded.engine)
        verdict.faults += children.failures(loaded.ends, loaded.stage.folder / "log")
        verdict.seconds = time.monotonic() - began
        yield verdict
