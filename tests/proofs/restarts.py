"""PostgreSQL killed under load and started again, again and again."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from tests.proofs.load import Load, conclude, load
from tests.proofs.plan import Plan
from tests.proofs.stage import Stage, Theatre
from tests.proofs.verdict import Verdict

BACKLOG = 300
WORKERS = 2
PATIENCE = 20
"""Tries before the server counts as gone."""


def run(theatre: Theatre, plan: Plan) -> Iterator[Verdict]:
    """Kill the server a hundred times: one of its own, whatever is shared."""
    yield from prove(replace(theatre, cluster=None).stage("postgresql"), plan)


def prove(stage: Stage, plan: Plan) -> Iterator[Verdict]:
    """Kill the server again and again."""
    began, times = time.monotonic(), plan.times(100, 3)
    with load(stage, plan) as loaded:
        for number in range(WORKERS):
            loaded.start(f"worker {number}")
        for _ in range(times):
            _pour(loaded)
            loaded.pause(0.1, 0.5)
            restart(stage.postgres)
        time.sleep(1)
        died = sum(os.waitpid(pid, os.WNOHANG)[0] != 0 for pid in loaded.workers)
        for verdict in conclude(loaded, "restarts", plan, f"{times} restarts", began):
            verdict.faults += ["a worker died of it"] * died
            yield verdict


def _pour(loaded: Load) -> None:
    """Pour, again where a connection had died with the server before, or a pooler still says so."""
    for _ in range(PATIENCE):
        try:
            return loaded.pour(BACKLOG)
        except SQLAlchemyError:
            time.sleep(0.5)
    return loaded.pour(BACKLOG)


def restart(server: Any) -> None:
    """Stop the server as a crash would, and start it again."""
    found = server.get_postmaster_info().process
    os.kill(found.pid, signal.SIGQUIT)  # "immediate": nothing is written down
    found.wait(10)
    for _ in range(5):
        try:
            server.ensure_postgres_running()
        except (
            subprocess.SubprocessError,
            AssertionError,
        ):  # its memory is not free yet, or it recovers
            time.sleep(0.5)
        else:
            return
    raise TimeoutError("PostgreSQL did not come back")
