"""Column types that behave alike in SQLite and PostgreSQL: enums, instants, lists of values."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Dialect,
    Integer,
    String,
    Text,
    TypeDecorator,
    bindparam,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import NullType, TypeEngine


class Word(TypeDecorator[StrEnum]):
    """Store an enum member as plain text, and return it as the enum."""

    impl = String(24)
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        """Take the enum whose values may stand in the column."""
        super().__init__()
        self.words = words

    def process_bind_param(self, value: StrEnum | None, _dialect: Dialect) -> str | None:
        """Refuse a value outside the enum; raises ``ValueError``."""
        return None if value is None else self.words(value).value

    def result_processor(self, _dialect: Dialect, _coltype: object) -> Callable[[Any], Any]:
        """Return what gives the enum member back: millions are read, and this is the quickest way."""
        kept: dict[str | None, StrEnum | None] = {None: None}
        return (kept | {word.value: word for word in self.words}).__getitem__


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Instant(TypeDecorator[datetime]):
    """Store an aware instant: as such in PostgreSQL, as microseconds since 1970 in SQLite, which
    has no such type and would take twice the room and time for text.
    """

    impl = DateTime(timezone=True)
    cache_ok = True
    python_type = datetime

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the column type of this database."""
        native: TypeEngine[Any] = (
            BigInteger() if dialect.name == "sqlite" else DateTime(timezone=True)
        )
        return dialect.type_descriptor(native)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | int | None:
        """Refuse an instant without a zone; raises ``ValueError``."""
        if value is not None and value.utcoffset() is None:
            msg = "an instant needs a time zone"
            raise ValueError(msg)
        return value if value is None or dialect.name != "sqlite" else microseconds(value)

    def result_processor(self, dialect: Dialect, _coltype: object) -> Callable[[Any], Any]:
        """Return what gives an aware UTC instant back."""
        return _since_epoch if dialect.name == "sqlite" else _in_utc


def _since_epoch(count: int | None) -> datetime | None:
    return None if count is None else EPOCH + timedelta(0, 0, count)


def _in_utc(instant: datetime | None) -> datetime | None:
    return None if instant is None else instant.astimezone(UTC)


def microseconds(instant: datetime) -> int:
    """Return an aware instant as SQLite keeps it."""
    return (instant - EPOCH) // timedelta(microseconds=1)


class BoundList(TypeDecorator[Sequence[int | str]]):
    """Bind many values as one parameter: an array in PostgreSQL, a JSON text in SQLite. So a
    statement stays the same for any number of them, and is prepared once.
    """

    impl = Text
    cache_ok = True

    def __init__(self, of: TypeEngine[Any]) -> None:
        """Take the type of each value."""
        super().__init__()
        self.of = of

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the column type of this database."""
        native: TypeEngine[Any] = Text() if dialect.name == "sqlite" else ARRAY(self.of)
        return dialect.type_descriptor(native)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Write them as the database reads them."""
        return json.dumps(value) if dialect.name == "sqlite" else value


class among(ColumnElement[Any]):  # noqa: N801 (reads like the function it stands for)
    """Condition: a value is one of many, which are bound under a name when the statement runs."""

    inherit_cache = True
    _traverse_internals = [  # noqa: RUF012 (the library's own shape)
        ("value", InternalTraversal.dp_clauseelement),
        ("many", InternalTraversal.dp_clauseelement),
    ]
    type = NullType()  # called a boolean it would be compared with one, and use no index

    def __init__(self, value: ColumnElement[Any], name: str) -> None:
        """Take the value, and the name of the parameter."""
        self.value = value
        of: TypeEngine[Any] = BigInteger() if isinstance(value.type, Integer) else Text()
        self.many = bindparam(name, type_=BoundList(of))


@compiles(among)
def _among(element: among, compiler: SQLCompiler, **kw: Any) -> str:
    value, many = (compiler.process(part, **kw) for part in (element.value, element.many))
    return f"{value} = ANY({many})"


@compiles(among, "sqlite")
def _among_json(element: among, compiler: SQLCompiler, **kw: Any) -> str:
    value, many = (compiler.process(part, **kw) for part in (element.value, element.many))
    return f"{value} IN (SELECT value FROM json_each({many}))"  # noqa: S608 (compiled parts)
