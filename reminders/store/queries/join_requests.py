"""Queries for self-enrolment: forms that were sent in, and verification codes."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, exists, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from reminders.store.queries.common import QUIET
from reminders.store.tables import Client, Consent, JoinRequest, Treatment, VerificationCode


def request(session: Session, request_id: int) -> JoinRequest | None:
    """Return a form that was sent in."""
    return session.get(JoinRequest, request_id)


def is_known(session: Session, client_id: int) -> bool:
    """Say whether somebody has been treated, or said anything of messages."""
    wanted = select(col(Client.id)).where(col(Client.id) == client_id, _KNOWN)
    return session.scalar(wanted) is not None


_KNOWN = (
    exists().where(col(Treatment.client_id) == col(Client.id))
    | exists().where(col(Consent.client_id) == col(Client.id))
)  # fmt: skip


def unproven(session: Session, clinic_id: int) -> set[int]:
    """Return who is there only since somebody wrote a number or address into a form, and has not
    proven it.
    """
    ids: set[int] = set()
    for made, proven in (
        (JoinRequest.sms_client_id, JoinRequest.sms_proven_at),
        (JoinRequest.email_client_id, JoinRequest.email_proven_at),
    ):
        wanted = (
            select(col(Client.id))
            .join(JoinRequest, col(made) == col(Client.id))
            .where(col(JoinRequest.clinic_id) == clinic_id, col(proven).is_(None), ~_KNOWN)
        )
        ids.update(session.scalars(wanted))
    return ids


def code(session: Session, purpose: str) -> VerificationCode | None:
    """Return the latest code for a purpose, and hold it."""
    wanted = (
        select(VerificationCode)
        .where(col(VerificationCode.purpose) == purpose)
        .order_by(col(VerificationCode.id).desc())
        .limit(1)
    )
    return session.scalars(wanted.with_for_update()).first()


def proven_contact(session: Session, purpose: str) -> str | None:
    """Return the number or address that a code for this purpose was used for."""
    used = select(col(VerificationCode.contact)).where(
        col(VerificationCode.purpose) == purpose, col(VerificationCode.used_at).is_not(None)
    )
    return session.scalars(used.order_by(col(VerificationCode.id).desc()).limit(1)).first()


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
