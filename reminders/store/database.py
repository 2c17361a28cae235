"""Connect to SQLite or PostgreSQL and open transactions, safely for each."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from reminders.private_files import make_folder, owner_only
from reminders.store.arrival_filter import ReadingSession
from reminders.store.connections import (
    BUSY,
    pool_options,
    prepare_sessions,
    session_options,
)
from reminders.store.writing_session import WritingSession

T = TypeVar("T")

ASKING = 0.008
"""Seconds for which SQLite asks for its write lock by itself: after 1, 3 and 8 ms, and then so seldom
that it misses the moment between two transactions of somebody with many. So it begins anew."""


def normalise(url: str) -> URL:
    """Read a database address, accepting the ``postgres://`` that hosts hand out.

    Raises ``sqlalchemy.exc.ArgumentError`` where it is no address at all.
    """
    parsed = make_url(url)
    if parsed.drivername in {"postgres", "postgresql"}:
        return parsed.set(drivername="postgresql+psycopg")
    return parsed


def server_of(url: str) -> str:
    """Return which server and database an address leads to, without its credentials."""
    address = normalise(url)
    hosts = address.query.get("host", address.host)
    return f"{hosts}:{address.port or ''}/{address.database}"


def open_engine(
    url: str,
    hash_key: bytes = b"",
    *,
    older_hash_keys: Sequence[bytes] = (),
    text_sender: str = "",
    connections: int = 5,
    pooled: bool = False,
) -> Engine:
    """Return an engine for the address; nothing is contacted yet. ``hash_key`` is what hashes
    stand under that take the place of erased contacts, and of names and numbers asked about,
    and ``older_hash_keys`` those of before;
    ``text_sender`` is as whom texts leave for clinics that have no sender of their own; at
    most so many ``connections`` are open at once; ``pooled`` says that a pooler stands between,
    where that cannot be told.

    Errors never show what was to be written, since they end up in logs.
    """
    address = normalise(url)
    if address.get_backend_name() == "sqlite":
        engine = _open_sqlite(address, connections)
    else:
        engine = create_engine(address, **session_options(connections, pooled=pooled))
        prepare_sessions(engine, pooled=pooled)
    keys = {"hash_key": hash_key, "older_hash_keys": tuple(older_hash_keys)}
    engine.update_execution_options(**keys, text_sender=text_sender, pooled=pooled)
    return engine


def _open_sqlite(address: URL, connections: int) -> Engine:
    options: dict[str, Any] = {}
    if address.database and address.database != ":memory:":
        make_folder(Path(address.database).absolute().parent)
        options = pool_options(connections)
    engine = create_engine(
        address, connect_args={"timeout": ASKING}, hide_parameters=True, **options
    )
    event.listen(engine, "do_connect", _make_sqlite)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _make_sqlite(_dialect: Any, _record: Any, where: list[str], _words: Any) -> None:
    """Make a new database's file for its owner alone; its log takes after it. Where that cannot
    be, SQLite itself says why. One that is there is not touched: closing it would undo the
    locks that SQLite holds on it.
    """
    if where[0] != ":memory:":
        with suppress(OSError):
            open(where[0], "xb", opener=owner_only).close()


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    """Keep what was committed even through a power cut, and let readers read meanwhile. The log is
    moved into the file 64 MB at a time: the commit that triggers it waits for it.
    """
    connection.isolation_level = None
    _use_wal(connection)
    pragmas = (
        "synchronous=FULL",
        "foreign_keys=ON",
        "cache_size=-4000",
        "wal_autocheckpoint=16000",
    )
    for pragma in pragmas:
        connection.execute(f"PRAGMA {pragma}")


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switch a new file to WAL; SQLite does not wait for locks here, so a second process
    retries."""
    until = time.monotonic() + BUSY
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    """Take the write lock first where a transaction may write, so that it cannot lose a race."""
    if connection.get_execution_options().get("read_only", False):
        connection.exec_driver_sql("BEGIN")
        return
    until = time.monotonic() + BUSY
    while True:
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except OperationalError:
            if time.monotonic() > until:
                raise
        else:
            return


def _is_server(engine: Engine) -> bool:
    return engine.dialect.name == "postgresql"


def database_time(engine: Engine) -> datetime | None:
    """Return what the database's own clock says (UTC); None for SQLite, which has none."""
    if not _is_server(engine):
        return None
    with engine.connect() as connection:
        told: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    return told.astimezone(UTC)


def is_encrypted(engine: Engine) -> bool | None:
    """Say whether the connection to PostgreSQL is encrypted; None where it goes by no network."""
    if engine.dialect.name != "postgresql" or (engine.url.host or "/").startswith("/"):
        return None
    with engine.connect() as connection:
        found = text("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        return bool(connection.execute(found).scalar())


@contextmanager
def writing(engine: Engine | Connection) -> Iterator[Session]:
    """Open a transaction that commits at the end, or not at all."""
    with WritingSession(engine, expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def reading(engine: Engine, *, snapshot: bool = False) -> Iterator[Session]:
    """Open a read-only session; it never waits for a writer, and sees a list once it is whole. A
    ``snapshot`` sees nothing else of what is committed meanwhile, as SQLite never does.
    """
    as_of = {"isolation_level": "REPEATABLE READ"} if snapshot and _is_server(engine) else {}
    with ReadingSession(engine.execution_options(read_only=True, **as_of)) as session:
        yield session


@contextmanager
def short_transaction(engine: Engine) -> Iterator[Session]:
    """Open a transaction to see what an action would do; it is always undone."""
    with WritingSession(engine, expire_on_commit=False) as session:
        session.begin()
        try:
            yield session
        finally:
            session.rollback()
