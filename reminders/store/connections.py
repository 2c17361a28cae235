"""Connect to PostgreSQL sparingly, directly or through a pooler, and tell its absence from a fault."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

log = structlog.get_logger()

BUSY = 5
"""Seconds to wait for another writer, or for an answer at all, before giving up."""

FOR_A_TURN = 8
"""Seconds to wait for a connection while all that we may have are used: Twilio waits for fifteen."""

AWAY = (OperationalError, InterfaceError, InternalError, PoolTimeout)
"""What is raised while the database does not answer, refuses connections, only reads, or has no
connection left for us: it passes.
"""

DEMOTED = {"25006"}
"""PostgreSQL's code for a server that only reads: a connection to it is of no use any more."""

SETTINGS = {"lock_timeout": f"{BUSY}s"}
"""What PostgreSQL is told in every session, or behind a pooler in every transaction."""


def pool_options(connections: int) -> dict[str, Any]:
    """Return how to keep at most so many connections, of which those used last are used again."""
    return {
        "pool_size": connections,
        "max_overflow": 0,
        "pool_timeout": FOR_A_TURN,
        "pool_use_lifo": True,
    }


def session_options(
    connections: int, name: str = "reminders", *, pooled: bool = False
) -> dict[str, Any]:
    """Return how to open an engine that keeps at most so many connections, which the server lists
    under a name. No setting is asked for at the start of a session, since poolers refuse that.
    """
    unprepared = {"prepare_threshold": None} if pooled else {}
    return {
        **pool_options(connections),
        "pool_pre_ping": True,
        "pool_recycle": 300,
        "hide_parameters": True,
        "connect_args": {"application_name": name, "connect_timeout": BUSY, **unprepared},
    }


def prepare_sessions(
    engine: Engine, more: Mapping[str, str] = MappingProxyType({}), *, pooled: bool = False
) -> None:
    """Prepare each new connection, with more settings: behind a pooler nothing may belong to a
    session.
    """
    settings = {**SETTINGS, **more}.items()

    def start_session(connection: Any, record: Any) -> None:
        record.info["pooled"] = pooled or _is_pooled(connection, record)
        if record.info["pooled"]:
            record.driver_connection.prepare_threshold = None
        else:
            _ask(connection, _setting(settings, "false"))
        connection.commit()

    def begin(connection: Connection) -> None:
        if connection.info.get("pooled"):
            connection.exec_driver_sql(_setting(settings, "true"))

    event.listen(engine, "connect", start_session)
    event.listen(engine, "begin", begin)
    event.listen(engine, "handle_error", _let_go_if_demoted)


def _setting(settings: Iterable[tuple[str, str]], for_transaction: str) -> str:
    """Return the statement that makes these settings, of our own words alone."""
    calls = (f"set_config('{name}', '{value}', {for_transaction})" for name, value in settings)
    return f"SELECT {', '.join(calls)}"


def _is_pooled(connection: Any, record: Any) -> bool:
    """Say whether another program answers for the server: it hands out numbers of its own."""
    said: int = record.driver_connection.info.backend_pid
    return bool(said != _ask(connection, "SELECT pg_backend_pid()"))


def _ask(connection: Any, statement: str) -> Any:
    cursor = connection.cursor()
    try:
        cursor.execute(statement)
        return cursor.fetchone()[0] if cursor.description else None
    finally:
        cursor.close()


def _let_go_if_demoted(context: ExceptionContext) -> None:
    """Open new connections once a server only reads: the address leads to another one by now."""
    if getattr(context.original_exception, "sqlstate", None) in DEMOTED:
        context.is_disconnect = True


def is_pooled(engine: Engine) -> bool:
    """Say whether the database is reached through a pooler."""
    if engine.dialect.name != "postgresql":
        return False
    with engine.connect() as connection:
        return bool(connection.info.get("pooled"))


LATELY = 60.0
"""Seconds in which a connection that nobody needed becomes one to be given back."""


class IdleConnections:
    """Count how many of an engine's connections are used at once, so that those nobody needed lately
    can be given back: others of a small plan need them.
    """

    def __init__(self, engine: Engine) -> None:
        """Take the engine."""
        self._engine = engine
        self._used = self._most = 0
        self._since = time.monotonic()
        event.listen(engine, "checkout", self._count_out)
        event.listen(engine, "checkin", self._count_in)

    def _count_out(self, *_: Any) -> None:
        self._used += 1
        self._most = max(self._most, self._used)

    def _count_in(self, *_: Any) -> None:
        self._used -= 1

    def has_surplus(self) -> bool:
        """Say once in a while whether more connections are open than were used at once since."""
        if time.monotonic() - self._since < LATELY:
            return False
        opened = self._used + self._engine.pool.checkedin()  # type: ignore[attr-defined]
        needed, self._most, self._since = self._most, self._used, time.monotonic()
        return bool(opened > needed)


def wait_for(engine: Engine) -> None:
    """Wait until the database answers and may be written to, ever more patiently, and say why."""
    wait = 1.0
    while (why := _absence(engine)) is not None:
        log.warning("waiting for the database", why=why, seconds=round(wait))
        time.sleep(wait)
        wait = min(2 * wait, 30.0)


def _absence(engine: Engine) -> str | None:
    """Return in a line why the database cannot be used; None where it can."""
    if engine.dialect.name != "postgresql":
        return None
    try:
        with engine.connect() as connection:
            only_reads = connection.execute(text("SELECT pg_is_in_recovery()")).scalar()
    except AWAY as error:
        return reason(error)
    return "it only reads" if only_reads else None


def reason(error: BaseException) -> str:
    """Return the driver's own words, without the statement and the address that follow."""
    said = str(getattr(error, "orig", None) or error).strip()
    return said.splitlines()[-1].rpartition("failed: ")[2] if said else type(error).__name__
