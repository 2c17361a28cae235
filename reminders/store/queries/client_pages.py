"""Queries for clients' own pages: find a page by its key, and list what is planned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from reminders.rules.terms import LEFT, Channel, Status
from reminders.store.queries import people
from reminders.store.queries.common import QUIET, is_status, table_of
from reminders.store.tables import Client, Reminder, Treatment

C = table_of(Client)


def client_with(session: Session, key: str) -> Client | None:
    """Return whose page has this key; that of a merged record leads to the kept client's."""
    return session.scalars(people.kept(col(Client.page_key) == key)).first()


def keyless(session: Session, limit: int) -> list[tuple[int, int]]:
    """Return the ids and editions of clients whose page has no key yet, and hold them."""
    wanted = select(C.c.id, C.c.page_edition).where(C.c.page_key.is_(None)).order_by(C.c.id)
    rows = session.execute(wanted.limit(limit).with_for_update())
    return [(row.id, row.page_edition) for row in rows]


def is_keyless(session: Session) -> bool:
    """Say whether any page has no key yet."""
    return session.scalar(select(C.c.id).where(C.c.page_key.is_(None)).limit(1)) is not None


def set_keys(session: Session, keys: Sequence[tuple[int, str]]) -> None:
    """Give pages their keys, by client."""
    if keys:
        give = update(C).where(C.c.id == bindparam("client")).values(page_key=bindparam("key"))
        rows = [{"client": client_id, "key": key} for client_id, key in keys]
        session.connection().execute(give, rows)


def drop_keys(session: Session) -> None:
    """Take every page its key."""
    session.execute(update(Client).values(page_key=None).execution_options(**QUIET))


@dataclass(frozen=True, slots=True)
class PlannedReminder:
    """A reminder that is planned for a client."""

    treatment_id: int
    treated_on: date
    protocol: str
    milestone: str
    channel: Channel
    due_at: datetime


def coming(session: Session, client_id: int) -> list[PlannedReminder]:
    """Return what is planned for a client's treatments, the next first; notes are no part of it."""
    rows = session.execute(
        select(
            col(Treatment.id),
            col(Treatment.treated_on),
            col(Treatment.protocol),
            col(Reminder.milestone),
            col(Reminder.channel),
            col(Reminder.due_at),
        )
        .join(Treatment, col(Treatment.id) == col(Reminder.treatment_id))
        .where(col(Reminder.client_id) == client_id, is_status(Status.PLANNED, Status.CLAIMED))
        .order_by(col(Reminder.due_at), col(Reminder.channel).desc())
    )
    return [PlannedReminder(*row) for row in rows]


def left(session: Session, client_id: int) -> int:
    """Return how many messages a client was sent."""
    sent = select(func.count()).where(col(Reminder.client_id) == client_id, is_status(*LEFT))
    return session.scalar(sent.select_from(Reminder)) or 0
