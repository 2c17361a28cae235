"""Queries for incoming texts: from whom, how answered, and which wait for staff."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from reminders.rules.keywords import STOPS, Kind
from reminders.rules.terms import LEFT, Act, Channel, Purpose, Reason
from reminders.store.queries import people
from reminders.store.queries.common import QUIET, insert_once
from reminders.store.tables import Client, Clinic, Consent, Reminder, Reply, Suppression

PAGE_ID = "page."
"""How the id of what was written on a page of ours begins; a provider's id never does."""


def is_written(reply: Reply) -> bool:
    """Say whether a reply was written on a page of ours, and is no text."""
    return reply.provider_id.startswith(PAGE_ID)


def taken(session: Session, provider_id: str) -> Reply | None:
    """Return the text of the provider's id, if it came in before."""
    return session.scalars(select(Reply).where(col(Reply.provider_id) == provider_id)).first()


def keep(session: Session, row: dict[str, Any]) -> int:
    """Keep a text that came in, and return its id."""
    insert_once(session, Reply, row)
    kept = select(col(Reply.id)).where(col(Reply.provider_id) == row["provider_id"])
    return session.scalars(kept).one()


def note_answer(session: Session, reply_id: int, answer: str) -> None:
    """Record the immediate answer to a text."""
    session.execute(
        update(Reply)
        .where(col(Reply.id) == reply_id)
        .values(answer=answer)
        .execution_options(**QUIET)
    )


def clients_on(session: Session, phone: str) -> list[Client]:
    """Return every client with this number, be it a merged record's, of any clinic, the one texted last first, since that
    text is most likely answered.
    """
    texted = (
        select(func.max(col(Reminder.handoff_at)))
        .where(
            col(Reminder.client_id) == col(Client.id),
            col(Reminder.channel) == Channel.SMS,
            col(Reminder.status).in_(LEFT),
        )
        .scalar_subquery()
    )
    found = people.kept(
        col(Client.clinic_id).in_(select(col(Clinic.id))), col(Client.phone) == phone
    ).order_by(texted.desc().nulls_last(), col(Client.id).desc())
    return list(session.scalars(found))


def stops_on(session: Session, contact: str) -> dict[int, Suppression]:
    """Return why which clinics must not message this contact."""
    found = select(Suppression).where(
        col(Suppression.clinic_id).in_(select(col(Clinic.id))), col(Suppression.contact) == contact
    )
    return {row.clinic_id: row for row in session.scalars(found)}


def mark_wrong_number(session: Session, clinic_id: int, contact: str) -> None:
    """Record that a suppressed number belongs to somebody else than the clinic's client."""
    session.execute(
        update(Suppression)
        .where(col(Suppression.clinic_id) == clinic_id, col(Suppression.contact) == contact)
        .values(reason=Reason.WRONG_NUMBER)
        .execution_options(**QUIET)
    )


_TOLD = (Act.KEYWORD, Act.MERGE)


def agreed_before(session: Session, client_id: int) -> bool:
    """Say whether a client's latest consent to texts is a yes, apart from what was texted, be
    it in another record of theirs."""
    said = (
        select(col(Consent.given))
        .where(
            col(Consent.client_id) == client_id,
            col(Consent.channel) == Channel.SMS,
            col(Consent.purpose) == Purpose.CARE,
            or_(col(Consent.act).is_(None), col(Consent.act).not_in(_TOLD), col(Consent.given)),
        )
        .order_by(col(Consent.id).desc())
        .limit(1)
    )
    return session.scalar(said) or False


def last_stop(session: Session, contact: str) -> Reply | None:
    """Return the last text by which this number stopped."""
    stops = (
        select(Reply)
        .where(col(Reply.contact) == contact, col(Reply.kind).in_(STOPS))
        .order_by(col(Reply.received_at).desc(), col(Reply.id).desc())
        .limit(1)
    )
    return session.scalars(stops).first()


def notified_since(session: Session, contact: str, sender: str, since: datetime) -> bool:
    """Say whether this number was told by that sender, since an instant, that staff will read its
    texts.
    """
    told = select(func.count()).where(
        col(Reply.contact) == contact,
        col(Reply.sender) == sender,
        col(Reply.kind) == Kind.REPLY,
        col(Reply.answer) != "",
        col(Reply.received_at) > since,
    )
    return bool(session.scalar(told))


def written_since(session: Session, client_id: int, begins: str, since: datetime) -> int:
    """Count what a client wrote since an instant whose ids begin like this."""
    written = select(func.count()).where(
        col(Reply.client_id) == client_id,
        col(Reply.provider_id).startswith(begins),
        col(Reply.received_at) > since,
    )
    return session.scalar(written) or 0


FOR_A_PERSON = or_(
    col(Reply.kind).in_({Kind.REPLY, Kind.WRONG_NUMBER}), col(Reply.alarm).is_not(None)
)
"""Condition: a reply staff must read; a bare keyword needs no reader."""


def waiting(session: Session, clinic_id: int | None = None) -> list[Reply]:
    """Return what waits for a person, of one clinic or of all: alarms first, then the oldest."""
    found = (
        select(Reply)
        .where(col(Reply.done_at).is_(None), FOR_A_PERSON)
        .order_by(col(Reply.alarm).is_(None), col(Reply.received_at))
    )
    return list(
        session.scalars(
            found if clinic_id is None else found.where(col(Reply.clinic_id) == clinic_id)
        )
    )


def count_waiting(session: Session) -> int:
    """Count what waits for a person."""
    return (
        session.scalar(select(func.count()).where(col(Reply.done_at).is_(None), FOR_A_PERSON)) or 0
    )
