"""Queries for the append-only consent ledger, and for suppressed contacts."""

from __future__ import annotations

import hmac
from collections.abc import Collection, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from reminders.rules.terms import LEFT, OPEN, Act, Channel, Purpose, Reason, Status
from reminders.store.column_types import among
from reminders.store.queries import merges
from reminders.store.queries.common import (
    QUIET,
    Row,
    asked,
    hash_key,
    hash_keys,
    insert_many,
    insert_or_change,
    is_status,
    table_of,
)
from reminders.store.tables import Client, Consent, Reminder, Suppression

COLUMNS = (
    "client_id", "channel", "purpose", "given", "given_at", "act", "source", "contact",
    "wording", "wording_version", "recorded_by", "network_address", "recorded_at",
)  # fmt: skip

SAID, NOT = table_of(Consent), table_of(Suppression)

REPORTED = (
    "client", "belongs_to", "channel", "purpose", "given", "given_at", "act", "source", "contact", "wording",
    "wording_version", "recorded_by", "recorded_at",
)  # fmt: skip
"""The columns of the consent report: ``client`` is whose line was written, ``belongs_to`` the client
it is about now, another where the record was merged since."""

HASHED = "#"
"""The prefix of keyed hashes, which no phone number or address has."""


def add(session: Session, lines: Sequence[Row]) -> None:
    """Add lines to the ledger, each in the order of ``COLUMNS``."""
    insert_many(session, "consent", COLUMNS, lines)


def latest(session: Session, client_id: int) -> dict[tuple[Channel, Purpose], bool]:
    """Return a client's latest consent or opt-out for each channel and purpose on record."""
    return {of: line.given for of, line in last_lines(session, client_id).items()}


def last_lines(
    session: Session, client_id: int, before: int | None = None
) -> dict[tuple[Channel, Purpose], Consent]:
    """Return the last line of a client's ledger for each channel and purpose, if it says anything,
    or that before a line.
    """
    lines = select(func.max(col(Consent.id))).where(col(Consent.client_id) == client_id)
    if before is not None:
        lines = lines.where(col(Consent.id) < before)
    last = lines.group_by(col(Consent.channel), col(Consent.purpose))
    rows = session.scalars(select(Consent).where(col(Consent.id).in_(last)))
    return {(row.channel, row.purpose): row for row in rows if row.act is not Act.UNMERGE}


def ledger(session: Session, client_id: int) -> list[Consent]:
    """Return every line of a client's ledger and of the records merged into it, the oldest
    first."""
    theirs = col(Consent.client_id).in_(merges.records_of(session, client_id))
    return list(session.scalars(select(Consent).where(theirs).order_by(col(Consent.id))))


def consents_of(session: Session, clients: Collection[int]) -> dict[tuple[int, Channel], bool]:
    """Return each client's latest consent or opt-out for care messages by channel; clients without
    any are absent.
    """
    rows = asked(session, _CONSENTS, clients=list(clients))
    said = {(row.client_id, row.channel): row for row in rows}
    return {of: row.given for of, row in said.items() if row.act is not Act.UNMERGE}


_CONSENTS = select(SAID.c.client_id, SAID.c.channel, SAID.c.given, SAID.c.act).where(
    SAID.c.id.in_(
        select(func.max(SAID.c.id))
        .where(among(SAID.c.client_id, "clients"), SAID.c.purpose == Purpose.CARE)
        .group_by(SAID.c.client_id, SAID.c.channel)
    )
)


def suppressions_of(
    session: Session,
    contacts: Collection[str],
) -> dict[tuple[int, str], Reason]:
    """Return which clinics must not message which of these contacts, and why."""
    rows = asked(session, _SUPPRESSIONS, contacts=list(contacts))
    return {(row.clinic_id, row.contact): row.reason for row in rows}


_SUPPRESSIONS = select(NOT.c.clinic_id, NOT.c.contact, NOT.c.reason).where(
    among(NOT.c.contact, "contacts")
)


def keyed(session: Session, text: str) -> str:
    """Return the keyed hash of a text, which proves the text to whoever has both text and key."""
    return HASHED + hmac.digest(hash_key(session), text.encode(), sha256)[:16].hex()


def keyed_by_any(session: Session, text: str) -> list[str]:
    """Return the hashes of a text under today's key and those of before."""
    digests = (hmac.digest(key, text.encode(), sha256)[:16] for key in hash_keys(session))
    return [HASHED + digest.hex() for digest in digests]


