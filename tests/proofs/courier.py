"""The courier of a proof: the real house at work on a stage, pass after pass, until told to stop."""

from __future__ import annotations

import argparse
import os
import signal
import time
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from reminders.app import App, build
from reminders.plans.time_zones import follow_zone_data
from reminders.rules.reconciliation import Patience
from reminders.rules.terms import Channel
from reminders.senders import SendError
from tests.proofs import cast
from tests.proofs.stage import Stage, settings

log = structlog.get_logger()


def seconds(*values: float) -> tuple[timedelta, ...]:
    return tuple(timedelta(seconds=value) for value in values)


def patience(lease: float, freshness: float, *asks: float) -> Patience:
    """Return a patience by its seconds."""
    (held, fresh), asked = seconds(lease, freshness), seconds(*asks)
    return Patience(lease=held, freshness=fresh, asks=asked, mail=asked[0], proof=3 * asked[-1])


BRIEF = patience(1, 1, 2, 2.5, 3)
"""For a stream of deaths in real time."""

LONG = patience(3600, 60, 3600, 2 * 3600, 3 * 3600)
"""For deaths one by one: nothing is rescued before the clock is set ahead."""


ROUNDS = 120
"""Passes after which everything must have been settled."""


STRIDE = timedelta(seconds=30)
"""So that what is due one after the other within it is seen to together."""


class Ahead:
    """The real clock, set ahead whenever nothing more happens now."""

    def __init__(self) -> None:
        self._by = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._by

    def reach(self, instant: datetime, at_least: timedelta) -> None:
        """Set it ahead to a little past an instant, or at least so far."""
        self._by += max(at_least, instant - self() + STRIDE)


def warm_app(stage: Stage, clock: Ahead | None = None) -> App:
    """Return the wired house with a clinic in it, once everything a first pass loads is loaded:
    one reminder of each channel has left.
    """
    app = build(stage.settings, clock or Ahead())
    follow_zone_data(app.engine, app.library, app.clock())  # or the first worker plans anew
    clinic = cast.add_clinic(app.engine)
    for channel in Channel:
        cast.add_clients(app.engine, clinic, channel, 1)
    app.dispatcher("warm").run()
    app.engine.dispose()
    return app


def recover(stage: Stage) -> None:
    """Let a worker that finds the stage as others left it settle everything, in all patience."""
    clock = Ahead()
    app = build(stage.settings, clock)
    drain(app, clock)
    app.close()


def carry(app: App, name: str, patient: Patience, *, watchful: bool = False) -> None:
    """Make pass after pass until SIGTERM, as the heartbeat does: a failing one is told. One that is
    ``watchful`` asks before each whether the database may send, and keeps its connections.
    """
    stopping, parent = False, os.getppid()
    app.history.known = None
    dispatcher = app.dispatcher(name, patience=patient)

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True
        dispatcher.stop()

    signal.signal(signal.SIGTERM, stop)
    with dispatcher.kept() if watchful else nullcontext():
        while not stopping and os.getppid() == parent:
            try:
                if not watchful or app.hold(patient) is None:
                    dispatcher.run()
            except (SQLAlchemyError, SendError) as error:
                log.warning("pass failed", error=type(error).__name__)
            time.sleep(0.15 if watchful else 0.01)


def drain(app: App, clock: Ahead) -> None:
    """Make passes, each when there is next something to do, until nothing is left to do.

    It ends in any case: what is never settled is for the verdict to tell.
    """
    for number in range(ROUNDS):
        app.dispatcher("recovery", patience=LONG).run()
        waits = next_look(app.engine)
        if waits is None:
            return
        clock.reach(waits, timedelta(seconds=number))


def next_look(engine: Engine) -> datetime | None:
    """Return when something unsettled is to be looked at next."""
    waiting = text(
        "SELECT min(CASE WHEN status = 'claimed' THEN lease_until ELSE due_at END) FROM reminder"
        " WHERE status IN ('planned', 'claimed', 'handoff')"
    )
    with engine.connect() as connection:
        found = connection.execute(waiting).scalar_one()
    if isinstance(found, int):
        return datetime.fromtimestamp(found / 1e6, UTC)
    return found if found is None else found.astimezone(UTC)


def main() -> None:
    """Run a courier of its own until nothing is left to do, or until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m tests.proofs.courier", description=__doc__)
    parser.add_argument("--database", required=True)
    parser.add_argument("--twilio", type=int, required=True, help="port of the double")
    parser.add_argument("--smtp", type=int, required=True, help="port of the double")
    parser.add_argument("--drain", action="store_true", help="set the clock ahead, then end")
    given = parser.parse_args()
    clock = Ahead()
    app = build(settings(given.database, given.twilio, given.smtp), clock)
    if given.drain:
        drain(app, clock)
    else:
        carry(app, "courier", BRIEF)


if __name__ == "__main__":
    main()
