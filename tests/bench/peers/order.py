"""What every worker is told, how it measures itself, and how it is run."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import Engine, text

from reminders.startup import tune_garbage_collection, use_packaged_zones

ACCOUNT, TOKEN, FROM = "AC" + "0" * 32, "t" * 32, "+15005550006"
MAIL_FROM = "care@clinic.example"
SECRET, PUBLIC_URL = "k" * 48, "https://care.clinic.example"
PATIENCE = 900


@dataclass(frozen=True)
class Order:
    """How many reminders are due, where they stand, and which double takes them; ``began`` is when the
    moment was at which everything is due, by the machine's monotonic clock, if not when a worker starts.
    """

    database_url: str
    channel: str
    port: int
    count: int
    concurrency: int
    began: float | None = None


@dataclass(frozen=True)
class Figures:
    """What one worker measured of itself."""

    rate: float
    cpu: float
    memory: float


def read_order() -> Order:
    """Read the order in a worker, which then runs as the real one does."""
    use_packaged_zones()
    tune_garbage_collection()
    return Order(**json.loads(sys.argv[1]))


class Watch:
    """Measures from the moment work begins until all of it is done."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self.begin()

    def begin(self) -> None:
        self._began, self._cpu = time.perf_counter(), time.process_time()

    def end(self) -> None:
        """Tell what it took: messages a second, CPU microseconds each, megabytes at most."""
        seconds, cpu = time.perf_counter() - self._began, time.process_time() - self._cpu
        count = self._order.count
        figures = Figures(count / seconds, 1e6 * cpu / count, peak_memory())
        print(json.dumps(asdict(figures)), flush=True)


def peak_memory() -> float:
    """Return the most megabytes this program ever had resident."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def run_worker(worker: str, order: Order) -> Figures:
    """Run a worker and return its figures; what it says when it fails is shown."""
    command = [sys.executable, "-m", f"tests.bench.peers.{worker}", json.dumps(asdict(order))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    told = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if not told:
        raise RuntimeError(f"{worker} failed: {done.stderr[-3000:]}")
    return Figures(**json.loads(told[0]))


def accepted(engine: Engine) -> int:
    """Return how many reminders have a durable outcome."""
    asked = text("SELECT count(*) FROM reminder WHERE status = 'accepted'")
    with engine.connect() as connection:
        return int(connection.execute(asked).scalar_one())
