"""A database that somebody else keeps locked: the workers wait, fail a pass, and go on."""

from __future__ import annotations

import time
from collections.abc import Iterator
from os import WNOHANG, waitpid

from sqlalchemy import Connection

from tests.proofs.load import Load, conclude, load
from tests.proofs.plan import Plan
from tests.proofs.stage import KINDS, Stage, Theatre
from tests.proofs.verdict import Verdict

BACKLOG = 300
LOCKS = {"sqlite": None, "postgresql": "LOCK TABLE reminder IN ACCESS EXCLUSIVE MODE"}
"""How each database is locked; SQLite is by any transaction of ours that may write."""


def run(theatre: Theatre, plan: Plan) -> Iterator[Verdict]:
    """Lock each database for a minute under load."""
    for kind in KINDS:
        yield from _prove(theatre.stage(kind), plan)


def _prove(stage: Stage, plan: Plan) -> Iterator[Verdict]:
    began, seconds = time.monotonic(), plan.times(60, 3)
    with load(stage, plan) as loaded:
        loaded.pour(BACKLOG)
        loaded.start("worker")
        time.sleep(0.3)
        _lock(loaded, seconds)
        time.sleep(0.5)
        gone = sum(waitpid(pid, WNOHANG)[0] != 0 for pid in loaded.workers)
        for verdict in conclude(loaded, "locked", plan, f"locked for {seconds} s", began):
            verdict.faults += ["the worker died of it"] * gone
            yield verdict


def _lock(loaded: Load, seconds: float) -> None:
    with loaded.engine.connect() as connection, connection.begin():
        _take(connection, LOCKS[loaded.stage.kind])
        time.sleep(seconds)


def _take(connection: Connection, statement: str | None) -> None:
    if statement:
        connection.exec_driver_sql(statement)
