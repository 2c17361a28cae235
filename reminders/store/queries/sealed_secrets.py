"""Queries for sealed secrets, wherever they stand, and for sealing them anew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlmodel import SQLModel, col

from reminders.store.queries.common import QUIET, table_of
from reminders.store.queries.consents import HASHED
from reminders.store.tables import Suppression

T = TypeVar("T", bound=SQLModel)


def every(session: Session, model: type[T]) -> Sequence[T]:
    """Return all rows of a table that holds secrets."""
    return session.scalars(select(model).order_by(table_of(model).c.id)).all()


def exchange(
    session: Session, model: type[SQLModel], row_id: int, column: str, was: str, now: str
) -> bool:
    """Put a secret sealed anew in the place of the old one, unless somebody changed it meanwhile."""
    table = table_of(model)
    change = update(table).where(table.c.id == row_id, table.c[column] == was)
    changed = session.execute(
        change.values({column: now}).returning(table.c.id).execution_options(**QUIET)
    )
    return changed.first() is not None


def hashed_stops(session: Session) -> int:
    """Count the opt-outs of erased clients, which only the key they were hashed under finds."""
    found = select(col(Suppression.id)).where(
        col(Suppression.contact) >= HASHED, col(Suppression.contact) < chr(ord(HASHED) + 1)
    )
    return len(session.execute(found).all())
