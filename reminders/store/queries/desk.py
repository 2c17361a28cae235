"""What the desk asks: every row through one function that knows whose it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

T = TypeVar("T")


class NotHere(LookupError):
    """There is no such row at this clinic."""


def own(session: Session, clinic_id: int, table: type[T], row_id: int, *, lock: bool = False) -> T:
    """Return a clinic's own row of any table that names a clinic; raises ``NotHere`` where
    there is none, or it is another's: nobody can tell which.
    """
    model: Any = table
    wanted = select(table).where(model.id == row_id, model.clinic_id == clinic_id)
    found = session.scalars(wanted.with_for_update() if lock else wanted).first()
    if found is None:
        raise NotHere
    return found


@dataclass(frozen=True, slots=True)
class Counts:
    """What the shell shows everywhere: what needs a person, and which replies do."""

    people: int = 0
    replies: int = 0


def counts(session: Session, clinic_id: int, now: datetime) -> Counts:
    """Count what needs a person."""
    return Counts()
