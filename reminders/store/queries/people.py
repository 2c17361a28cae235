"""Queries for clinics, clients and their treatments."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from itertools import chain, count
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Select, event, func, or_, select, update
from sqlalchemy.orm import Session, object_session
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import col

from reminders.store.column_types import among
from reminders.store.queries.common import IS_GONE, IS_PLANNED, QUIET, insert_numbered, table_of
from reminders.store.tables import Client, Clinic, Reminder, Treatment


@lru_cache(maxsize=8192)
def name_key(name: str) -> str:
    """Return what two spellings of one name share: no capitals, accents or extra spaces."""
    bare = unicodedata.normalize("NFKD", name)
    letters = "".join(mark for mark in bare if not unicodedata.combining(mark))
    return " ".join(letters.casefold().split())


def zones(session: Session) -> set[str]:
    """Return every time zone that a clinic or a client lives in."""
    rows = session.execute(select(col(Clinic.time_zone)).union(select(col(Client.time_zone))))
    return {zone for (zone,) in rows if zone}


def clinics(session: Session) -> list[Clinic]:
    """Return every clinic by name."""
    return list(session.scalars(select(Clinic).order_by(col(Clinic.name_key))))


def clinic_named(session: Session, name: str) -> Clinic | None:
    """Return the clinic of that name, however it is spelled."""
    return session.scalars(select(Clinic).where(col(Clinic.name_key) == name_key(name))).first()


def clinic_at(session: Session, slug: str) -> Clinic | None:
    """Return the clinic that clients join at this address."""
    return session.scalars(select(Clinic).where(col(Clinic.slug) == slug)).first()


def free_slug(session: Session, name: str) -> str:
    """Return how a new clinic's name stands in an address; namesakes are counted."""
    bare = re.sub(r"[^a-z0-9]+", "-", name_key(name)).strip("-") or "clinic"
    choices = (f"{bare}-{number}" for number in count(2))
    return next(slug for slug in chain([bare], choices) if clinic_at(session, slug) is None)


def clinic(session: Session, clinic_id: int) -> Clinic:
    """Return the clinic of that id; raises ``LookupError``."""
    found = session.get(Clinic, clinic_id)
    if found is None:
        msg = f"no clinic {clinic_id}"
        raise LookupError(msg)
    return found


def client(session: Session, client_id: int) -> Client | None:
    """Return one client; for one that was made one with another, that other."""
    found = session.get(Client, client_id)
    return client(session, found.merged_into) if found and found.merged_into else found


def clients_meant(session: Session, ids: Collection[int | None]) -> dict[int, Client | None]:
    """Return each of these clients by the id that names them, as ``client`` does."""
    together = clients_by_id(session, {number for number in ids if number is not None})
    return {one.id: client(session, one.id) for one in together}  # each is at hand by now


def record(session: Session, record_id: int) -> Client:
    """Return the row of that id itself, be it merged into another or not."""
    return session.get_one(Client, record_id)


MEANT = func.coalesce(col(Client.merged_into), col(Client.id))
"""The client, or the one with whom they were made one."""


def kept(*found_by: ColumnElement[bool]) -> Select[Client]:
    """Choose clients that are found so, and those with whom such a client was made one."""
    return select(Client).where(col(Client.id).in_(select(MEANT).where(*found_by)))


def kept_ids(session: Session, ids: Collection[int]) -> set[int]:
    """Return these clients, with the kept one in the place of one that was made one with it."""
    wanted = kept(col(Client.id).in_(ids)).with_only_columns(col(Client.id))
    return set(session.scalars(wanted))


_NOT_MERGED = col(Client.merged_into).is_(None)


def clients_of(session: Session, clinic_id: int | None = None) -> list[Client]:
    """Return every client, of one clinic or of all, in the order they came."""
    wanted = select(Client).where(_NOT_MERGED).order_by(col(Client.clinic_id), col(Client.id))
    return list(
        session.scalars(
            wanted if clinic_id is None else wanted.where(col(Client.clinic_id) == clinic_id)
        )
    )


def client_ids(session: Session, clinic_id: int | None, after: int, limit: int) -> list[int]:
    """Return a page of client ids above ``after``, of one clinic or of all."""
    wanted = select(col(Client.id)).where(col(Client.id) > after, _NOT_MERGED)
    wanted = wanted.order_by(col(Client.id))
    if clinic_id is not None:
        wanted = wanted.where(col(Client.clinic_id) == clinic_id)
    return [found for found in session.scalars(wanted.limit(limit)) if found is not None]


def first_names(session: Session, clinic_id: int, most: int = 5_000) -> list[str]:
    """Return the first names of a clinic's clients, each once, of no more clients than that."""
    wanted = select(col(Client.first_name)).where(col(Client.clinic_id) == clinic_id, _NOT_MERGED)
    return list(dict.fromkeys(session.scalars(wanted.limit(most))))


