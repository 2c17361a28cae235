"""Run the proofs: ``python -m tests.proofs [names…] [--quick] [--seed N] [--count N]``."""

from __future__ import annotations

import argparse
import gc
import json
import logging
import os
import platform
import secrets
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import TextIO

from rich.console import Console

from reminders.logs import log_to
from tests.proofs.plan import Plan
from tests.proofs.stage import Theatre, theatre
from tests.proofs.verdict import Verdict

NAMES = ("api", "bookings", "bytecodes", "syscalls", "kills", "restarts", "failover", "pooler", "disk", "full", "lists", "locked", "stops", "taps", "terms", "twilio", "versions", "world", "mutants")  # fmt: skip
HEAD = f"{'proof':<10}{'database':<12}{'channel':<8}{'N':>7}{'lost':>6}{'doubled':>9}{'marked':>8}{'seconds':>9}  what"


def line(verdict: Verdict) -> str:
    """Write one line of the table."""
    v = verdict
    told = "; ".join([v.what, *(f"BROKEN: {fault}" for fault in v.faults)])
    return f"{v.proof:<10}{v.database:<12}{v.channel:<8}{v.number:>7,}{v.lost:>6}{v.doubled:>9}{v.marked:>8}{v.seconds:>9.1f}  {told}"


def prove(names: Iterable[str], plan: Plan, console: Console) -> bool:
    """Run proofs one after the other, and say whether every promise was kept."""
    kept = True
    console.print(HEAD, markup=False, highlight=False)
    for name in names:
        run: Callable[[Theatre, Plan], Iterable[Verdict]] = import_module(
            f"tests.proofs.{name}"
        ).run
        with theatre(plan.cluster) as stages, (stages.folder / "log").open("a+") as told:
            log_to(told, "error")
            for verdict in run(stages, plan):
                console.print(line(verdict), markup=False, highlight=False)
                for detail in () if plan.quick and verdict.kept else verdict.details:
                    console.print(f"  {detail}", markup=False, highlight=False)
                kept = kept and verdict.kept
            if not kept:
                told.seek(0)
                console.print(*faults(told), sep="\n", markup=False, highlight=False)
    return kept


def faults(told: TextIO) -> list[str]:
    """Tell what the house logged, the most frequent first."""
    found: Counter[str] = Counter()
    for entry in map(json.loads, told):
        found[f"{entry['event']} {entry.get('error', '')} {entry.get('where', [''])[-1]}"] += 1
    return [f"  logged {number} times: {event}" for event, number in found.most_common(6)]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.proofs", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*NAMES, []], help="which to run; all if none")
    parser.add_argument(
        "--quick", action="store_true", help="few of everything, to see that it holds"
    )
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument("--count", type=int, help="how often, instead of the usual number")
    parser.add_argument("--cluster", type=Path, help="folder of a PostgreSQL cluster to share")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    logging.getLogger("aiohttp").setLevel(logging.CRITICAL)
    gc.freeze()
    console = Console(width=200)
    console.print(
        f"{platform.python_version()}, {os.cpu_count()} cores, seed {given.seed}", highlight=False
    )
    plan = Plan(given.seed, given.quick, given.count, given.cluster)
    sys.exit(0 if prove(given.names or NAMES, plan, console) else 1)


if __name__ == "__main__":
    main()
