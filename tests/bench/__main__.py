"""Run the measurements: ``python -m tests.bench [planning] [due] [delivery] [memory] …``."""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from reminders.startup import tune_garbage_collection, use_packaged_zones
from tests.bench import (
    booking_posts,
    delivery,
    due,
    idling,
    importing,
    memory,
    planning,
    pooled,
    simulating,
    staff_pages,
    workers,
)

PARTS: dict[str, tuple[Callable[[Console, int], None], int, int]] = {
    "planning": (planning.run, 100_000, 2_000),
    "due": (due.run, 1_000_000, 10_000),
    "delivery": (delivery.run, 10_000, 200),
    "pooled": (pooled.run, 4_000, 100),
    "workers": (workers.run, 10_000, 400),
    "memory": (memory.run, 5_000_000, 40_000),
    "import": (importing.run, 10_000, 500),
    "idle": (idling.run, 60, 3),
    "simulate": (simulating.run, 50_000, 500),
    "desk": (staff_pages.run, 100_000, 1_000),
    "bookings": (booking_posts.run, 60, 3),
}
"""What each part measures at its full size, and at a small one to see that it runs."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="which to run; all if none")
    parser.add_argument("--quick", action="store_true", help="at a small size, to see that it runs")
    parser.add_argument("--size", type=int, help="at this size")
    parser.add_argument(
        "--beside", type=Path, action="append", default=[], metavar="CHECKOUT",
        help="import: an older version that takes the same lists in; may be given again",
    )  # fmt: skip
    given = parser.parse_args()
    use_packaged_zones()
    tune_garbage_collection()
    console = Console(width=130)
    console.print(f"{platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}")
    for name in given.parts or PARTS:
        part, full, quick = PARTS[name]
        size = given.size or (quick if given.quick else full)
        if name == "import":
            importing.run(console, size, given.beside)
        else:
            part(console, size)


if __name__ == "__main__":
    main()
