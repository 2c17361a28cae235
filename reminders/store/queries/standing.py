"""The facts of a reminder: everything a decision and a message need, read at one moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, and_, exists, func, or_, select, tuple_
from sqlalchemy.orm import Session, aliased
from sqlmodel import col

from reminders.rules import hours
from reminders.rules.terms import LEFT, OPEN, Channel, ClinicFacts, Facts, Reason
from reminders.store.queries.common import is_status
from reminders.store.tables import Client, Clinic, Consent, Reminder, Suppression, Treatment

CAP_MEMORY = timedelta(days=9)
"""How far back texts are counted: the cap's week, whatever the zones."""


def facts(session: Session, ids: Collection[int], now: datetime) -> list[Facts]:
    """Return all that is known about these reminders at ``now``, the longest due first."""
    rows = session.execute(_query(ids, now)).all()
    clinics = {row.Clinic.id: clinic_facts(row.Clinic) for row in rows}
    clients = {row.client_id for row in rows}
    consents = consents_of(session, clients)
    contacts = {contact for row in rows for contact in (row.phone, row.email) if contact}
    suppressed = suppressions_of(session, contacts)
    texts = _texts_left(session, clients, now)
    return [_facts(row, clinics[row.Clinic.id], consents, suppressed, texts) for row in rows]


def _query(ids: Collection[int], now: datetime) -> Any:
    return (
        select(
            col(Reminder.id).label("reminder_id"),
            col(Reminder.client_id),
            col(Reminder.claim),
            col(Reminder.milestone),
            col(Reminder.channel),
            col(Reminder.scheduled_at),
            col(Reminder.stale_at),
            col(Reminder.attempts),
            Clinic,
            col(Client.first_name),
            col(Client.language),
            col(Client.phone),
            col(Client.email),
            col(Client.time_zone),
            col(Treatment.protocol),
            col(Treatment.treated_on),
            col(Treatment.starts),
            col(Treatment.cancelled_at),
            _superseded(now).label("superseded"),
        )
        .join_from(Reminder, Clinic, col(Clinic.id) == col(Reminder.clinic_id))
        .join(Client, col(Client.id) == col(Reminder.client_id))
        .join(Treatment, col(Treatment.id) == col(Reminder.treatment_id))
        .where(col(Reminder.id).in_(ids))
        .order_by(col(Reminder.due_at), col(Reminder.id))
    )


def _superseded(now: datetime) -> ColumnElement[bool]:
    """Say that something newer makes this reminder wrong or needless: a later session that
    has begun by then or has a message of its own that day, or a later milestone also due.
    """
    newer, theirs, following = aliased(Treatment), aliased(Reminder), aliased(Reminder)
    is_newer = and_(
        col(newer.client_id) == col(Reminder.client_id),
        col(newer.cancelled_at).is_(None),
        tuple_(col(newer.treated_on), col(newer.id))
        > tuple_(col(Treatment.treated_on), col(Treatment.id)),
    )
    begun = exists().where(is_newer, col(newer.treated_on) <= col(Reminder.due_on))
    same_day = exists().where(
        is_newer,
        col(theirs.client_id) == col(Reminder.client_id),
        col(theirs.treatment_id) == col(newer.id),
        col(theirs.channel) == col(Reminder.channel),
        col(theirs.due_on) == col(Reminder.due_on),
        col(theirs.status).in_(OPEN | LEFT),
    )
    overtaken = exists().where(
        col(following.client_id) == col(Reminder.client_id),
        col(following.treatment_id) == col(Reminder.treatment_id),
        col(following.channel) == col(Reminder.channel),
        col(following.status).in_(OPEN),
        col(following.due_at) <= now,
        col(following.scheduled_at) > col(Reminder.scheduled_at),
    )
    return or_(begun, same_day, overtaken)


def consents_of(session: Session, clients: Collection[int]) -> dict[tuple[int, Channel], bool]:
    """Return each client's latest yes or no per channel; who never said anything is absent."""
    latest = (
        select(func.max(Consent.id))
        .where(col(Consent.client_id).in_(clients))
        .group_by(col(Consent.client_id), col(Consent.channel))
    )
    said = select(col(Consent.client_id), col(Consent.channel), col(Consent.given))
    rows = session.execute(said.where(col(Consent.id).in_(latest)))
    return {(client_id, channel): given for client_id, channel, given in rows}


def suppressions_of(
    session: Session,
    contacts: Collection[str],
) -> dict[tuple[int, str], Reason]:
    """Return which clinics must not message which of these contacts, and why."""
    rows = session.scalars(select(Suppression).where(col(Suppression.contact).in_(contacts)))
    return {(row.clinic_id, row.contact): row.reason for row in rows}


def _texts_left(
    session: Session,
    clients: Collection[int],
    now: datetime,
) -> dict[int, list[datetime]]:
    """Return when each client was last texted, as far back as the caps look."""
    rows = session.execute(
        select(col(Reminder.client_id), col(Reminder.handoff_at)).where(
            col(Reminder.client_id).in_(clients),
            col(Reminder.channel) == Channel.SMS,
            is_status(*LEFT),
            col(Reminder.handoff_at) > now - CAP_MEMORY,
        ),
    )
    texts: dict[int, list[datetime]] = defaultdict(list)
    for client_id, handoff_at in rows:
        if handoff_at is not None:
            texts[client_id].append(handoff_at)
    return texts


def clinic_facts(clinic: Clinic) -> ClinicFacts:
    """Return what rules and messages may know of a clinic."""
    return ClinicFacts(
        clinic_id=clinic.id,
        name=clinic.name,
        phone=clinic.phone,
        email=clinic.email,
        address=clinic.address,
        country=clinic.country,
        live=clinic.live,
        hours=hours.parse(clinic.sending_hours),
        texts_per_day=clinic.texts_per_day,
        texts_per_week=clinic.texts_per_week,
        zone=ZoneInfo(clinic.time_zone),
    )


def _facts(
    row: Row[Any],
    clinic: ClinicFacts,
    consents: dict[tuple[int, Channel], bool],
    suppressed: dict[tuple[int, str], Reason],
    texts: dict[int, list[datetime]],
) -> Facts:
    contact = row.phone if row.channel is Channel.SMS else row.email
    zone = ZoneInfo(row.time_zone) if row.time_zone else clinic.zone
    return Facts(
        reminder_id=row.reminder_id,
        client_id=row.client_id,
        claim=row.claim or "",
        clinic=clinic,
        protocol=row.protocol,
        milestone=row.milestone,
        channel=row.channel,
        scheduled_at=row.scheduled_at,
        stale_at=row.stale_at,
        attempts=row.attempts,
        first_name=row.first_name,
        language=row.language,
        contact=contact,
        zone=zone,
        treated_on=row.treated_on,
        starts=row.starts,
        treatment_cancelled=row.cancelled_at is not None,
        consented=consents.get((row.client_id, row.channel), False),
        suppressed=suppressed.get((clinic.clinic_id, contact or "")),
        superseded=row.superseded,
        texts_on=tuple(at.astimezone(zone).date() for at in texts.get(row.client_id, ())),
    )
