"""Queries for staff pages: a clinic's own rows only, and search for clients."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session
from sqlmodel import col

from reminders.store.queries.people import kept, name_key
from reminders.store.tables import Client, Reply

T = TypeVar("T")

PAGE = 50
"""How many clients a page shows."""


class NotAtClinic(LookupError):  # noqa: N818 (nobody's fault)
    """There is no such row at this clinic."""


def row_of_clinic(
    session: Session, clinic_id: int, table: type[T], row_id: int, *, lock: bool = False
) -> T:
    """Return a clinic's own row of any table that names a clinic; raises ``NotHere`` where there is
    none, or it is another clinic's. A merged client's row is the kept one's.
    """
    model: Any = table
    wanted = select(table).where(model.id == row_id, model.clinic_id == clinic_id)
    found = session.scalars(wanted.with_for_update() if lock else wanted).first()
    if found is None:
        raise NotAtClinic
    if isinstance(found, Client) and found.merged_into is not None:
        return row_of_clinic(session, clinic_id, table, found.merged_into, lock=lock)
    return found


def clients_called(
    session: Session, clinic_id: int, typed: str, after: tuple[str, int] = ("", 0)
) -> list[Client]:
    """Return a page of clients whose name, given or family name first, begins like this."""
    key = name_key(typed)
    order = col(Client.name_key)
    found = _page(session, clinic_id, order, key, after)
    if key and len(found) < PAGE:
        known = {client.id for client in found}
        more = _page(session, clinic_id, col(Client.family_key), key, ("", 0))
        found += [client for client in more if client.id not in known]
    return found[:PAGE]


_LISTED = (col(Client.erased_at).is_(None), col(Client.merged_into).is_(None))


def _page(
    session: Session, clinic_id: int, key: Any, prefix: str, after: tuple[str, int]
) -> list[Client]:
    begins = _begins(session, key, prefix) if prefix else true()
    later = (key > after[0]) | ((key == after[0]) & (col(Client.id) > after[1]))
    wanted = select(Client).where(col(Client.clinic_id) == clinic_id, *_LISTED, begins)
    if after != ("", 0):
        wanted = wanted.where(key >= after[0], later)
    return list(session.scalars(wanted.order_by(key, col(Client.id)).limit(PAGE)))


def _begins(session: Session, key: Any, prefix: str) -> ColumnElement[bool]:
    """Say that a text begins like this, by its index: PostgreSQL reads a pattern, SQLite a
    range."""
    if session.get_bind().dialect.name == "postgresql":
        found: ColumnElement[bool] = key.startswith(prefix, autoescape=True)
        return found
    in_range: ColumnElement[bool] = (key >= prefix) & (key < prefix + "\U0010ffff")
    return in_range


def clients_reached_by(session: Session, clinic_id: int, contact: str) -> list[Client]:
    """Return a page of clients whose number or address begins like this."""
    column = col(Client.email) if "@" in contact else col(Client.phone)
    wanted = (
        select(Client)
        .where(col(Client.clinic_id) == clinic_id, *_LISTED, _begins(session, column, contact))
        .order_by(column, col(Client.id))
        .limit(PAGE)
    )
    return list(session.scalars(wanted))


def clients_page(session: Session, clinic_id: int, after: int, limit: int) -> list[Client]:
    """Return a page of a clinic's clients with ids above ``after``."""
    wanted = select(Client).where(col(Client.clinic_id) == clinic_id, col(Client.id) > after)
    return list(session.scalars(wanted.where(*_LISTED).order_by(col(Client.id)).limit(limit)))


def owner_of(session: Session, clinic_id: int, own_id: str) -> Client | None:
    """Return the client who has this number of the clinic's own, or whose merged record has it."""
    found_by = (col(Client.clinic_id) == clinic_id, col(Client.external_id) == own_id)
    return session.scalars(kept(*found_by)).first()


def replies_of(session: Session, clinic_id: int, client_id: int) -> list[Reply]:
    """Return all a client wrote, the first first."""
    wanted = select(Reply).where(
        col(Reply.clinic_id) == clinic_id, col(Reply.client_id) == client_id
    )
    return list(session.scalars(wanted.order_by(col(Reply.received_at), col(Reply.id))))
