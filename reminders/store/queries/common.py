"""Statements that other queries share: partial-index conditions, upserts, bulk inserts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, time
from functools import cache, lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Executable,
    Result,
    Select,
    Table,
    TextClause,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from reminders.rules.terms import Status
from reminders.store.column_types import microseconds

Row = tuple[object, ...]
Keeping = tuple[int, Callable[[Any], object]]

_DIALECTS: dict[str, Any] = {"postgresql": postgresql, "sqlite": sqlite}

QUIET = {"synchronize_session": False}
"""Changes by condition do not update rows already loaded; read them again where needed."""


def is_status(*statuses: Status) -> TextClause:
    """Spell the states out, since a partial index serves no bound parameter."""
    words = ", ".join(f"'{status}'" for status in sorted(statuses))
    return text(
        f"reminder.status IN ({words})" if len(statuses) > 1 else f"reminder.status = {words}"
    )


IS_PLANNED = is_status(Status.PLANNED)
IS_GONE = text("reminder.status <> 'planned'")
"""The two halves of what belongs to a day, each with its own index."""

IS_THE_ONE = text(
    "reminder.status IN"
    " ('planned', 'claimed', 'handoff', 'accepted', 'delivered', 'undelivered', 'unknown')"
)
"""The one message of a milestone by a channel that is open or has left, as its index has it."""


def table_of(model: type[SQLModel]) -> Table:
    """Return a model's bare table. Statements asked many times a second are built of these, once
    and for all: building one anew takes longer than its answer.
    """
    return SQLModel.metadata.tables[str(model.__tablename__)]


def hash_key(session: Session) -> bytes:
    """Return the key of hashes that stand where a name, number or address could be read."""
    key: bytes = session.connection().get_execution_options().get("hash_key", b"")
    return key


def hash_keys(session: Session) -> tuple[bytes, ...]:
    """Return the key of hashes, and those that it took the place of."""
    older: tuple[bytes, ...] = (
        session.connection().get_execution_options().get("older_hash_keys", ())
    )
    return hash_key(session), *older


def installation_sender(session: Session) -> str:
    """Return as whom texts leave for clinics that have no sender of their own."""
    sender: str = session.connection().get_execution_options().get("text_sender", "")
    return sender


def asked(session: Session, statement: Executable, **values: Any) -> Result[Any]:
    """Run a statement that stands ready, with these values."""
    return session.connection().execute(statement, values)


def asked_once(limited: Select[Any] | CompoundSelect[Any]) -> Select[Any]:
    """Let a limited choice of rows stand before the change it is made for.

    PostgreSQL may ask what stands inside a change again for each row it looks at, and a limit that
    passes over rows already taken then gives the next ones every time: far more than it says.
    """
    chosen = limited.cte("chosen").prefix_with("MATERIALIZED")
    return select(chosen)


def insert_once(session: Session, table: type[SQLModel], row: dict[str, Any]) -> None:
    """Insert a row unless its like is there already."""
    session.execute(_insert(session, table, row).on_conflict_do_nothing())


def insert_new(session: Session, table: type[SQLModel], row: dict[str, Any]) -> int | None:
    """Insert a row and return its id, or None where its like is there already."""
    made: int | None = asked(session, _inserting(session.get_bind().dialect.name, table), **row).scalar()  # fmt: skip
    return made


@cache
def _inserting(dialect: str, table: type[SQLModel]) -> Any:
    bare = table_of(table)
    return _DIALECTS[dialect].insert(bare).on_conflict_do_nothing().returning(bare.c.id)


def put(session: Session, table: type[SQLModel], row: dict[str, Any], *key: str) -> None:
    """Insert a row, or change the one of that key to it."""
    statement = _putting(session.get_bind().dialect.name, table, tuple(row), key)
    asked(session, statement, **row)


@cache
def _putting(
    dialect: str, table: type[SQLModel], names: tuple[str, ...], key: tuple[str, ...]
) -> Any:
    insert = _DIALECTS[dialect].insert(table_of(table))
    new = {name: insert.excluded[name] for name in names}
    return insert.on_conflict_do_update(index_elements=key, set_=new)


def insert_or_change(
    session: Session,
    table: type[SQLModel],
    row: dict[str, Any],
    key: tuple[str, ...],
    where: ColumnElement[bool],
) -> None:
    """Insert a row; where one of that key is there already, change it to this if ``where``."""
    insert = _insert(session, table, row)
    session.execute(insert.on_conflict_do_update(index_elements=key, set_=row, where=where))


def add_up(
    session: Session, table: type[SQLModel], name: str, counts: Sequence[dict[str, Any]]
) -> None:
    """Add to the count in each row's column of that name, beginning the row where there is none. What
    else stands in ``counts`` is the key; workers at once take them in one order.
    """
    if counts:
        key = tuple(column for column in counts[0] if column != name)
        statement = _adding_up(session.get_bind().dialect.name, table, name, key)
        session.connection().execute(statement, counts)


@cache
def _adding_up(dialect: str, table: type[SQLModel], name: str, key: tuple[str, ...]) -> Any:
    bare = table_of(table)
    insert = _DIALECTS[dialect].insert(bare)
    more = {name: bare.c[name] + insert.excluded[name]}
    return insert.on_conflict_do_update(index_elements=key, set_=more)


def insert_many(session: Session, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Insert many rows by each database's quickest way; values are plain ones, instants UTC.

    PostgreSQL takes a COPY, and nothing else meanwhile: once the first row is there, making the
    next must not ask it anything. SQLite takes them as it stores them.
    """
    rows = iter(rows)
    first = next(rows, None)
    if first is None:
        return
    rows = chain((first,), rows)
    names = ", ".join(columns)
    if session.get_bind().dialect.name == "postgresql":
        cursor: Any = session.connection().connection.cursor()
        with cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    marks = ", ".join("?" * len(columns))
    session.connection().exec_driver_sql(
        f"INSERT INTO {table} ({names}) VALUES ({marks})",  # noqa: S608 (our own names)
        list(as_sqlite_keeps(rows, kept_otherwise(table, tuple(columns)))),
    )


