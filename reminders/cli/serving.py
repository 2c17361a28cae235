"""Commands that run the service: serve, web, worker, tick, migrate."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import uvicorn

from reminders.app import App
from reminders.cli.common import AsJson, fields_of, opened, out, print_json
from reminders.delivering.tally import Tally
from reminders.rules.reasons import PLAIN
from reminders.rules.terms import Reason
from reminders.store import migrations
from reminders.web import create_web
from reminders.worker import heartbeat, work


def serve() -> None:
    """Serve HTTP and beat the heartbeat, in one process; a new database is set up first."""
    with opened(migrated=False, logs=sys.stdout) as app:
        migrations.migrate(app.engine)
        _listen(app, lambda: heartbeat(app, "serve"))


def web() -> None:
    """Serve HTTP only, beside a worker."""
    with opened(logs=sys.stdout) as app:
        _listen(app, nullcontext)


def _listen(app: App, alongside: Callable[[], AbstractContextManager[object]]) -> None:
    """Listen in this one process, whatever WEB_CONCURRENCY says: one heartbeat is enough.

    Once it has ended well, uvicorn raises the signal that ended it again; that one is spent.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    uvicorn.run(
        create_web(app, alongside),
        host="0.0.0.0",  # noqa: S104 (hosts route to it)
        port=app.settings.port,
        workers=1,
        proxy_headers=True,
        forwarded_allow_ips="*",
        access_log=False,
        log_level=app.settings.log_level,
        timeout_graceful_shutdown=5,
    )


def worker() -> None:
    """Beat the heartbeat only, beside a web process."""
    with opened(logs=sys.stdout) as app:
        work(app)


def tick(as_json: AsJson = False) -> None:
    """Make one pass and exit, for hosts that have only cron."""
    with opened() as app:
        tally = app.dispatcher("tick").run()
        if as_json:
            print_json({"delivery": app.settings.delivery, **fields_of(tally)})
        else:
            out.print(_sentence(tally))


def migrate() -> None:
    """Bring the database to today's tables; safe to run twice, and by two at once."""
    with opened(migrated=False) as app:
        done = migrations.migrate(app.engine)
        out.print("The database is now up to date." if done else "The database was up to date.")


def _sentence(tally: Tally) -> str:
    parts = [
        f"{sum(tally.sent.values())} sent",
        *(f"{n} not sent: {PLAIN[Reason(why)]}" for why, n in tally.skipped.items()),
        *(f"{n} wait: {PLAIN[Reason(why)]}" for why, n in tally.deferred.items()),
        *(f"{n} failed: {PLAIN[Reason(why)]}" for why, n in tally.failed.items()),
    ]
    if tally.in_doubt:
        parts.append(f"{tally.in_doubt} in doubt")
    return "\n".join(parts)
