"""Queries for self-enrolment: forms, verification codes, and how many were sent lately."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from reminders.store.queries import people
from reminders.store.queries.common import QUIET
from reminders.store.queries.people import name_key
from reminders.store.tables import Client, Consent, JoinRequest, Treatment, VerificationCode


def request(session: Session, request_id: int) -> JoinRequest | None:
    """Return a form that was sent in."""
    return session.get(JoinRequest, request_id)


def namesake(session: Session, clinic_id: int, contact: str, first_name: str) -> Client | None:
    """Return who of a clinic has this contact and this name."""
    on_it = (col(Client.phone) == contact) | (col(Client.email) == contact)
    wanted = select(Client).where(col(Client.clinic_id) == clinic_id, on_it)
    key = name_key(first_name)
    found = session.scalars(wanted.order_by(col(Client.id)))
    named = next((client for client in found if name_key(client.first_name) == key), None)
    return people.client(session, named.id) if named else None


def is_known(session: Session, client_id: int) -> bool:
    """Say whether somebody has been treated, or said anything of messages."""
    treated = select(col(Treatment.id)).where(col(Treatment.client_id) == client_id)
    said = select(col(Consent.id)).where(col(Consent.client_id) == client_id)
    return any(session.scalar(one.limit(1)) is not None for one in (treated, said))


def code(session: Session, purpose: str) -> VerificationCode | None:
    """Return the latest code for a purpose, and hold it."""
    wanted = (
        select(VerificationCode)
        .where(col(VerificationCode.purpose) == purpose)
        .order_by(col(VerificationCode.id).desc())
        .limit(1)
    )
    return session.scalars(wanted.with_for_update()).first()


def sent_to(session: Session, contact: str, since: datetime) -> int:
    """Return how many codes went to a contact since then, for whichever clinic."""
    return _count(
        session,
        col(VerificationCode.contact) == contact,
        col(VerificationCode.requested_at) > since,
    )


def requested_from(session: Session, network_address: str, since: datetime) -> int:
    """Return how many codes were asked for from a network address since then."""
    return _count(
        session,
        col(VerificationCode.network_address) == network_address,
        col(VerificationCode.requested_at) > since,
    )


def sent_for(session: Session, clinic_id: int, since: datetime) -> int:
    """Return how many codes went out for a clinic since then."""
    return _count(
        session,
        col(VerificationCode.clinic_id) == clinic_id,
        col(VerificationCode.requested_at) > since,
    )


def _count(session: Session, *where: object) -> int:
    return session.scalar(select(func.count()).select_from(VerificationCode).where(*where)) or 0  # type: ignore[arg-type]


def unfinished(session: Session, before: datetime, limit: int) -> list[int]:
    """Return clients whom only a form made that was sent in before then, and nothing since."""
    ids: set[int] = set()
    for made in (col(JoinRequest.sms_client_id), col(JoinRequest.email_client_id)):
        rows = session.scalars(
            select(made)
            .where(col(JoinRequest.requested_at) < before, made.is_not(None))
            .limit(limit)
        )
        ids.update(number for number in rows if number is not None)
    return [number for number in sorted(ids) if not is_known(session, number)]


def forget_client(session: Session, client_id: int, contacts: Collection[str]) -> None:
    """Delete a client's forms, and the codes that went to the client's contacts."""
    by_client = or_(
        col(JoinRequest.sms_client_id) == client_id, col(JoinRequest.email_client_id) == client_id
    )
    session.execute(delete(JoinRequest).where(by_client).execution_options(**QUIET))
    session.execute(
        delete(VerificationCode)
        .where(col(VerificationCode.contact).in_(contacts))
        .execution_options(**QUIET)
    )


def forget(session: Session, before: datetime) -> int:
    """Delete codes and forms of before then; return how many forms."""
    old = delete(VerificationCode).where(col(VerificationCode.requested_at) < before)
    session.execute(old.execution_options(**QUIET))
    gone = (
        delete(JoinRequest)
        .where(col(JoinRequest.requested_at) < before)
        .returning(col(JoinRequest.id))
    )
    return len(session.execute(gone.execution_options(**QUIET)).all())
