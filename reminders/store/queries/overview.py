"""Queries across all clinics: counts, overdue reminders, outages, and every reminder as people read it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, Select, and_, case, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from reminders.rules.terms import LEFT, Channel, Reason, Status
from reminders.store.column_types import among
from reminders.store.queries.arrivals import has_arrived
from reminders.store.queries.common import asked, is_status, table_of
from reminders.store.queries.people import clinics
from reminders.store.tables import Attempt, Client, Clinic, Lane, Outage, Reminder, Treatment

__all__ = ["ReminderLine", "clinics", "counts", "lines", "overdue"]


def counts(session: Session) -> Iterator[tuple[Status, Reason | None, int]]:
    """Return how many reminders there are of each state and reason."""
    group = (col(Reminder.status), col(Reminder.reason))
    rows = session.execute(select(*group, func.count()).group_by(*group))
    yield from ((status, reason, count) for status, reason, count in rows)


def overdue(session: Session, before: datetime) -> int:
    """Return how many were due before that moment (UTC) and are still planned."""
    of_a_lane = (
        select(func.count())
        .select_from(Reminder)
        .where(
            col(Reminder.clinic_id) == col(Lane.clinic_id),
            col(Reminder.channel) == col(Lane.channel),
            is_status(Status.PLANNED),
            col(Reminder.due_at) < before,
        )
        .correlate(Lane)
        .scalar_subquery()
    )
    return int(session.scalar(select(func.coalesce(func.sum(of_a_lane), 0)).select_from(Lane)) or 0)


def possibly_doubled(session: Session) -> int:
    """Return how many reminders went again after an attempt whose end was never known."""
    went_again = select(func.count()).where(
        col(Reminder.unproven_attempts) > 0, col(Reminder.status).in_(LEFT)
    )
    return session.scalar(went_again.select_from(Reminder)) or 0


@dataclass(frozen=True, slots=True)
class MissedReminders:
    """How many reminders of a clinic went stale while nothing was sent (UTC)."""

    clinic: str
    began_at: datetime
    ended_at: datetime
    count: int


def outages(session: Session, since: datetime) -> list[MissedReminders]:
    """Return what was missed in outages that ended since then, the latest first."""
    rows = session.execute(
        select(col(Clinic.name), col(Outage.began_at), col(Outage.ended_at), col(Outage.missed))
        .join_from(Outage, Clinic, col(Clinic.id) == col(Outage.clinic_id))
        .where(col(Outage.ended_at) >= since)
        .order_by(col(Outage.ended_at).desc())
    )
    return [MissedReminders(*row) for row in rows]


def outages_of(session: Session, clinic_id: int, since: datetime) -> list[Outage]:
    """Return a clinic's outages that ended since then, the latest first."""
    wanted = select(Outage).where(col(Outage.clinic_id) == clinic_id, col(Outage.ended_at) >= since)
    return list(session.scalars(wanted.order_by(col(Outage.ended_at).desc())))


@dataclass(frozen=True, slots=True)
class ReminderLine:
    """One reminder as people read it, with the words that left where they did."""

    reminder_id: int
    clinic: str
    client_id: int
    first_name: str
    channel: Channel
    milestone: str
    status: Status
    reason: Reason | None
    treated_on: date | None
    treatment_id: int | None
    protocol: str | None
    ends_at: datetime | None
    due_at: datetime
    handoff_at: datetime | None
    settled_at: datetime | None
    zone: ZoneInfo
    contact: str | None
    subject: str | None
    body: str | None
    segments: int | None

    @property
    def at(self) -> datetime:
        """Return when it left or was settled, or when it is due, on the recipient's clock."""
        return (self.handoff_at or self.settled_at or self.due_at).astimezone(self.zone)


R, C = table_of(Reminder), table_of(Client)
K, T, A = table_of(Clinic), table_of(Treatment), table_of(Attempt)