def suppress(
    session: Session,
    clinic_id: int,
    contact: str,
    reason: Reason,
    *,
    source: str,
    now: datetime,
) -> None:
    """Record that this clinic must not message this contact; the first reason stays, but an opt-out
    replaces any other.
    """
    row = {
        "clinic_id": clinic_id,
        "contact": contact,
        "reason": reason,
        "source": source,
        "suppressed_at": now,
    }
    weaker = (col(Suppression.reason) != Reason.OPTED_OUT) & (reason is Reason.OPTED_OUT)
    insert_or_change(session, Suppression, row, ("clinic_id", "contact"), where=weaker)


def suppression(session: Session, clinic_id: int, contact: str) -> Suppression | None:
    """Return why and since when this clinic must not message this contact."""
    return session.scalars(
        select(Suppression).where(
            col(Suppression.clinic_id) == clinic_id, col(Suppression.contact) == contact
        )
    ).first()


def lift(session: Session, clinic_id: int, contact: str) -> None:
    """Let this clinic message this contact again."""
    session.execute(
        delete(Suppression)
        .where(col(Suppression.clinic_id) == clinic_id, col(Suppression.contact) == contact)
        .execution_options(**QUIET)
    )


def recall(session: Session, clinic_id: int, contacts: Collection[str]) -> None:
    """Restore suppressed contacts that were stored as hashes only, now that they are enrolled
    again."""
    hashed = (
        col(Suppression.clinic_id) == clinic_id,
        col(Suppression.contact) >= HASHED,
        col(Suppression.contact) < chr(ord(HASHED) + 1),
    )
    if session.execute(select(col(Suppression.id)).where(*hashed).limit(1)).first() is None:
        return
    by_hash = {
        hashed_so: contact for contact in contacts for hashed_so in keyed_by_any(session, contact)
    }
    known = select(Suppression).where(
        col(Suppression.clinic_id) == clinic_id, col(Suppression.contact).in_(by_hash)
    )
    for row in session.scalars(known).all():
        session.delete(row)
        session.flush()
        source = row.source
        suppress(
            session,
            clinic_id,
            by_hash[row.contact],
            row.reason,
            source=source,
            now=row.suppressed_at,
        )


_STOPPED = {"status": Status.CANCELLED, "reason": Reason.OPTED_OUT}


def cancel_planned(
    session: Session, clients: Collection[int], channel: Channel, now: datetime
) -> int:
    """Cancel all that is planned for these clients by a channel; return the count."""
    planned = (
        update(Reminder)
        .where(
            col(Reminder.client_id).in_(clients),
            col(Reminder.channel) == channel,
            is_status(*OPEN),
        )
        .values(**_STOPPED, claim=None, lease_until=None, settled_at=now)
        .returning(col(Reminder.id))
    )
    return len(session.execute(planned.execution_options(**QUIET)).all())


def plan_again(session: Session, clients: Collection[int], channel: Channel, now: datetime) -> int:
    """Plan again what an opt-out had cancelled, if it is still useful; return the count."""
    values: dict[str, Any] = {"status": Status.PLANNED, "reason": None, "settled_at": None}
    other = aliased(Reminder)
    replaced = exists().where(
        col(other.treatment_id) == col(Reminder.treatment_id),
        col(other.milestone) == col(Reminder.milestone),
        col(other.channel) == col(Reminder.channel),
        (col(other.id) > col(Reminder.id)) | col(other.status).in_(OPEN | LEFT),
    )
    stopped = (
        update(Reminder)
        .where(
            col(Reminder.client_id).in_(clients),
            col(Reminder.channel) == channel,
            col(Reminder.status) == _STOPPED["status"],
            col(Reminder.reason) == _STOPPED["reason"],
            col(Reminder.one_off_id).is_(None),
            col(Reminder.stale_at) > now,
            ~replaced,
        )
        .values(**values, due_at=col(Reminder.scheduled_at))
        .returning(col(Reminder.id))
    )
    return len(session.execute(stopped.execution_options(**QUIET)).all())


def report(session: Session, clinic_id: int) -> list[tuple[Any, ...]]:
    """Return every line of a clinic's ledger in the order it was written; see ``REPORTED``."""
    clients = table_of(Client)
    now = func.coalesce(clients.c.merged_into, clients.c.id)
    columns = [SAID.c.client_id, now, *(SAID.c[name] for name in REPORTED[2:])]
    rows = session.execute(
        select(*columns)
        .join_from(SAID, clients, clients.c.id == SAID.c.client_id)
        .where(clients.c.clinic_id == clinic_id)
        .order_by(SAID.c.id)
    )
    return [tuple(row) for row in rows]
