"""Queries for a month's figures of what clients told of their skin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from reminders.rules.keywords import Kind
from reminders.rules.terms import LEFT
from reminders.store.queries.monthly_counts import OURS
from reminders.store.tables import (
    Client,
    Consent,
    PageOpening,
    Reminder,
    Reply,
    SkinAnswer,
    Treatment,
)

ASKED_FOR = timedelta(days=45)
"""So long before a month a treatment may be that is asked about in it."""

Span = tuple[datetime, datetime]
Days = tuple[date, date]


@dataclass(frozen=True, slots=True)
class SentMilestone:
    """A milestone that left, by whichever channel."""

    treatment_id: int
    milestone: str
    protocol: str
    client_id: int


def sent(session: Session, clinic_id: int, days: Days) -> set[SentMilestone]:
    """Return the milestones that left on these days of the recipients' calendars."""
    rows = session.execute(
        select(
            col(Treatment.id),
            col(Reminder.milestone),
            col(Treatment.protocol),
            col(Reminder.client_id),
        )
        .join(Treatment, col(Treatment.id) == col(Reminder.treatment_id))
        .where(
            col(Reminder.clinic_id) == clinic_id,
            col(Reminder.status).in_(LEFT),
            col(Reminder.due_on) >= days[0],
            col(Reminder.due_on) < days[1],
        )
    )
    return {SentMilestone(*row) for row in rows}


def opened(session: Session, clinic_id: int, days: Days) -> set[tuple[int, str]]:
    """Return which pages were opened within a day of which milestone, of treatments asked about then."""
    rows = session.execute(
        select(col(PageOpening.treatment_id), col(PageOpening.moment))
        .join(Treatment, col(Treatment.id) == col(PageOpening.treatment_id))
        .where(
            col(Treatment.clinic_id) == clinic_id,
            col(Treatment.treated_on) >= days[0] - ASKED_FOR,
            col(Treatment.treated_on) < days[1],
        )
    )
    return {(row[0], row[1]) for row in rows}


def told(session: Session, clinic_id: int, days: Days) -> list[tuple[SkinAnswer, str]]:
    """Return the answers about treatments asked about then, with each treatment's protocol."""
    rows = session.execute(
        select(SkinAnswer, col(Treatment.protocol))
        .join(Treatment, col(Treatment.id) == col(SkinAnswer.treatment_id))
        .where(
            col(SkinAnswer.clinic_id) == clinic_id,
            col(Treatment.treated_on) >= days[0] - ASKED_FOR,
            col(Treatment.treated_on) < days[1],
        )
    )
    return [(row[0], row[1]) for row in rows]


def told_in(session: Session, clinic_id: int, span: Span) -> list[tuple[SkinAnswer, str]]:
    """Return what was told in a span (UTC), with each treatment's protocol."""
    rows = session.execute(
        select(SkinAnswer, col(Treatment.protocol))
        .join(Treatment, col(Treatment.id) == col(SkinAnswer.treatment_id))
        .where(
            col(SkinAnswer.clinic_id) == clinic_id,
            col(SkinAnswer.changed_at) >= span[0],
            col(SkinAnswer.changed_at) < span[1],
        )
    )
    return [(row[0], row[1]) for row in rows]


def treated(session: Session, clinic_id: int, days: Days) -> list[tuple[str, bool]]:
    """Return the protocol of each treatment on these days, and whether staff marked a complication."""
    rows = session.execute(
        select(col(Treatment.protocol), col(Treatment.complication_at)).where(
            col(Treatment.clinic_id) == clinic_id,
            col(Treatment.treated_on) >= days[0],
            col(Treatment.treated_on) < days[1],
            col(Treatment.cancelled_at).is_(None),
        )
    )
    return [(row[0], row[1] is not None) for row in rows]


def replied(session: Session, clinic_id: int, span: Span) -> list[tuple[int, datetime]]:
    """Return who wrote what a person reads in a span (UTC), and when."""
    rows = session.execute(
        select(col(Reply.client_id), col(Reply.received_at)).where(
            col(Reply.clinic_id) == clinic_id,
            col(Reply.client_id).is_not(None),
            col(Reply.kind) == Kind.REPLY,
            col(Reply.received_at) >= span[0],
            col(Reply.received_at) < span[1],
        )
    )
    return [(client, at) for client, at in rows if client is not None]


def stopped(session: Session, clinic_id: int, span: Span) -> list[tuple[int, datetime]]:
    """Return who took a yes back in a span (UTC), and when."""
    person = func.coalesce(col(Client.merged_into), col(Client.id))
    rows = session.execute(
        select(person, col(Consent.recorded_at))
        .join(Client, col(Client.id) == col(Consent.client_id))
        .where(
            col(Client.clinic_id) == clinic_id,
            text("consent.given = false"),
            *(col(Consent.act).is_distinct_from(act) for act in OURS),
            col(Consent.recorded_at) >= span[0],
            col(Consent.recorded_at) < span[1],
        )
    )
    return [(row[0], row[1]) for row in rows]


def protocols_of(session: Session, clinic_id: int, span: Span) -> dict[int, list[tuple[date, str]]]:
    """Return the treatments of everybody who wrote or stopped in a span, by client."""
    clients = {client for client, _ in (*replied(session, clinic_id, span), *stopped(session, clinic_id, span))}  # fmt: skip
    rows = session.execute(
        select(col(Treatment.client_id), col(Treatment.treated_on), col(Treatment.protocol)).where(
            col(Treatment.client_id).in_(clients)
        )
    )
    found: dict[int, list[tuple[date, str]]] = {}
    for client, on, protocol in rows:
        found.setdefault(client, []).append((on, protocol))
    return found
