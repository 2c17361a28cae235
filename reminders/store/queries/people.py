"""Clinics, clients and their treatments: who is known, and who is meant."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime

from sqlalchemy import func, insert, or_
from sqlmodel import Session, col, select

from reminders.rules.terms import Channel
from reminders.store.tables import Client, Clinic, Consent, Treatment


def name_key(name: str) -> str:
    """Return what two spellings of one name share: no capitals, accents or extra spaces."""
    bare = unicodedata.normalize("NFKD", name)
    letters = "".join(mark for mark in bare if not unicodedata.combining(mark))
    return " ".join(letters.casefold().split())


def clinics(session: Session) -> list[Clinic]:
    """Return every clinic by name."""
    return list(session.exec(select(Clinic).order_by(col(Clinic.name_key))))


def clinic_named(session: Session, name: str) -> Clinic | None:
    """Return the clinic of that name, however it is spelled."""
    return session.exec(select(Clinic).where(Clinic.name_key == name_key(name))).first()


def clinic(session: Session, clinic_id: int) -> Clinic:
    """Return the clinic of that id; raises ``LookupError``."""
    found = session.get(Clinic, clinic_id)
    if found is None:
        msg = f"no clinic {clinic_id}"
        raise LookupError(msg)
    return found


def client(session: Session, client_id: int) -> Client | None:
    """Return one client."""
    return session.get(Client, client_id)


def clients_of(session: Session, clinic_id: int | None = None) -> list[Client]:
    """Return every client, of one clinic or of all, in the order they came."""
    wanted = select(Client).order_by(col(Client.clinic_id), col(Client.id))
    return list(
        session.exec(wanted if clinic_id is None else wanted.where(Client.clinic_id == clinic_id))
    )


def client_ids(session: Session, clinic_id: int | None, after: int, limit: int) -> list[int]:
    """Return a page of client ids above ``after``, of one clinic or of all."""
    wanted = select(Client.id).where(col(Client.id) > after).order_by(col(Client.id)).limit(limit)
    rows = session.exec(
        wanted if clinic_id is None else wanted.where(Client.clinic_id == clinic_id)
    )
    return [client_id for client_id in rows if client_id is not None]


def lock(session: Session, ids: Collection[int]) -> list[Client]:
    """Return these clients, for nobody else to change or message until the transaction ends."""
    wanted = select(Client).where(col(Client.id).in_(ids)).order_by(col(Client.id))
    return list(session.exec(wanted.with_for_update()))


def clients_on(session: Session, clinic_id: int, contact: str) -> list[Client]:
    """Return everyone of a clinic who shares this number or address."""
    shares = or_(col(Client.phone) == contact, col(Client.email) == contact)
    return list(session.exec(select(Client).where(Client.clinic_id == clinic_id, shares)))


def clients_matching(
    session: Session,
    clinic_id: int,
    *,
    contacts: Collection[str],
    external_ids: Collection[str],
    bookings: Collection[str],
) -> list[Client]:
    """Return everyone of a clinic who may be meant by these contacts, ids or bookings."""
    booked = select(Treatment.client_id).where(
        Treatment.clinic_id == clinic_id,
        col(Treatment.external_id).in_(bookings),
    )
    may_be_meant = or_(
        col(Client.phone).in_(contacts),
        col(Client.email).in_(contacts),
        col(Client.external_id).in_(external_ids),
        col(Client.id).in_(booked),
    )
    wanted = select(Client).where(Client.clinic_id == clinic_id, may_be_meant)
    return list(session.exec(wanted.order_by(col(Client.id)).with_for_update()))


def treatments_of(
    session: Session,
    clients: Collection[int],
    since: date = date.min,
) -> Iterator[Treatment]:
    """Return these clients' treatments since a day, the earliest first."""
    yield from session.exec(
        select(Treatment)
        .where(col(Treatment.client_id).in_(clients), col(Treatment.treated_on) >= since)
        .order_by(col(Treatment.treated_on), col(Treatment.id)),
    )


def treatment(session: Session, treatment_id: int) -> Treatment | None:
    """Return one treatment."""
    return session.get(Treatment, treatment_id)


def add_consents(session: Session, rows: Iterable[Consent]) -> None:
    """Add lines to the consent ledger."""
    lines = [row.model_dump(exclude={"id"}) for row in rows]
    if lines:
        session.execute(insert(Consent), lines)


def last_withdrawal(session: Session, client_id: int, channel: Channel) -> datetime | None:
    """Return when a client last said no to a channel (UTC)."""
    return session.exec(
        select(func.max(Consent.given_at)).where(
            Consent.client_id == client_id,
            col(Consent.channel) == channel,
            col(Consent.given).is_(other=False),
        ),
    ).one()
