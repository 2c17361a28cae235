"""APScheduler with its SQLAlchemy store in the same PostgreSQL: one of its jobs for each reminder."""

from __future__ import annotations

from datetime import UTC, datetime

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler

from reminders.store.database import open_engine
from tests.bench.peers import current


def main() -> None:
    desk = current.desk()
    scheduler = BackgroundScheduler(
        timezone=UTC,
        jobstores={"default": SQLAlchemyJobStore(engine=open_engine(desk.order.database_url))},
        executors={"default": ThreadPoolExecutor(desk.order.concurrency)},
        job_defaults={"misfire_grace_time": None, "coalesce": True},
    )
    scheduler.start(paused=True)
    overdue = datetime.now(UTC)  # by the real clock, which is all it knows
    for number in desk.due():
        scheduler.add_job(current.deliver, "date", run_date=overdue, args=[number])
    desk.watch.begin()
    scheduler.resume()
    desk.done.wait()
    scheduler.shutdown()


if __name__ == "__main__":
    main()
