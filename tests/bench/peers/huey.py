"""Huey with its queue in SQLite, threads at work, and the outcome in PostgreSQL."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.peers import current


def main() -> None:
    from huey import SqliteHuey  # asked for by measurements only

    desk = current.desk()
    with TemporaryDirectory(prefix="bench-") as folder:
        queue = SqliteHuey("bench", filename=str(Path(folder) / "queue.db"), results=False)
        deliver = queue.task()(current.deliver)
        for number in desk.due():
            deliver(number)
        consumer = queue.create_consumer(
            workers=desk.order.concurrency, worker_type="thread", periodic=False, initial_delay=0.01
        )
        desk.watch.begin()
        consumer.start()
        desk.done.wait()
        consumer.stop(graceful=True)


if __name__ == "__main__":
    main()
