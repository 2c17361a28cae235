"""The heartbeat: a steady beat in UTC, at each of which one pass is made."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from threading import Event

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from reminders.app import App
from reminders.delivering.dispatch import Dispatcher

log = structlog.get_logger()

BEAT_SECONDS = 15
"""Between beats: how late a reminder may be for want of looking."""


@contextmanager
def heartbeat(app: App, name: str) -> Iterator[None]:
    """Beat until the context ends, then claim nothing more and finish what is in hand.

    The scheduler is only the metronome: one interval in UTC, kept in memory. What is due
    stands in the database, so any number of these may beat at once.
    """
    dispatcher = app.dispatcher(name)
    scheduler = BackgroundScheduler(
        timezone=UTC,
        executors={"default": ThreadPoolExecutor(1)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    scheduler.add_job(
        _beat, "interval", seconds=BEAT_SECONDS, args=[dispatcher], next_run_time=app.clock()
    )
    scheduler.start()
    try:
        yield
    finally:
        dispatcher.stop()
        scheduler.shutdown(wait=True)


def _beat(dispatcher: Dispatcher) -> None:
    """Make one pass; a failing one is told and the next beat tries again."""
    try:
        dispatcher.run()
    except Exception:
        log.exception("pass failed")


def work(app: App) -> None:
    """Beat until told to stop by SIGTERM or SIGINT."""
    told = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    with heartbeat(app, "worker"):
        told.wait()