def with_something_due(
    session: Session, clinic_id: int, until: date, most: int = 30
) -> list[tuple[Client, Treatment]]:
    """Return clients for whom something was due lately or is until that day, and the treatment."""
    lately = [
        row
        for is_so in (IS_PLANNED, IS_GONE)
        for row in session.execute(
            select(col(Reminder.due_on), col(Reminder.treatment_id))
            .where(
                col(Reminder.clinic_id) == clinic_id,
                col(Reminder.due_on) <= until,
                col(Reminder.treatment_id).is_not(None),
                is_so,
            )
            .order_by(col(Reminder.due_on).desc())
            .limit(8 * most)
        )
    ]
    lately.sort(key=itemgetter(0), reverse=True)
    treatments = dict.fromkeys(row[1] for row in lately[: 8 * most])
    rows = session.execute(
        select(Client, Treatment)
        .join(Client, col(Client.id) == col(Treatment.client_id))
        .where(col(Treatment.id).in_(list(treatments)[:most]))
        .order_by(col(Treatment.treated_on).desc(), col(Treatment.id))
    )
    return [(client, treatment) for client, treatment in rows]


def treated_since(
    session: Session, clinic_id: int, since: date, after: int, limit: int
) -> list[int]:
    """Return a page of the ids above ``after`` of clients treated on that day or later."""
    wanted = (
        select(col(Treatment.client_id))
        .where(
            col(Treatment.clinic_id) == clinic_id,
            col(Treatment.client_id) > after,
            col(Treatment.treated_on) >= since,
        )
        .distinct()
        .order_by(col(Treatment.client_id))
    )
    return list(session.scalars(wanted.limit(limit)))


def clients_by_id(session: Session, ids: Collection[int]) -> list[Client]:
    """Return these clients, to be looked at only."""
    return list(session.scalars(select(Client).where(col(Client.id).in_(ids))))


def lock(session: Session, ids: Collection[int]) -> list[Client]:
    """Return these clients, for nobody else to change or message until the transaction ends."""
    wanted = select(Client).where(among(table_of(Client).c.id, "ids")).order_by(col(Client.id))
    return list(session.scalars(wanted.with_for_update(), {"ids": list(ids)}))


def clients_on(session: Session, clinic_id: int, contact: str) -> list[Client]:
    """Return everyone of a clinic who is messaged on this number or address."""
    found_by = _shares(clinic_id, contact)
    return list(session.scalars(select(Client).where(found_by, _NOT_MERGED)))


def known_by(session: Session, clinic_id: int, contact: str) -> list[Client]:
    """Return everyone of a clinic whose number or address this is, or that of a record merged into
    theirs."""
    return list(session.scalars(kept(_shares(clinic_id, contact)).order_by(col(Client.id))))


def _shares(clinic_id: int, contact: str) -> ColumnElement[bool]:
    on_it = or_(col(Client.phone) == contact, col(Client.email) == contact)
    return (col(Client.clinic_id) == clinic_id) & on_it


def welcomed_numbers(session: Session, clinic_id: int, numbers: Collection[str]) -> set[str]:
    """Return which of these numbers this clinic has sent a welcome, or planned one for."""
    wanted = select(col(Client.phone)).where(
        col(Client.clinic_id) == clinic_id,
        among(table_of(Client).c.phone, "numbers"),
        col(Client.welcomed_at).is_not(None),
    )
    return {number for number in session.scalars(wanted, {"numbers": list(numbers)}) if number}


def note_welcome(session: Session, clients: Collection[Client], now: datetime) -> None:
    """Note that these clients' welcome is planned, of all of them at once."""
    noted = update(Client).where(among(table_of(Client).c.id, "ids")).values(welcomed_at=now)
    session.execute(noted.execution_options(**QUIET), {"ids": [one.id for one in clients]})
    for client in clients:
        set_committed_value(client, "welcomed_at", now)


def treatments_of(
    session: Session,
    clients: Collection[int],
    since: date = date.min,
) -> Iterator[Treatment]:
    """Return these clients' treatments since a day, the earliest first."""
    yield from session.scalars(
        select(Treatment)
        .where(
            among(table_of(Treatment).c.client_id, "clients"), col(Treatment.treated_on) >= since
        )
        .order_by(col(Treatment.treated_on), col(Treatment.id)),
        {"clients": list(clients)},
    )


def search_keys(row: Mapping[str, Any]) -> dict[str, str]:
    """Return a client's search keys, for either order of first and last name."""
    given, family = row["first_name"], row["last_name"]
    return {"name_key": name_key(f"{given} {family}"), "family_key": name_key(f"{family} {given}")}


@event.listens_for(Client, "before_insert")
@event.listens_for(Client, "before_update")
def _update_keys(_mapper: object, _connection: object, client: Client) -> None:
    """Keep a client's search keys in line with the names, and count the change."""
    session = object_session(client)
    if session is None or not session.is_modified(client):
        return
    client.name_key, client.family_key = search_keys(vars(client)).values()
    client.version += 1


def add_clients(session: Session, rows: Sequence[dict[str, Any]]) -> list[Client]:
    """Add clients in one go, and return them in the order of their rows."""
    ids = insert_numbered(session, "client", [row | search_keys(row) for row in rows])
    return list(
        session.scalars(select(Client).where(col(Client.id).in_(ids)).order_by(col(Client.id)))
    )


def add_treatments(session: Session, rows: Sequence[dict[str, Any]]) -> list[Treatment]:
    """Add treatments in one go, and return them in the order of their rows."""
    ids = insert_numbered(session, "treatment", rows)
    added = select(Treatment).where(col(Treatment.id).in_(ids)).order_by(col(Treatment.id))
    return list(session.scalars(added))


def treatment(session: Session, treatment_id: int) -> Treatment | None:
    """Return one treatment."""
    return session.get(Treatment, treatment_id)
