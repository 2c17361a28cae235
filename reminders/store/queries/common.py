"""What several questions share: states spelled out for partial indexes, and inserts that happen once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel

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
    dialect: Any = {"postgresql": postgresql, "sqlite": sqlite}[session.get_bind().dialect.name]
    session.execute(dialect.insert(table).values(row).on_conflict_do_nothing())
