"""Run the real engine forward on a copy of the database, without sending anything."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import Protocol

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from reminders.delivery.pass_summary import PassSummary
from reminders.rules.terms import Reason
from reminders.store.database import reading, writing
from reminders.store.queries import lanes, overview, plans
from reminders.store.queries.overview import ReminderLine
from reminders.store.queries.rehearsal_copy import copy_for_rehearsal
from reminders.store.stage import stage

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


class Passes(Protocol):
    """Whoever sends what is due, a pass at a time."""

    def run(self) -> PassSummary:
        """Make one pass."""
        ...


class DispatcherFactory(Protocol):
    """Makes a dispatcher for another database and clock."""

    def __call__(self, engine: Engine, clock: Callable[[], datetime]) -> Passes:
        """Return a dispatcher whose messages leave nothing."""
        ...


def play(
    engine: Engine,
    dispatcher: Passes,
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


@contextmanager
def rehearsed(
    engine: Engine,
    make_dispatcher: DispatcherFactory,
    start: datetime,
    until: datetime,
    *,
    clients: Collection[int] | None = None,
    progress: Callable[[datetime], None] = lambda _: None,
) -> Iterator[Session]:
    """Play a copy of the database from ``start`` to ``until`` (UTC) and read it as it then stands.
    Nothing is sent and nothing is changed; with ``clients`` only they, and who shares a number or
    address with them, are on it, as if their clinic were live.
    """
    with _stage_like(engine) as copy:
        with (
            engine.execution_options(read_only=True).connect() as source,
            copy.begin() as target,
        ):
            copy_for_rehearsal(source, target, clients)
        copy.dispose()  # the connection that copied may also lead to the original
        with _played(copy, make_dispatcher, start, until, progress) as session:
            yield session


def rehearse(
    engine: Engine,
    make_dispatcher: DispatcherFactory,
    start: datetime,
    until: datetime,
    *,
    clients: Collection[int] | None = None,
) -> list[ReminderLine]:
    """Return every reminder as it stands after a rehearsal, or those of these clients."""
    with rehearsed(engine, make_dispatcher, start, until, clients=clients) as session:
        return [x for x in overview.lines(session) if clients is None or x.client_id in clients]


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
    with _stage_like(engine) as copy:
        with Session(engine) as session, copy.begin() as target:
            client_id = change(session)
            session.flush()
            copy_for_rehearsal(session.connection(), target, [client_id])
            session.rollback()
        with _played(copy, make_dispatcher, start, until) as session:
            return overview.lines(session, client_id)


def _stage_like(engine: Engine) -> AbstractContextManager[Engine]:
    return stage(engine.get_execution_options().get("text_sender", ""))


@contextmanager
def _played(
    copy: Engine,
    make_dispatcher: DispatcherFactory,
    start: datetime,
    until: datetime,
    progress: Callable[[datetime], None] = lambda _: None,
) -> Iterator[Session]:
    clock = SetClock(start)
    play(copy, make_dispatcher(copy, clock), clock, until, progress)
    with reading(copy) as session:
        yield session
