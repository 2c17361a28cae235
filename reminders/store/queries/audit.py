"""The audit log: who changed what, when, and in which row."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session
from sqlmodel import SQLModel, col

from reminders.rules.translation import gettext_noop
from reminders.store.tables import Audit

COMMAND_LINE = gettext_noop("command line")
"""Who changed something by a command: whoever may run commands on that machine."""


def record(
    session: Session,
    clinic_id: int | None,
    who: str,
    what: str,
    of: type[SQLModel],
    row_id: int | None,
    now: datetime,
    detail: str = "",
) -> None:
    """Record a change in the transaction that makes it.

    ``what`` is a short verb phrase such as “changed sending hours”; ``detail`` what was and is,
    never a client's name, number or address, since the record outlives an erasure.
    """
    line = Audit(
        clinic_id=clinic_id,
        recorded_at=now,
        actor=who,
        action=what,
        entity=str(of.__tablename__),
        row_id=row_id,
        detail=detail,
    )
    session.add(line)


def page(
    session: Session, clinic_id: int, before: int | None = None, limit: int = 50
) -> list[Audit]:
    """Return the latest changes at a clinic, or those recorded before the line of that id."""
    wanted = select(Audit).where(col(Audit.clinic_id) == clinic_id)
    if before is not None:
        wanted = wanted.where(col(Audit.id) < before)
    return list(session.scalars(wanted.order_by(col(Audit.id).desc()).limit(limit)))


def of_row(session: Session, of: type[SQLModel], row_id: int) -> list[Audit]:
    """Return every change of one row, the first change first."""
    wanted = select(Audit).where(
        col(Audit.entity) == str(of.__tablename__), col(Audit.row_id) == row_id
    )
    return list(session.scalars(wanted.order_by(col(Audit.id))))


def happened(session: Session, clinic_id: int, what: str) -> bool:
    """Say whether this was ever done at a clinic."""
    wanted = exists().where(col(Audit.clinic_id) == clinic_id, col(Audit.action) == what)
    return bool(session.scalar(select(wanted)))


def last(session: Session, clinic_id: int, what: Collection[str]) -> datetime | None:
    """Return when one of these was last done at a clinic (UTC)."""
    wanted = select(col(Audit.recorded_at)).where(
        col(Audit.clinic_id) == clinic_id, col(Audit.action).in_(what)
    )
    return session.scalar(wanted.order_by(col(Audit.id).desc()).limit(1))
