"""Queries for the API: its keys, and the answers kept for repeated requests."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from reminders.store.queries.common import QUIET, insert_once
from reminders.store.tables import ApiKey, Clinic, KeptAnswer


def by_hash(session: Session, token_hash: str) -> tuple[ApiKey, Clinic] | None:
    """Return the key of that hash with its clinic, unless it was revoked."""
    row = session.execute(
        select(ApiKey, Clinic)
        .join(Clinic, col(Clinic.id) == col(ApiKey.clinic_id))
        .where(col(ApiKey.token_hash) == token_hash, col(ApiKey.revoked_at).is_(None))
    ).first()
    return (row[0], row[1]) if row else None


def is_any_valid(session: Session) -> bool:
    """Say whether any program has a key."""
    valid = select(col(ApiKey.id)).where(col(ApiKey.revoked_at).is_(None)).limit(1)
    return session.execute(valid).first() is not None


def touch(session: Session, key_id: int, now: datetime) -> None:
    """Note that a key was used."""
    used = update(ApiKey).where(col(ApiKey.id) == key_id).values(used_at=now)
    session.execute(used.execution_options(**QUIET))


def of_clinic(session: Session, clinic_id: int | None = None) -> list[ApiKey]:
    """Return the keys of a clinic or of all, those in use first."""
    wanted = select(ApiKey).order_by(col(ApiKey.revoked_at).is_not(None), col(ApiKey.id))
    if clinic_id is not None:
        wanted = wanted.where(col(ApiKey.clinic_id) == clinic_id)
    return list(session.scalars(wanted))


def by_id(session: Session, key_id: int) -> ApiKey | None:
    """Return a key, for nobody else to change until the transaction ends."""
    return session.get(ApiKey, key_id, with_for_update=True)


# --- answers kept for repeats ---------------------------------------------------------------------


def begin_answer(
    session: Session, key_id: int, name: str, fingerprint: str, now: datetime
) -> KeptAnswer:
    """Return what is kept of that request: a new row without a status, or what an earlier one was
    answered. Whoever asks the same at once waits for the first.
    """
    row = {"api_key_id": key_id, "name": name, "fingerprint": fingerprint, "kept_at": now}
    insert_once(session, KeptAnswer, row)
    wanted = select(KeptAnswer).where(
        col(KeptAnswer.api_key_id) == key_id, col(KeptAnswer.name) == name
    )
    return session.scalars(wanted.with_for_update()).one()


def blank_answers(session: Session, clinic_id: int) -> None:
    """Take the words out of every answer kept for a clinic."""
    theirs = select(col(ApiKey.id)).where(col(ApiKey.clinic_id) == clinic_id)
    blank = update(KeptAnswer).where(col(KeptAnswer.api_key_id).in_(theirs)).values(body=None)
    session.execute(blank.execution_options(**QUIET))


def forget_answers(session: Session, before: datetime) -> None:
    """Delete what was answered before then."""
    old = delete(KeptAnswer).where(col(KeptAnswer.kept_at) < before)
    session.execute(old.execution_options(**QUIET))
