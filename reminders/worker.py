"""The scheduler: make one pass at every interval, and watch the clock and the alerts beside it."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from socket import socketpair
from threading import Event, Thread

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from reminders.app import App
from reminders.delivery.dispatcher import Dispatcher
from reminders.intake.arrivals import settle_interrupted
from reminders.monitoring import day_counts
from reminders.monitoring.alerts import AlertSender
from reminders.plans.time_zones import follow_zone_data
from reminders.rules.clock_guard import JUMP, ClockWatch
from reminders.store.connections import AWAY, IdleConnections, reason
from reminders.store.database import database_time

log = structlog.get_logger()

BEAT_SECONDS = 15
"""Between beats: how late a reminder may be for want of looking."""

ALARM_SECONDS = 60
"""Between checks for alerts."""

FEED_SECONDS = 30
"""Between looks for calendars that are due; each is read every quarter of an hour."""

EVENT_SECONDS = 5
"""Between looks for events that other systems are to be told of."""

COUNT_SECONDS = 900
"""Between looks for days that are over and not counted for reports yet."""

LOOK_SECONDS = 1.0
"""Between checks of the clock."""


def monotonic_time() -> timedelta:
    """Return the time since some fixed moment, also that in which the machine slept, whatever
    is done to its clock.
    """
    return timedelta(seconds=time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", _SINCE_BOOT)))


_SINCE_BOOT = time.CLOCK_MONOTONIC
"""Where a machine cannot count its sleep."""


class ClockWatcher:
    """Check the clock every second; after a jump nothing is sent until it can be trusted."""

    def __init__(self, app: App, scheduler: BackgroundScheduler) -> None:
        """Take whose clock and database, and the scheduler that a jump may have put to sleep."""
        self.app = app
        self._scheduler = scheduler
        self._watch = ClockWatch()
        self._over = Event()
        self._thread = Thread(target=self._watch_clock, name="watchman", daemon=True)
        self.check()
        self._thread.start()

    def _watch_clock(self) -> None:
        while not self._over.wait(LOOK_SECONDS):
            try:
                self.check()
            except Exception:
                log.exception("clock not looked at")

    def check(self) -> None:
        """Look once. A scheduler counts to a moment of the wall clock, which after a jump back is
        far away: it is made to run now.
        """
        before = self._watch.trusted
        jump = self._watch.look(self.app.clock(), monotonic_time())
        if abs(jump) > JUMP:
            log.error("clock jumped, sending paused", seconds=round(jump.total_seconds()))
            for beat in self._scheduler.get_jobs():
                beat.modify(next_run_time=self.app.clock())
        elif not before:
            self._watch.compare(self._database_time())
            if self._watch.trusted:
                log.warning("clock believed again, sending goes on")

    def _database_time(self) -> datetime | None:
        return database_time(self.app.engine)

    @property
    def is_trusted(self) -> bool:
        """Say whether the clock may be acted upon."""
        self.check()
        return self._watch.trusted

    def close(self) -> None:
        """Stop looking."""
        self._over.set()
        self._thread.join()


@contextmanager
def heartbeat(app: App, name: str) -> Iterator[None]:
    """Make passes until the context ends, then claim nothing more and finish what was claimed.

    The scheduler is only the metronome: one interval in UTC, kept in memory. What is due
    stands in the database, so any number of these may beat at once.
    """
    follow_zone_data(app.engine, app.library, app.clock())
    dispatcher = app.dispatcher(name)
    scheduler = _scheduler()
    watchman = ClockWatcher(app, scheduler)
    scheduler.add_job(
        _beat,
        "interval",
        seconds=BEAT_SECONDS,
        args=[dispatcher, watchman],
        next_run_time=app.clock(),
    )
    _watch_other_systems(app, scheduler)
    _watch_alerts(app, scheduler)
    with dispatcher.kept():
        scheduler.start()
        try:
            yield
        finally:
            dispatcher.stop()
            app.feed_reader.stop()
            app.deliveries.line.stop()
            app.event_sender.stop()
            scheduler.shutdown(wait=True)
            watchman.close()


def _beat(dispatcher: Dispatcher, watchman: ClockWatcher) -> None:
    """Make one pass; a failure is logged and the next pass tries again."""
    app = watchman.app
    try:
        if watchman.is_trusted and app.hold() is None:
            dispatcher.run()
        app.redact()
        settle_interrupted(app.engine, app.library, app.clock())
    except AWAY as error:
        log.warning("pass failed, the database is away", why=reason(error))
    except Exception:
        log.exception("pass failed")


def _watch_other_systems(app: App, scheduler: BackgroundScheduler) -> None:
    """Look at what booking systems delivered, at calendars and at events, and count the past, however
    long a pass takes.
    """
    due = {"args": ["deliveries", app.deliveries.take_waiting], "seconds": BEAT_SECONDS}
    scheduler.add_job(_attempt, "interval", **due, next_run_time=app.clock())
    feeds = {"args": ["calendars", app.feed_reader.run], "seconds": FEED_SECONDS}
    scheduler.add_job(_attempt, "interval", **feeds, executor="feeds")
    events = {"args": ["events", app.event_sender.run], "seconds": EVENT_SECONDS}
    scheduler.add_job(_attempt, "interval", **events, executor="events")
    counts = {"args": ["reports", partial(_count, app)], "seconds": COUNT_SECONDS}
    scheduler.add_job(_attempt, "interval", **counts)


def _count(app: App) -> None:
    """Count for reports what is over."""
    day_counts.count_past(app.engine, app.clock())


def _attempt(what: str, work: Callable[[], object]) -> None:
    """Do a piece of work; a failure is logged and the next beat tries again."""
    try:
        work()
    except AWAY as error:
        log.warning("not looked at, the database is away", what=what, why=reason(error))
    except Exception:
        log.exception("not looked at", what=what)


@contextmanager
def alert_watch(app: App) -> Iterator[None]:
    """Raise and send alerts until the context ends, also when the worker has stopped."""
    scheduler = _scheduler()
    _watch_alerts(app, scheduler)
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=True)


def _scheduler() -> BackgroundScheduler:
    return BackgroundScheduler(
        timezone=UTC,
        executors={
            "default": ThreadPoolExecutor(3),  # alerts and bookings do not wait for a long pass
            "feeds": ThreadPoolExecutor(1),  # and none of them for somebody's slow calendar,
            "events": ThreadPoolExecutor(1),  # or for a system that is slow to hear of events
        },
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )


def _watch_alerts(app: App, scheduler: BackgroundScheduler) -> None:
    now = app.clock()
    tell = {"args": [app.alert_sender()], "seconds": BEAT_SECONDS, "next_run_time": now}
    scheduler.add_job(_send_alerts, "interval", **tell)
    alarms = {
        "args": ["alarms", partial(_raise, app, IdleConnections(app.engine))],
        "seconds": ALARM_SECONDS,
    }
    scheduler.add_job(_attempt, "interval", **alarms, next_run_time=now)


def _raise(app: App, idle: IdleConnections) -> None:
    """Check for alerts, also while a long pass runs."""
    app.raise_alarms()
    app.inbound_texts.check_list()
    app.heartbeat_ping.beat()
    if app.engine.dialect.name == "postgresql" and idle.has_surplus():
        app.engine.dispose()  # nobody needed them lately


def _send_alerts(alerting: AlertSender) -> None:
    """Send alerts; what fails is due again by itself. The hour does not matter to them, so no
    trust in the clock is needed.
    """
    try:
        alerting.run()
    except AWAY as error:
        log.warning("alerts not sent, the database is away", why=reason(error))
    except Exception:
        log.exception("alerts not sent")


def work(app: App) -> None:
    """Run until SIGTERM or SIGINT."""
    wait_for_stop = listen_for_stop()
    with heartbeat(app, "worker"):
        wait_for_stop()


def listen_for_stop() -> Callable[[], None]:
    """Take SIGTERM and SIGINT from now on, and return what waits for the first of them.

    A signal writes to a socket by itself, whichever thread it hits and whatever that is doing. One
    that comes just before an ``Event`` begins to wait, or that hits another thread, wakes nobody.
    """
    heard, told = socketpair()
    told.settimeout(0)
    signal.set_wakeup_fd(told.fileno())
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)

    def wait() -> None:
        with heard, told:
            heard.recv(1)
            signal.set_wakeup_fd(-1)

    return wait
