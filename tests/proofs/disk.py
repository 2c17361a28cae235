"""A disk that is full, or broken, from the Nth write on: what cannot be written down is not sent."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from sqlalchemy.exc import SQLAlchemyError

from reminders.app import App
from reminders.delivery import group_commit
from reminders.rules.terms import Channel
from tests.proofs import cast, children
from tests.proofs.courier import recover, warm_app
from tests.proofs.faults import ABSENT, STRACE, with_fault
from tests.proofs.plan import Plan
from tests.proofs.stage import Stage, Theatre
from tests.proofs.syscalls import deliver
from tests.proofs.verdict import Verdict, copies_of, facts_of, judge, rows_of, timed

FAULTS = (
    "pwrite64:error=ENOSPC",
    "fdatasync:error=EIO",
    "fsync:error=EIO",
    "ftruncate:error=ENOSPC",
)
AT_MOST = 60
QUICK = range(5, 40, 12)


def run(theatre: Theatre, plan: Plan) -> Iterator[Verdict]:
    """Fill the disk at every write of a delivery; only SQLite writes in our own name."""
    if STRACE is None:
        return iter([Verdict("disk", "-", "-", plan.seed, what=ABSENT)])
    scenes = [partial(_prove, theatre.stage("sqlite"), channel, plan) for channel in Channel]
    return children.side_by_side(scenes, theatre.folder)


def _prove(stage: Stage, channel: Channel, plan: Plan) -> Verdict:
    with timed(Verdict("disk", stage.kind, channel.value, plan.seed)) as verdict:
        app, numbers = warm_app(stage), QUICK if plan.quick else range(1, AT_MOST)
        for fault in FAULTS:
            for number in numbers:
                _fill_from(app, stage, channel, f"{fault}:when={number}+")
        verdict.faults += _sent_in_secret(stage, app, channel)
        recover(stage)
        judge(verdict, stage, app.engine, channel)
        sound = facts_of(app.engine, "PRAGMA integrity_check")
        verdict.what = (
            f"{len(FAULTS)} faults from each of {len(numbers)} calls on; integrity {sound}"
        )
        if sound != "ok":
            verdict.faults.append("the file is broken")
    return verdict


def _fill_from(app: App, stage: Stage, channel: Channel, fault: str) -> None:
    (reminder,) = cast.add_clients(app.engine, 1, channel, 1, cast.LATER)
    app.engine.dispose()
    ended = with_fault(partial(_try_to_deliver, app, reminder), fault, stage.folder / "log")
    if ended:
        raise ChildProcessError((stage.folder / "log").read_text())


def _try_to_deliver(app: App, reminder: int) -> None:
    """Make a pass, which may fail as a whole; what it knows it tries to write down but briefly."""
    group_commit.RETRIES = (0.01, 0.01, 0.01, 0.01)
    try:
        deliver(app, reminder)
    except SQLAlchemyError:
        app.engine.dispose()


def _sent_in_secret(stage: Stage, app: App, channel: Channel) -> list[str]:
    """Tell who got something of which the house knows nothing."""
    taken = copies_of(stage, channel)
    secret = [row for row in rows_of(app.engine, channel) if len(taken[row.contact]) > row.attempts]
    return [f"{len(secret)} left without a handoff"] if secret else []
