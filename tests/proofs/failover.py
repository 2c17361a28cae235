"""PostgreSQL failing over to a copy that lags, again and again under load; a fork beside the
original; and the old primary that comes back.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial

from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from reminders.app import build
from reminders.inbox.replies import InboundText
from reminders.rules.terms import Channel
from reminders.store.database import open_engine
from tests.proofs import cast
from tests.proofs.courier import Ahead, patience
from tests.proofs.load import WAITING, Load, conclude, load
from tests.proofs.plan import Plan
from tests.proofs.stage import Theatre
from tests.proofs.verdict import Verdict, copies_of, facts_of
from tests.support.servers import Server, Servers, servers

PER_SECOND = 40
"""Messages of each channel: what leaves while the copy hears nothing stays countable."""

LAG = 60.0
"""Seconds at most that a copy lags behind; most lag less."""

STOPS = 2
"""Clients who text STOP in the lost seconds of each failover."""

PATIENT = patience(2, 1, 2, 3, 4)
SETTLED = (
    "SELECT count(*) FROM setting WHERE key = 'history'"
    " AND CAST(CAST(value AS json) ->> 'timeline' AS integer) = :timeline"
    " AND NOT EXISTS (SELECT FROM setting WHERE key = 'held')"
)
DUE = "UPDATE reminder SET due_at = now() WHERE id = ANY(:ids)"
SHUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'proof' AND pid <> pg_backend_pid()"
AT_MOST, QUICK_AT_MOST = 120.0, 30.0
"""Seconds in which a failover must have been settled."""


def run(theatre: Theatre, plan: Plan) -> Iterator[Verdict]:
    """Let the primary die two hundred times; then a fork, and an old primary, beside the one there
    is.
    """
    times = plan.times(200, 2)
    with _scene(theatre, plan) as scene:
        for number in range(times):
            scene.fail_over(number + 1)
        slowest = max(scene.holds)
        usual = sorted(scene.holds)[len(scene.holds) // 2]
        what = f"{times} failovers, lag up to {scene.longest:.0f} s, {len(scene.stopped)} stops in it, held {usual:.1f} s, at most {slowest:.1f} s"
        yield from scene.conclude(what)
    with _scene(theatre, plan) as scene:
        for _ in range(plan.times(20, 1)):
            scene.fork()
        yield from scene.conclude("forks beside the original, started like it")
    with _scene(theatre, plan) as scene:
        for number in range(plan.times(20, 1)):
            scene.fail_over(number + 1, comes_back=True)
        yield from scene.conclude("old primaries that came back")


@dataclass
class Scene:
    """A load on a database that fails over, and whom nothing may be sent any more."""

    pair: Servers
    loaded: Load
    plan: Plan
    began: float = field(default_factory=time.monotonic)
    stopped: set[str] = field(default_factory=set)
    holds: list[float] = field(default_factory=list)
    longest: float = 0.0
    faults: list[str] = field(default_factory=list)

    def conclude(self, what: str) -> Iterator[Verdict]:
        """Let what waits leave as fast as it can, before the clock is set ahead, and judge."""
        self.loaded.stage = replace(self.loaded.stage, per_minute=1_000_000)
        for verdict in conclude(self.loaded, "failover", self.plan, what, self.began, self.stopped):
            if verdict.channel == Channel.SMS:
                got = copies_of(self.loaded.stage, Channel.SMS)
                texted = sum(bool(got.get(contact)) for contact in self.stopped)
                verdict.faults += [f"{texted} were texted after their STOP"] * bool(texted)
            verdict.faults += self.faults
            yield verdict

    def pour(self, lag: float) -> None:
        """Let enough wait for the time in which the copy hears nothing, and be in the copy."""
        wanted = int(PER_SECOND * (lag + 6))
        if self.again(lambda: facts_of(self.loaded.engine, WAITING)) < wanted:
            for channel in Channel:
                cast.add_clients(self.loaded.engine, 1, channel, wanted)

    def again(self, what: Callable[[], int]) -> int:
        """Ask once more where a connection had died with its server."""
        try:
            return what()
        except OperationalError:
            return what()

    def fail_over(self, number: int, *, comes_back: bool = False) -> None:
        """Let the copy lag, clients stop, the primary die, and the copy take over."""
        dice = self.plan.random
        lag = 1 + 2 * dice.random() if self.plan.quick else LAG * dice.random() ** 3
        self.longest = max(self.longest, lag)
        self.pour(lag)
        quiet = cast.add_clients(self.loaded.engine, 1, Channel.SMS, STOPS, cast.LATER)
        self.pair.copy()
        self.wait_for_copy()
        self.pair.standby.hear_nothing()
        time.sleep(lag)
        self.stop(quiet)
        dead = self.pair.fail_over()
        died = time.monotonic()
        if dice.random() < 0.3:
            self.replace_worker()
        self.wait_settled(number)
        self.holds.append(time.monotonic() - died)
        with self.loaded.engine.begin() as connection:
            connection.execute(text(DUE), {"ids": quiet})
        if comes_back:
            self.come_back(dead)
        self.pair.drop(dead)
        self.loaded.pause(0.2, 1.0)

    def stop(self, reminders: list[int]) -> None:
        """Let these clients text STOP, which is answered by the server that is about to die."""
        app, stage = self.loaded.app, self.loaded.stage
        for reminder in reminders:
            query = "SELECT c.phone FROM client c JOIN reminder r ON r.client_id = c.id WHERE r.id = :id"
            number = facts_of(self.loaded.engine, query, id=reminder)
            sid = stage.hear(number, "STOP")
            app.inbound_texts.receive(InboundText(sid, number, "STOP"))
            self.stopped.add(number)
        app.engine.dispose()

    def replace_worker(self) -> None:
        pid = next(iter(self.loaded.workers))
        name = self.loaded.workers[pid]
        self.loaded.end(pid)
        self.loaded.start_watchful(name)

    def wait_for_copy(self) -> None:
        """Wait until the copy has what was poured."""
        (position,) = self.pair.primary.sql("SELECT pg_current_wal_lsn()::text")[0]
        query = f"SELECT pg_last_wal_replay_lsn() >= '{position}'"
        while self.pair.standby.sql(query) != [(True,)]:
            time.sleep(0.02)

    def wait_settled(self, number: int) -> None:
        """Wait until the database stands on its new timeline and is held no more."""
        until = time.monotonic() + (QUICK_AT_MOST if self.plan.quick else AT_MOST)
        while time.monotonic() < until:
            settled = partial(facts_of, self.loaded.engine, SETTLED, timeline=number + 1)
            if self.again(settled):
                return
            time.sleep(0.05)
        self.faults.append(f"failover {number} was not settled")

    def come_back(self, dead: Server) -> None:
        """Start the old primary, and let the workers meet it; then lead them back."""
        dead.start()
        self.pair.lead_back(dead)
        self.pair.primary.sql(SHUT)
        self.loaded.engine.dispose()
        time.sleep(2)
        if not dead.sql("SELECT 1 FROM setting WHERE key = 'held'", "proof"):
            self.faults.append("nobody noticed that the older server answers")
        self.pair.lead_back(self.pair.primary)

    def fork(self) -> None:
        """Restore a fork beside the original, and let a worker of its own loose on it."""
        self.pour(2)
        fork = self.pair.fork()
        self.loaded.pause(0.1, 1.0)
        stage = replace(self.loaded.stage, url=fork.url("proof"))
        beside = Load(
            stage, build(stage.settings, Ahead()), open_engine(stage.url), self.plan.random, PATIENT
        )
        pid = beside.start_watchful("beside")
        time.sleep(4)
        beside.end(pid)
        beside.engine.dispose()
        if not fork.sql("SELECT 1 FROM setting WHERE key = 'held'", "proof"):
            self.faults.append("a fork sends beside the original")
        self.pair.drop(fork)


@contextmanager
def _scene(theatre: Theatre, plan: Plan) -> Iterator[Scene]:
    """Open two servers and a load of two workers on them."""
    with servers() as pair:
        pair.primary.sql("CREATE DATABASE proof")
        stage = theatre.stage_at(pair.url("proof"), PER_SECOND * 60)
        with load(stage, plan, PATIENT) as loaded:
            assert loaded.app.hold(PATIENT) is None
            loaded.app.engine.dispose()
            for number in range(2):
                loaded.start_watchful(f"worker {number}")
            yield Scene(pair, loaded, plan)
