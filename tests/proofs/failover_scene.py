"""A stage on two servers of which one copies the other, under a load that no failover lets run dry."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from sqlalchemy import text

from reminders.app import build
from reminders.inbox.replies import InboundText
from reminders.rules.terms import Channel
from reminders.store.database import open_engine
from reminders.store.queries.table_statistics import refresh_statistics
from tests.proofs import cast
from tests.proofs.courier import Ahead, patience
from tests.proofs.load import Load, load
from tests.proofs.plan import Plan
from tests.proofs.stage import Theatre
from tests.proofs.tally import Tally
from tests.proofs.verdict import Verdict
from tests.support.servers import Server, Servers, servers

PER_SECOND = 40
"""Messages of each channel that are due in a second."""

AT_ONCE = (2, 10, PER_SECOND)
"""How many of them are due in the same moment."""

STOPS = 4
"""Clients who text STOP in the lost seconds of each failover."""

PATIENT = patience(6, 5, 6, 7, 8)
"""On a machine that is shared a message may need seconds from its handoff to its first byte."""

AT_MOST = 200.0
"""Seconds in which a failover must have been settled, and then all have left that was due: what
could not leave in time waits for a minute.
"""

LOOK = 0.2
"""Seconds between two looks whether that is so."""

SETTLED = """
    SELECT NOT EXISTS (SELECT FROM setting WHERE key = 'held') AND EXISTS (
        SELECT FROM setting WHERE key = 'history' AND lpad(to_hex(CAST(CAST(value AS json)
            ->> 'timeline' AS integer)), 8, '0') = lower(left(pg_walfile_name(pg_current_wal_insert_lsn()), 8)))
