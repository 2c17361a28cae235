"""A PostgreSQL whose disk is full, again and again, under load: what cannot be written is not sent."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from os import WNOHANG, waitpid
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from tests.proofs.load import Load, conclude, load
from tests.proofs.plan import Plan
from tests.proofs.stage import Theatre
from tests.proofs.verdict import Verdict

BACKLOG, QUICK_BACKLOG = 2_000, 400
MEGABYTES = 192
ABSENT = "left out: making a small disk takes root"


def run(theatre: Theatre, plan: Plan) -> Iterator[Verdict]:
    """Fill the disk under the tables a hundred times while a worker is busy."""
    with small_disk(theatre.folder / "small") as disk:
        if disk is None:
            yield Verdict("full", "postgresql", "-", plan.seed, what=ABSENT)
            return
        began, times = time.monotonic(), plan.times(100, 2)
        with load(theatre.stage_on(disk), plan) as loaded:
            loaded.start("worker")
            refused = 0
            for _ in range(times):
                loaded.pour(QUICK_BACKLOG if plan.quick else BACKLOG)
                refused += _fill_for_a_while(loaded, disk / "ballast")
            gone = sum(waitpid(pid, WNOHANG)[0] != 0 for pid in loaded.workers)
            for verdict in conclude(loaded, "full", plan, f"disk full {times} times", began):
                verdict.faults += ["the worker died of it"] * gone
                verdict.faults += ["there was room all the time"] * (refused < times)
                yield verdict


GROW = "CREATE TEMPORARY TABLE more AS SELECT repeat('x', 99) FROM generate_series(1, 99999)"


def _fill_for_a_while(loaded: Load, ballast: Path) -> bool:
    """Leave no room for a while, and say whether the database noticed."""
    loaded.pause(0.05, 0.4)
    with suppress(OSError), ballast.open("wb") as file:
        while True:
            file.write(bytes(1 << 20))
    loaded.pause(0.2, 0.8)
    try:
        with loaded.engine.connect() as connection:
            connection.execute(text(GROW))
    except OperationalError:
        return True
    finally:
        ballast.unlink()
    return False


@contextmanager
def small_disk(folder: Path) -> Iterator[Path | None]:
    """Mount a disk in memory that whoever owns the parent may write to; None where we may not."""
    folder.mkdir()
    size = f"size={MEGABYTES}m,mode=777"
    mount = ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)]
    if (
        shutil.which("mount") is None
        or subprocess.run(mount, capture_output=True, check=False).returncode
    ):
        yield None
        return
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
