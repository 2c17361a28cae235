"""Commands that run the program: serve, web, worker, tick, reconcile, migrate."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from reminders import resealing
from reminders.app import App
from reminders.cli.common import AsJson, err, opened, out, print_json, stop
from reminders.delivery.failover import FailoverReport
from reminders.delivery.holds import PLAIN as WHY_HELD
from reminders.delivery.holds import UNTIL_ADOPTED, Hold, Suspicion
from reminders.delivery.pass_summary import PassSummary
from reminders.privacy import retention
from reminders.rules.reason_texts import reason_text
from reminders.rules.terms import Reason, Status
from reminders.rules.translation import gettext, gettext_noop
from reminders.senders import SendError
from reminders.shapes import operation as shapes
from reminders.staff import setup
from reminders.startup import tune_garbage_collection
from reminders.store import migrations
from reminders.store.database import reading, writing
from reminders.store.queries import sealed_secrets
from reminders.worker import alert_watch, heartbeat, work


def serve() -> None:
    """Run everything in one process: the web pages and the sending of reminders."""
    with opened(migrated=False, logs=sys.stdout, waits=True) as app:
        _migrate(app)
        _welcome(app)
        _listen(app, lambda: heartbeat(app, "serve"))


def _migrate(app: App) -> bool:
    """Take the steps by the direct address where there is one, and seal anew what an older key sealed."""
    engine = app.direct_engine
    try:
        done = migrations.migrate(engine)
    finally:
        engine.dispose()
    resealing.reseal(app.engine, app.sealing, app.settings)
    return done


def _welcome(app: App) -> None:
    """Print a one-time link for whoever sets up a new installation."""
    with writing(app.engine) as session:
        token = setup.create_link(session, app.clock())
    if token:
        err.print(
            gettext(
                "[bold]There is no clinic yet.[/bold] Set up the first one here, within 24 hours:"
            )
        )
        err.print(f"{app.links.public_url}/first/{token}")


def web() -> None:
    """Run only the web pages, beside a worker that sends."""
    with opened(logs=sys.stdout, waits=True) as app:
        _listen(app, lambda: alert_watch(app))


def _listen(app: App, alongside: Callable[[], AbstractContextManager[object]]) -> None:
    """Listen in this one process, whatever WEB_CONCURRENCY says: one heartbeat is enough.

    Once it has ended well, uvicorn raises the signal that ended it again; that one is spent.
    """
    import uvicorn  # noqa: PLC0415 (with the pages a quarter of the program, for who serves them)

    from reminders.web import create_web  # noqa: PLC0415 (as above)

    tune_garbage_collection()  # with what was just loaded
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
    """Run only the sending of reminders, beside a web process."""
    with opened(logs=sys.stdout, waits=True, sends_only=True) as app:
        work(app)


def tick(as_json: AsJson = False) -> None:
    """Send what is due now, then exit; for hosts that have only cron."""
    with opened() as app:
        try:
            result = app.tick()
        except SendError as error:
            stop(
                gettext(
                    "Twilio could not be asked what was already sent (%(error)s). Nothing is sent yet.",
                    error=str(error),
                ),
                gettext("Try again."),
            )
        if isinstance(result, Hold):
            stop(*hold_sentences(result))
        if as_json:
            print_json(shapes.Tick.of(result, delivery=app.settings.delivery))
        else:
            out.print(_sentence(result))


def reconcile(as_json: AsJson = False) -> None:
    """Ask Twilio now whether unconfirmed messages were sent."""
    with opened() as app:
        try:
            held = app.hold()
            if held is None or held.suspicion not in UNTIL_ADOPTED:
                app.inbound_texts.catch_up()
            result = app.dispatcher("reconcile").reconcile() + app.restore_guard.compare()
        except SendError as error:
            stop(
                gettext(
                    "Twilio could not be asked what was sent (%(error)s). Nothing is sent yet.",
                    error=str(error),
                ),
                gettext("Try again."),
            )
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
            out.print(gettext(RESULTS[what], n=count))
        _say_erased(erased)
        if not result:
            out.print(
                gettext("There is no unconfirmed message that the provider can be asked about yet.")
            )
        if held is not None:
            still = held.suspicion in {*UNTIL_ADOPTED, Suspicion.FAILOVER}
            out.print(
                "\n".join(hold_sentences(held))
                if still
                else gettext("The database was compared with Twilio's list. Sending continues.")
            )


def adopt() -> None:
    """Let a restored or copied database send from now on."""
    with opened() as app:
        try:
            app.inbound_texts.catch_up()
        except SendError as error:
            stop(
                gettext(
                    "Twilio could not be asked what clients wrote (%(error)s). Nothing is sent yet.",
                    error=str(error),
                ),
                gettext("Try again."),
            )
        _say_erased(_erase_again(app))
        held = app.restore_guard.adopt()
        if held is None:
            out.print(gettext("This database is not held. It already sends."))
        else:
            was = gettext_noop("This database was held because %(why)s. It sends from now on.")
            out.print(gettext(was, why=gettext(WHY_HELD[held.suspicion])))


def _erase_again(app: App) -> int:
    with writing(app.engine) as session:
        erased = retention.erase_again(session, app.clock())
    app.clear_outbox()
    return erased


def _say_erased(count: int) -> None:
    if count:
        out.print(
            gettext(
                "Clients erased again, because they were erased after the backup was made: %(n)s.",
                n=count,
            )
        )


def hold_sentences(held: Hold) -> tuple[str, str]:
    """Say why nothing is sent, and what to do."""
    said = gettext(
        "Nothing is sent. This database is held because %(why)s.",
        why=gettext(WHY_HELD[held.suspicion]),
    )
    if held.known_until:
        when = f"{held.known_until:%Y-%m-%d %H:%M}"
        said += " " + gettext("Its last entry is from %(when)s UTC.", when=when)
    if held.suspicion is Suspicion.FAILOVER:
        return said, gettext(
            "It resolves itself within minutes. To look again, run: reminders status"
        )
    if held.suspicion is Suspicion.OLDER:
        return said, gettext(
            "Point DATABASE_URL at the newer server. If that is gone for good, run: reminders reconcile, then: reminders adopt"
        )
    if held.suspicion in UNTIL_ADOPTED:
        return said, gettext(
            "If the other database is stopped for good, run: reminders reconcile, then: reminders adopt"
        )
    return said, gettext("Enter again what was entered since then, then run: reminders reconcile")


def failover_sentences(found: FailoverReport) -> Iterator[str]:
    """Say what a failover brought, and what to enter again."""
    began = found.known_until or found.lost_until
    yield gettext(
        "The database failed over and lost what was written between %(began)s and %(ended)s UTC."
        " %(left)s texts were sent and are marked as sent, %(unproven)s are unconfirmed."
        " %(again)s emails are sent once more, %(held)s wait for staff."
        " %(heard)s texts from clients were read again.",
        began=f"{began:%Y-%m-%d %H:%M:%S}",
        ended=f"{found.lost_until:%H:%M:%S}",
        left=found.texts_left,
        unproven=found.texts_unproven,
        again=found.emails_again,
        held=found.emails_unproven,
        heard=found.texts_heard,
    )
    yield gettext(
        "Please import the lists, post the bookings and enter the changes of that time again."
    )


RESULTS: dict[str, str] = {
    Status.ACCEPTED: gettext_noop("%(n)s had been sent. There is nothing more to do."),
    Status.PLANNED: gettext_noop(
        "%(n)s had not been sent. They are sent now, unless it is too late."
    ),
    Status.SKIPPED: gettext_noop("%(n)s had not been sent, and it is too late to send them."),
    Status.HANDOFF: gettext_noop("%(n)s are still unconfirmed. The provider is asked again later."),
    Status.UNKNOWN: gettext_noop("%(n)s could not be confirmed. Please ask the clients."),
}


def migrate() -> None:
    """Upgrade the database to this version; running it twice does no harm."""
    with opened(migrated=False) as app:
        done = _migrate(app)
        now = gettext_noop("The database is now up to date.")
        before = gettext_noop("The database was already up to date.")
        out.print(gettext(now if done else before))


def reseal() -> None:
    """Seal stored secrets under a new SECRET_KEY, so that SECRET_KEY_OLD is not needed for them."""
    with opened() as app:
        done = resealing.reseal(app.engine, app.sealing, app.settings)
        with reading(app.engine) as session:
            stops = sealed_secrets.hashed_stops(session)
    out.print(
        "Nothing is sealed under an older key." if not done else f"{done} secrets are sealed anew."
    )
    if stops:
        out.print(
            f"{stops} opt-outs of erased clients are stored as hashes. Those from before the change are"
            " found only while SECRET_KEY_OLD is set."
        )


def _sentence(summary: PassSummary) -> str:
    parts = [
        f"{sum(summary.sent.values())} sent",
        *(f"{n} not sent: {reason_text(Reason(why))}" for why, n in summary.skipped.items()),
        *(f"{n} waiting: {reason_text(Reason(why))}" for why, n in summary.deferred.items()),
        *(f"{n} failed: {reason_text(Reason(why))}" for why, n in summary.failed.items()),
    ]
    if summary.in_doubt:
        parts.append(f"{summary.in_doubt} unconfirmed")
    return "\n".join(parts)