_MOMENT = func.coalesce(R.c.handoff_at, R.c.settled_at, R.c.due_at)
_ZONE = func.coalesce(func.nullif(C.c.time_zone, ""), K.c.time_zone)
_LINES = (
    select(
        R.c.id,
        K.c.name,
        R.c.client_id,
        C.c.first_name,
        R.c.channel,
        R.c.milestone,
        R.c.status,
        R.c.reason,
        T.c.treated_on,
        R.c.treatment_id,
        T.c.protocol,
        T.c.ends_at,
        R.c.due_at,
        R.c.handoff_at,
        R.c.settled_at,
        _ZONE,
        case((R.c.channel == Channel.SMS, C.c.phone), else_=C.c.email),
        A.c.subject,
        A.c.body,
        A.c.segments,
    )
    .join_from(R, C, C.c.id == R.c.client_id)
    .join(K, K.c.id == R.c.clinic_id)
    .outerjoin(T, T.c.id == R.c.treatment_id)
    .outerjoin(A, and_(A.c.reminder_id == R.c.id, A.c.claim == R.c.claim))
    .where(has_arrived(R))
    .order_by(_MOMENT, R.c.id)
)
"""In the order of ``ReminderLine``."""

_ZONE_STANDS = [field.name for field in fields(ReminderLine)].index("zone")


def lines(session: Session, client_id: int | None = None) -> list[ReminderLine]:
    """Return every reminder, of one client or of all, in order of time."""
    wanted = _LINES if client_id is None else _LINES.where(R.c.client_id == client_id)
    return list(_read(session, wanted))


@dataclass(frozen=True, slots=True)
class CountedLines:
    """How many reminders are alike, and how many segments their texts took."""

    moment: datetime
    zone: str
    channel: Channel
    status: Status
    reason: Reason | None
    count: int
    segments: int


def count_between(session: Session, first: datetime, last: datetime) -> list[CountedLines]:
    """Count the reminders that ``lines_between`` returns, in its order."""
    alike = (_MOMENT, _ZONE, R.c.channel, R.c.status, R.c.reason)
    segments = func.coalesce(func.sum(A.c.segments), 0)
    counted = _LINES.with_only_columns(*alike, func.count(), segments, maintain_column_froms=True)
    of_these = counted.where(_MOMENT.between(first, last)).group_by(*alike)
    ordered = of_these.order_by(None).order_by(_MOMENT, func.min(R.c.id))
    return [CountedLines(*row) for row in session.execute(ordered)]


def lines_between(session: Session, first: datetime, last: datetime) -> Iterator[ReminderLine]:
    """Return the reminders that left or are due between these moments (UTC), a few at a time."""
    return _read(session, _LINES.where(_MOMENT.between(first, last)))


def _read(session: Session, wanted: Select[Any]) -> Iterator[ReminderLine]:
    rows = session.execute(wanted, execution_options={"yield_per": 500})
    return map(_line, rows)


def _line(row: Row[Any]) -> ReminderLine:
    told: list[Any] = list(row)
    told[_ZONE_STANDS] = ZoneInfo(told[_ZONE_STANDS])
    return ReminderLine(*told)


def clients_due(
    session: Session, clinic_id: int, first: date, on: date, most: int
) -> tuple[list[int], int]:
    """Return ``most`` clients of a clinic for whom something is planned and not put off for longer,
    those with something for the day ``on`` before those for whom it is for a day since ``first``; and
    how many there are with something for that day. (The index of what is planned finds them.)
    """
    is_on = func.max(case((R.c.due_on == on, 1), else_=0)).label("is_on")
    due = (
        select(R.c.client_id, is_on)
        .where(
            R.c.clinic_id == clinic_id,
            R.c.channel.in_(list(Channel)),
            R.c.due_at < datetime.combine(on + timedelta(days=2), time(), UTC),
            R.c.due_on.between(first, on),
            is_status(Status.PLANNED),
            has_arrived(R),
        )
        .group_by(R.c.client_id)
        .subquery()
    )
    told = func.sum(due.c.is_on).over().label("told")
    wanted = select(due.c.client_id, told).order_by(due.c.is_on.desc(), due.c.client_id)
    rows = asked(session, wanted.limit(most)).all()
    return [row.client_id for row in rows], rows[0].told if rows else 0


def zones_of(session: Session, clients: Collection[int]) -> set[str]:
    """Return the time zones of these clients."""
    wanted = select(_ZONE).join_from(C, K, K.c.id == C.c.clinic_id).where(among(C.c.id, "clients"))
    return set(asked(session, wanted.distinct(), clients=list(clients)).scalars())
