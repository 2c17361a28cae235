"""Celery with Redis between, threads at work, and the outcome in PostgreSQL."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

from tests.bench.peers import current


def main() -> None:
    from celery import Celery, signals  # asked for by measurements only

    desk = current.desk()
    with redis() as url:
        app = Celery("bench", broker=url)
        app.conf.update(task_ignore_result=True, worker_redirect_stdouts=False)
        deliver: Any = app.task(name="deliver")(current.deliver)
        for number in desk.due():
            deliver.delay(number)
        signals.worker_ready.connect(lambda **_: desk.watch.begin(), weak=False)
        Thread(target=_end_with_the_last, daemon=True).start()
        app.worker_main(
            [
                "worker", "--pool=threads", f"--concurrency={desk.order.concurrency}",
                "--loglevel=ERROR", "--without-gossip", "--without-mingle", "--without-heartbeat",
            ]
        )  # fmt: skip


def _end_with_the_last() -> None:
    """Ask for a warm shutdown, as an operator would."""
    current.desk().done.wait()
    os.kill(os.getpid(), signal.SIGTERM)


@contextmanager
def redis() -> Iterator[str]:
    """Run a Redis that keeps nothing, until the context ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        try:
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.terminate()


if __name__ == "__main__":
    main()