"""
IS_OPEN = (
    "SELECT 1 FROM reminder WHERE id >= {} AND status IN ('planned', 'claimed', 'handoff') LIMIT 1"
)
DUE = text(
    "UPDATE reminder SET due_at = at, scheduled_at = at FROM (SELECT id AS of, now() +"
    " make_interval(secs => :later + (id - :first) / :together * CAST(:gap AS double precision)) AS at"
    " FROM reminder WHERE id BETWEEN :first AND :last) AS one WHERE id = of"
)
"""What a hold has put off is due again when it was scheduled."""

PHONE = text("SELECT c.phone FROM client c JOIN reminder r ON r.client_id = c.id WHERE r.id = :id")
SHUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'proof' AND pid <> pg_backend_pid()"
IS_HELD = "SELECT 1 FROM setting WHERE key = 'held'"


@dataclass
class Scene:
    """A load on a database that fails over, and whom nothing may be sent any more."""

    pair: Servers
    loaded: Load
    plan: Plan
    tally: Tally
    stopped: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    poured: int = 0

    def pour(self, seconds: float) -> None:
        """Let messages be due over the next seconds."""
        together, many = self.plan.random.choice(AT_ONCE), int(PER_SECOND * seconds)
        for channel in Channel:
            ids = cast.add_clients(self.loaded.engine, 1, channel, many, cast.LATER)
            self.let_due(ids, together)
        refresh_statistics(self.loaded.engine)  # as PostgreSQL does by itself
        self.poured = many * len(Channel)

    def judge(self, verdict: Verdict, first: int) -> None:
        """Judge what was poured last, from this number on."""
        self.tally.judge(verdict, self.loaded.engine, first, self.stopped)
        gone = self.poured - verdict.number
        verdict.faults += [*self.faults, *[f"{gone} reminders are not there"] * bool(gone)]

    def let_due(self, ids: list[int], together: int = 1, later: float = 0) -> None:
        """Let these be due from now on, some at a time."""
        given = {"first": ids[0], "last": ids[-1], "together": together, "later": later}
        with self.loaded.engine.begin() as connection:
            connection.execute(DUE, given | {"gap": together / PER_SECOND})

    def add_quiet(self) -> list[int]:
        """Add texts for later to clients who are about to stop."""
        return cast.add_clients(self.loaded.engine, 1, Channel.SMS, STOPS, cast.LATER)

    def stop(self, reminders: list[int]) -> None:
        """Let these clients text STOP, which is answered by the server there is."""
        app, stage = self.loaded.app, self.loaded.stage
        with self.loaded.engine.connect() as connection:
            numbers = [connection.scalar(PHONE, {"id": one}) for one in reminders]
        for number in numbers:
            sid = stage.hear(number, "STOP")
            app.inbound_texts.receive(InboundText(sid, number, "STOP"))
            self.stopped.add(number)

    def forget_connections(self) -> None:
        """Let go of connections to a server that is no more."""
        self.loaded.engine.dispose()
        self.loaded.app.engine.dispose()

    def copy_and_part(self) -> None:
        """Wait until the copy has what was poured, and let it hear nothing more."""
        self.pair.catch_up()
        self.pair.standby.hear_nothing()

    def fail_over(self) -> Server:
        """Let the primary die and the copy take over, and return who is dead."""
        dead = self.pair.fail_over()
        self.forget_connections()
        return dead

    def replace_workers(self, many: int) -> None:
        """Replace so many workers by others, who know nothing of what was."""
        for pid in list(self.loaded.workers)[:many]:
            name = self.loaded.workers[pid]
            self.loaded.end(pid)
            self.loaded.start_watchful(name)

    def tell_workers(self, number: signal.Signals) -> None:
        """Stop all workers where they stand, or let them go on."""
        for pid in self.loaded.workers:
            os.kill(pid, number)

    def wait_settled(self) -> None:
        """Wait until the database stands on its new timeline and is held no more."""
        self._wait(lambda: self.pair.primary.sql(SETTLED, "proof") == [(True,)], "not settled")

    def wait_drained(self, first: int) -> None:
        """Wait until nothing from this number on may still leave."""
        query = IS_OPEN.format(first)
        self._wait(lambda: not self.pair.primary.sql(query, "proof"), "something is still to leave")

    def _wait(self, reached: Callable[[], bool], fault: str) -> None:
        until = time.monotonic() + AT_MOST
        while not (self.faults or reached()):
            if time.monotonic() > until:
                self.faults.append(f"after {AT_MOST:.0f} s: {fault}")
                return
            time.sleep(LOOK)

    def come_back(self, dead: Server) -> None:
        """Start the old primary, and let the workers meet it; then lead them back."""
        dead.start()
        self.pair.lead_back(dead)
        self.pair.primary.sql(SHUT)
        time.sleep(2)
        if not dead.sql(IS_HELD, "proof"):
            self.faults.append("nobody noticed that the older server answers")
        self.pair.lead_back(self.pair.primary)
        self.forget_connections()

    def fork(self, seconds: float) -> None:
        """Restore a fork beside the original, which goes on sending, and let a worker of its own
        loose on it.
        """
        fork = self.pair.fork()
        time.sleep(seconds)
        stage = replace(self.loaded.stage, url=fork.url("proof"))
        app, engine = build(stage.settings, Ahead()), open_engine(stage.url)
        beside = Load(stage, app, engine, self.plan.random, PATIENT)
        pid = beside.start_watchful("beside")
        time.sleep(3)
        beside.end(pid)
        if not fork.sql(IS_HELD, "proof"):
            self.faults.append("a fork sends beside the original")
        self.pair.drop(fork)


@contextmanager
def scene(theatre: Theatre, plan: Plan, *, hold_emails: bool) -> Iterator[Scene]:
    """Open two servers and a load of two workers on them."""
    with servers() as pair:
        pair.primary.sql("CREATE DATABASE proof")
        stage = theatre.stage_at(pair.url("proof"))
        if hold_emails:
            stage = replace(stage, email_in_doubt="hold")
        with load(stage, plan, PATIENT) as loaded:
            assert loaded.app.hold(PATIENT) is None
            loaded.app.engine.dispose()
            for number in range(2):
                loaded.start_watchful(f"worker {number}")
            tally = Tally(stage)
            for channel in Channel:
                tally.read_on(channel)
            yield Scene(pair, loaded, plan, tally)