def as_sqlite_keeps(rows: Iterable[Row], otherwise: Sequence[Keeping]) -> Iterator[Row]:
    """Return rows of plain values as SQLite keeps them."""
    for row in rows:
        kept = list(row)
        for place, keep in otherwise:
            if (value := kept[place]) is not None:
                kept[place] = keep(value)
        yield tuple(kept)


@cache
def kept_otherwise(table: str, columns: Sequence[str]) -> Sequence[Keeping]:
    """Return which columns SQLite keeps in a way of its own, by their places, and how."""
    types = SQLModel.metadata.tables[table].c
    kept = [_IN_SQLITE.get(types[name].type.python_type) for name in columns]
    return [(place, keep) for place, keep in enumerate(kept) if keep]


def insert_numbered(session: Session, table: str, rows: Sequence[dict[str, Any]]) -> list[int]:
    """Insert many rows of the same columns, and return their ids in order."""
    if not rows:
        return []
    ids = _next_ids(session, table, len(rows))
    columns = list(rows[0])
    numbered = [
        (number, *(row[column] for column in columns))
        for number, row in zip(ids, rows, strict=True)
    ]
    insert_many(session, table, ("id", *columns), numbered)
    return ids


def _next_ids(session: Session, table: str, count: int) -> list[int]:
    """Take ids nobody else will: from the sequence, or under SQLite's one write lock."""
    if session.get_bind().dialect.name == "postgresql":
        taken = text("SELECT nextval(pg_get_serial_sequence(:t, 'id')) FROM generate_series(1, :n)")
        return sorted(session.scalars(taken, {"t": table, "n": count}))
    last = session.scalar(text(f"SELECT coalesce(max(id), 0) FROM {table}"))  # noqa: S608
    return list(range(last + 1, last + 1 + count))


_IN_SQLITE: dict[type, Callable[[Any], Any]] = {
    datetime: lru_cache(maxsize=1 << 14)(microseconds),
    date: date.isoformat,
    time: lambda at: at.isoformat("microseconds"),
}
"""How our columns of these types are kept in SQLite."""


def _insert(session: Session, table: type[SQLModel], row: dict[str, Any]) -> Any:
    return _DIALECTS[session.get_bind().dialect.name].insert(table).values(row)
