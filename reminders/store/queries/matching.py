"""Find whom a list, a booking or a form may mean among the clients of a clinic."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Select, select, union
from sqlalchemy.orm import Session
from sqlmodel import col

from reminders.rules.identity import Number
from reminders.store.column_types import among
from reminders.store.queries.common import table_of
from reminders.store.queries.people import MEANT
from reminders.store.tables import Client, Treatment

_WAYS = (("phone", "contacts"), ("email", "contacts"), ("external_id", "external_ids"), ("name_key", "names"), ("id", "ids"))  # fmt: skip
"""The columns by which clients are found, and what is told that may stand in them."""


def clients_matching(
    session: Session,
    clinic_id: int,
    *,
    contacts: Collection[str] = (),
    external_ids: Collection[str] = (),
    bookings: Iterable[Number] = (),
    names: Collection[str] = (),
    ids: Collection[int] = (),
    families: Collection[str] = (),
) -> list[Client]:
    """Return everyone of a clinic who may be meant by these contacts, numbers, bookings or full names
    (``name_key``), has one of these ids or of these ``families`` names, for nobody else to change
    until the transaction ends. Each way is a question of its own, for its own index: together they
    are one that SQLite answers by looking at everyone.
    """
    told = {"contacts": contacts, "external_ids": external_ids, "names": names, "ids": ids}
    many: dict[str, Any] = {name: list(those) for name, those in told.items()}
    here = col(Client.clinic_id) == clinic_id
    found = [
        select(MEANT).where(here, among(table_of(Client).c[column], name))
        for column, name in _WAYS
        if many[name]
    ]
    found += [
        select(MEANT).where(here, col(Client.family_key).startswith(f"{name} ", autoescape=True))
        for name in families
    ]
    for source, numbers in groupby(sorted(bookings), key=itemgetter(0)):
        many[name := f"bookings{len(found)}"] = [number for _, number in numbers]
        found.append(
            select(MEANT).where(here, col(Client.id).in_(_booked(clinic_id, source, name)))
        )
    if not found:
        return []
    wanted = select(Client).where(col(Client.id).in_(union(*found)))
    return list(session.scalars(wanted.order_by(col(Client.id)).with_for_update(), many))


def _booked(clinic_id: int, source: str, name: str) -> Select[int]:
    booking = (col(Treatment.source) == source, among(table_of(Treatment).c.external_id, name))
    return select(col(Treatment.client_id)).where(col(Treatment.clinic_id) == clinic_id, *booking)
