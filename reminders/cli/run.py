"""Commands that run the program: serve, web, worker, tick, reconcile, migrate."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import uvicorn

from reminders.app import App
from reminders.cli.common import AsJson, err, opened, out, print_json, stop
from reminders.delivery.failover import FailoverReport
from reminders.delivery.holds import PLAIN as WHY_HELD
from reminders.delivery.holds import UNTIL_ADOPTED, Hold, Suspicion
from reminders.delivery.pass_summary import PassSummary
from reminders.privacy import retention
from reminders.rules.reason_texts import PLAIN
from reminders.rules.terms import Reason, Status
from reminders.senders import SendError
from reminders.shapes import operation as shapes
from reminders.staff import setup
from reminders.store import migrations
from reminders.store.database import writing
from reminders.web import create_web
from reminders.worker import alert_watch, heartbeat, work


def serve() -> None:
    """Run everything in one process: the pages, and sending what is due."""
    with opened(migrated=False, logs=sys.stdout, waits=True) as app:
        _migrate(app)
        _welcome(app)
        _listen(app, lambda: heartbeat(app, "serve"))


def _migrate(app: App) -> bool:
    """Take the steps by the direct address where there is one."""
    engine = app.direct_engine
    try:
        return migrations.migrate(engine)
    finally:
        engine.dispose()


def _welcome(app: App) -> None:
    """Print a one-time link for whoever sets up a new installation."""
    with writing(app.engine) as session:
        token = setup.create_link(session, app.clock())
    if token:
        err.print(
            "[bold]There is no clinic yet.[/bold] Set up the first one here, within 24 hours:"
        )
        err.print(f"{app.links.public_url}/first/{token}")


def web() -> None:
    """Run the pages only, beside a worker that sends."""
    with opened(logs=sys.stdout, waits=True) as app:
        _listen(app, lambda: alert_watch(app))


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
        proxy_headers=False,  # see web/proxies.py
        access_log=False,
        log_level=app.settings.log_level,
        timeout_graceful_shutdown=5,
    )


def worker() -> None:
    """Send what is due, beside a web process that has the pages."""
    with opened(logs=sys.stdout, waits=True, sends_only=True) as app:
        work(app)


def tick(as_json: AsJson = False) -> None:
    """Send what is due now, and end: for hosts that have only cron."""
    with opened() as app:
        try:
            result = app.tick()
        except SendError as error:
            stop(f"Twilio did not say what left while nobody sent ({error}).", "Try again.")
        if isinstance(result, Hold):
            stop(*hold_sentences(result))
        if as_json:
            print_json(shapes.Tick.of(result, delivery=app.settings.delivery))
        else:
            out.print(_sentence(result))


def reconcile(as_json: AsJson = False) -> None:
    """Ask Twilio now what became of messages in doubt."""
    with opened() as app:
        try:
            held = app.hold()
            if held is None or held.suspicion not in UNTIL_ADOPTED:
                app.inbound_texts.catch_up()
            result = app.dispatcher("reconcile").reconcile() + app.restore_guard.compare()
        except SendError as error:
            stop(f"Twilio did not say what left ({error}). Nothing is sent yet.", "Try again.")
        erased = _erase_again(app)
        if as_json:
            print_json(
                shapes.Reconciliation(
                    delivery=app.settings.delivery,
                    held=shapes.Hold.of(held) if held else None,
                    proven=result,
                    erased_again=erased,
                )
            )
            return
        for what, count in result.items():
            out.print(f"{count} {CAME_OF_IT[what]}")
        _say_erased(erased)
        if not result:
            out.print("Nothing is in doubt that the provider could know of by now.")
        if held is not None:
            still = held.suspicion in {*UNTIL_ADOPTED, Suspicion.FAILOVER}
            out.print(
                "\n".join(hold_sentences(held)) if still else "Compared: what is due leaves again."
            )


def adopt() -> None:
    """Let a restored or copied database send: it is the one that sends from now on."""
    with opened() as app:
        try:
            app.inbound_texts.catch_up()
        except SendError as error:
            stop(
                f"Twilio did not say what clients wrote ({error}). Nothing is sent yet.",
                "Try again.",
            )
        _say_erased(_erase_again(app))
        held = app.restore_guard.adopt()
        if held is None:
            out.print("This database is not held: it sends.")
        else:
            out.print(f"It was held because {WHY_HELD[held.suspicion]}. It sends from now on.")


def _erase_again(app: App) -> int:
    with writing(app.engine) as session:
        erased = retention.erase_again(session, app.clock())
    app.clear_outbox()
    return erased


def _say_erased(count: int) -> None:
    if count:
        out.print(f"{count} erased after the backup was made: erased again.")


def hold_sentences(held: Hold) -> tuple[str, str]:
    """Say why nothing is sent, and what to do."""
    last = (
        f", and knows of nothing after {held.known_until:%Y-%m-%d %H:%M} UTC"
        if held.known_until
        else ""
    )
    if held.suspicion is Suspicion.FAILOVER:
        mend = "It settles by itself within minutes; look again: reminders status"
    elif held.suspicion is Suspicion.OLDER:
        mend = "Let DATABASE_URL lead to the newer server. If that is gone for good: reminders reconcile, then: reminders adopt"
    elif held.suspicion in UNTIL_ADOPTED:
        mend = "If the other one is stopped for good: reminders reconcile, then: reminders adopt"
    else:
        mend = "Enter again what was entered since, then: reminders reconcile"
    return f"Nothing is sent: this database is held because {WHY_HELD[held.suspicion]}{last}.", mend


def failover_sentences(found: FailoverReport) -> Iterator[str]:
    """Say what a failover brought, and what to enter again."""
    began = found.known_until or found.lost_until
    seconds = f"between {began:%Y-%m-%d %H:%M:%S} and {found.lost_until:%H:%M:%S} UTC"
    yield (
        f"The database failed over, and lacks what was written last {seconds}:"
        f" {found.texts_left} texts had left and are marked, {found.texts_unproven} may have left;"
        f" {found.emails_again} emails go once more, {found.emails_unproven} wait for a person;"
        f" {found.texts_heard} texts of clients were read again."
    )
    yield "Lists, bookings and what was typed in that time are to be entered again."


CAME_OF_IT: dict[str, str] = {
    Status.ACCEPTED: "had left: nothing more to do",
    Status.PLANNED: "had not left: it goes again while it helps",
    Status.SKIPPED: "had not left, and would no longer help",
    Status.HANDOFF: "still in doubt: the provider is asked again later",
    Status.UNKNOWN: "could not be proven: please ask the client",
}


def migrate() -> None:
    """Bring the database up to date; nothing is lost by running it twice."""
    with opened(migrated=False) as app:
        done = _migrate(app)
        out.print("The database is now up to date." if done else "The database was up to date.")


def _sentence(summary: PassSummary) -> str:
    parts = [
        f"{sum(summary.sent.values())} sent",
        *(f"{n} not sent: {PLAIN[Reason(why)]}" for why, n in summary.skipped.items()),
        *(f"{n} wait: {PLAIN[Reason(why)]}" for why, n in summary.deferred.items()),
        *(f"{n} failed: {PLAIN[Reason(why)]}" for why, n in summary.failed.items()),
    ]
    if summary.in_doubt:
        parts.append(f"{summary.in_doubt} in doubt")
    return "\n".join(parts)
