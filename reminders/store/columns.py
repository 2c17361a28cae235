"""The columns both databases keep alike: our words, and instants."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import BigInteger, DateTime, Dialect, String, TypeDecorator
from sqlalchemy.types import TypeEngine


class Word(TypeDecorator[StrEnum]):
    """Store one of our words as plain text and give it back as its enum."""

    impl = String(24)
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        """Take the enum whose values may stand in the column."""
        super().__init__()
        self.words = words

    def process_bind_param(self, value: StrEnum | None, _dialect: Dialect) -> str | None:
        """Refuse what is not one of the words; raises ``ValueError``."""
        return None if value is None else self.words(value).value

    def process_result_value(self, value: Any, _dialect: Dialect) -> StrEnum | None:
        """Give the word back as its enum member."""
        return None if value is None else self.words(value)


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Instant(TypeDecorator[datetime]):
    """Store an aware instant: as such in PostgreSQL, as microseconds since 1970 in SQLite, which
    has no such type and would take twice the room and time for text.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return what stands for it in this database."""
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

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Give an aware UTC instant back."""
        if value is None:
            return None
        if dialect.name == "sqlite":
            return EPOCH + timedelta(microseconds=value)
        return cast("datetime", value).astimezone(UTC)


def microseconds(instant: datetime) -> int:
    """Return an aware instant as SQLite keeps it."""
    return (instant - EPOCH) // timedelta(microseconds=1)
