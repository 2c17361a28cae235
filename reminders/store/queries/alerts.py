"""Queries for alerts: those due, and those already sent."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, func, literal, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from reminders.rules.clinic_senders import ClinicSenders, Sender, unpack
from reminders.rules.contacts import channel_of
from reminders.rules.terms import Channel
from reminders.rules.text_names import name_in_texts
from reminders.store.column_types import Instant
from reminders.store.queries.common import QUIET, asked_once, insert_once, installation_sender
from reminders.store.tables import Alert, Clinic

INSTALLATION = Sender("")


@dataclass(frozen=True, slots=True)
class DueAlert:
    """An alert to be sent now, to this address or number; ``raised_at`` is UTC. A text leaves as the
    clinic's ``sender`` and begins with ``text_name``.
    """

    alert_id: int
    to: str
    subject: str
    body: str
    raised_at: datetime
    text_name: str = ""
    sender: Sender = INSTALLATION


@dataclass(frozen=True, slots=True)
class UnsentAlerts:
    """Alerts of a channel that were not sent yet: how many, since when, and whether they were tried
    at all or have no address.
    """

    count: int
    since: datetime
    tried: bool
    channel: Channel


def add(session: Session, row: dict[str, Any]) -> None:
    """Keep an alert unless one of that key is there."""
    insert_once(session, Alert, row)


def take_due(
    session: Session,
    now: datetime,
    *,
    operator: str,
    waits: tuple[timedelta, ...],
    since: datetime,
    limit: int,
) -> list[DueAlert]:
    """Take what is due, raised after ``since``, the oldest first, and note when to try it next:
    after each of ``waits`` in turn, so that nothing is lost if this try fails. The operator's own
    is left where ``operator`` is no address.
    """
    whose = () if operator else (col(Alert.clinic_id).is_not(None),)
    due = (
        select(col(Alert.id))
        .where(col(Alert.sent_at).is_(None), col(Alert.due_at) <= now, *whose)
        .where(col(Alert.raised_at) > since)
        .order_by(col(Alert.due_at))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    again = [literal(now + wait, Instant) for wait in waits]
    taken = (
        update(Alert)
        .where(col(Alert.id).in_(asked_once(due)))
        .values(
            attempts=col(Alert.attempts) + 1,
            due_at=case(dict(enumerate(again)), value=col(Alert.attempts), else_=again[-1]),
        )
        .returning(col(Alert.id))
        .execution_options(**QUIET)
    )
    ids = list(session.scalars(taken))
    rows = session.execute(
        select(Alert, Clinic)
        .outerjoin(Clinic, col(Clinic.id) == col(Alert.clinic_id))
        .where(col(Alert.id).in_(ids))
        .order_by(col(Alert.id))
    )
    ours = installation_sender(session)
    return [_due(row[0], row[1], operator, ours) for row in rows]


def _due(alert: Alert, clinic: Clinic | None, operator: str, ours: str) -> DueAlert:
    to = alert.address or (clinic.email if clinic else operator)
    due = DueAlert(alert.id, to, alert.subject, alert.body, alert.raised_at)
    if clinic is None or channel_of(to) is Channel.EMAIL:
        return due
    senders = ClinicSenders(ours, clinic.account_id, unpack(clinic.text_senders))
    return replace(due, text_name=name_in_texts(clinic), sender=senders.to(to))


def sent(session: Session, alert_id: int, now: datetime) -> None:
    """Note that an alert was taken by a provider."""
    session.execute(
        update(Alert)
        .where(col(Alert.id) == alert_id)
        .values(sent_at=now)
        .execution_options(**QUIET)
    )


def unsent(
    session: Session, since: datetime, before: datetime, clinic_id: int | None = None
) -> list[UnsentAlerts]:
    """Return the alerts raised between two instants that were not sent yet, of one clinic or of
    all.
    """
    tried, texted = col(Alert.attempts) > 0, func.coalesce(col(Alert.address), "").like("+%")
    late = select(func.count(), func.min(col(Alert.raised_at)), tried, texted).where(
        col(Alert.sent_at).is_(None), col(Alert.raised_at) < before, col(Alert.raised_at) > since
    )
    if clinic_id is not None:
        late = late.where(col(Alert.clinic_id) == clinic_id)
    return [
        UnsentAlerts(count, since, bool(was_tried), Channel.SMS if by_text else Channel.EMAIL)
        for count, since, was_tried, by_text in session.execute(late.group_by(tried, texted))
    ]


def of_worry(session: Session, clinic_id: int, key: str) -> list[Alert]:
    """Return whom a clinic's second alert to a worry, by its key, was for, the first first."""
    wanted = select(Alert).where(
        col(Alert.clinic_id) == clinic_id,
        col(Alert.kind) == "untaken",
        col(Alert.key).startswith(f"untaken.{key}.", autoescape=True),
    )
    return list(session.scalars(wanted.order_by(col(Alert.id))))


def raised(session: Session, keys: Collection[str]) -> set[str]:
    """Return which of these keys an alert was raised under."""
    return set(session.scalars(select(col(Alert.key)).where(col(Alert.key).in_(keys))))
