"""What several questions share: states spelled out for partial indexes, and inserts that happen once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from reminders.rules.terms import Status

QUIET = {"synchronize_session": False}
"""Changes by condition never touch rows already loaded; whoever needs them reads again."""


def is_status(*statuses: Status) -> TextClause:
    """Spell the states out, since a partial index serves no bound parameter."""
    words = ", ".join(f"'{status}'" for status in sorted(statuses))
    return text(
        f"reminder.status IN ({words})" if len(statuses) > 1 else f"reminder.status = {words}"
    )


def insert_once(session: Session, table: type[SQLModel], row: dict[str, Any]) -> None:
    """Insert a row unless its like is there already."""
    session.execute(_insert(session, table, row).on_conflict_do_nothing())


def put(session: Session, table: type[SQLModel], row: dict[str, Any], key: str) -> None:
    """Insert a row, or change the one of that key to it."""
    insert = _insert(session, table, row)
    session.execute(insert.on_conflict_do_update(index_elements=[key], set_=row))


def _insert(session: Session, table: type[SQLModel], row: dict[str, Any]) -> Any:
    dialect: Any = {"postgresql": postgresql, "sqlite": sqlite}[session.get_bind().dialect.name]
    return dialect.insert(table).values(row)
