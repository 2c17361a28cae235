"""What the desk asks: every row through one function that knows whose it is."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

T = TypeVar("T")


class NotHere(LookupError):  # noqa: N818 (nobody's fault)
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
