"""Run the real engine forward on a copy of the database, without sending anything."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from sqlalchemy import Engine
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from reminders.delivery.dispatcher import Dispatcher
from reminders.rules.terms import Message, Reason
from reminders.senders import HandOff
from reminders.store.database import open_engine, reading, writing
from reminders.store.queries import lanes, overview, plans
from reminders.store.queries.overview import ReminderLine

WAITS_FOR_STAFF = frozenset(
    {
        Reason.COUNTRY,
        Reason.HALTED,
        Reason.ON_HOLD,
        Reason.PRACTICE,
        Reason.PROVIDER_REFUSES,
        Reason.WORDING,
    }
)
"""What only people end, who do nothing in a rehearsal: it need not be looked at again every hour."""


class SetClock:
    """A clock that stands where it is set."""

    def __init__(self, now: datetime) -> None:
        """Set the clock to an aware instant."""
        self.now = now

    def __call__(self) -> datetime:
        """Tell the time."""
        return self.now


class AcceptingSender:
    """A sender that accepts every message and sends none."""

    async def send(self, message: Message, hand_off: HandOff) -> str:
        """Hand off, and call it accepted."""
        await hand_off()
        return message.reference

    async def close(self) -> None:
        """Nothing is kept open."""


class DispatcherFactory(Protocol):
    """Makes a dispatcher for another database and clock."""

    def __call__(self, engine: Engine, clock: Callable[[], datetime]) -> Dispatcher:
        """Return a dispatcher whose messages leave nothing."""
        ...


def play(
    engine: Engine,
    dispatcher: Dispatcher,
    clock: SetClock,
    until: datetime,
    progress: Callable[[datetime], None] = lambda _: None,
) -> None:
    """Set the clock from one due moment to the next, with a pass at each, until ``until``."""
    while (due := _next_due(engine)) is not None and due <= until:
        clock.now = max(clock.now, due)
        progress(clock.now)
        if WAITS_FOR_STAFF & dispatcher.run().deferred.keys():
            with writing(engine) as session:
                plans.put_off_until_stale(session, WAITS_FOR_STAFF)
    clock.now = max(clock.now, until)
    progress(clock.now)


def _next_due(engine: Engine) -> datetime | None:
    with reading(engine) as session:
        return lanes.opens_next(session)


def rehearse(
    engine: Engine,
    make_dispatcher: DispatcherFactory,
    start: datetime,
    until: datetime,
    *,
    clients: Collection[int] | None = None,
    progress: Callable[[datetime], None] = lambda _: None,
) -> list[ReminderLine]:
    """Play a copy of the database from ``start`` to ``until`` (UTC) and return every reminder
    as it then stands. Nothing is sent and nothing is changed; with ``clients`` only theirs are
    shown, as if their clinic were live.
    """
    with _stage(engine) as stage:
        with (
            engine.execution_options(read_only=True).connect() as source,
            stage.begin() as target,
        ):
            overview.copy_for_rehearsal(source, target, clients)
        lines = _played(stage, make_dispatcher, start, until, progress)
    return [line for line in lines if clients is None or line.client_id in clients]


def rehearse_change(
    engine: Engine,
    make_dispatcher: DispatcherFactory,
    change: Callable[[Session], int],
    start: datetime,
    until: datetime,
) -> list[ReminderLine]:
    """Play what one client would get after a change that is not made: ``change`` is carried
    out, copied and undone, and returns whose it is.
    """
    with _stage(engine) as stage:
        with Session(engine) as session, stage.begin() as target:
            client_id = change(session)
            session.flush()
            overview.copy_for_rehearsal(session.connection(), target, [client_id])
            session.rollback()
        lines = _played(stage, make_dispatcher, start, until, lambda _: None)
    return [line for line in lines if line.client_id == client_id]


@contextmanager
def _stage(like: Engine) -> Iterator[Engine]:
    sender = like.get_execution_options().get("text_sender", "")
    with TemporaryDirectory(prefix="rehearsal-", ignore_cleanup_errors=True) as folder:
        stage = open_engine(f"sqlite:///{Path(folder) / 'rehearsal.db'}", text_sender=sender)
        try:
            SQLModel.metadata.create_all(stage)
            yield stage
        finally:
            stage.dispose()


def _played(
    stage: Engine,
    make_dispatcher: DispatcherFactory,
    start: datetime,
    until: datetime,
    progress: Callable[[datetime], None],
) -> list[ReminderLine]:
    clock = SetClock(start)
    play(stage, make_dispatcher(stage, clock), clock, until, progress)
    with reading(stage) as session:
        return overview.lines(session)
