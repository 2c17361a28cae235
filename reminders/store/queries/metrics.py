"""Queries for metrics and alerts: volumes, backlog and delays, each answered by an index."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from reminders.rules.terms import Channel, Status
from reminders.store.queries.common import is_status, table_of
from reminders.store.tables import (
    Attempt,
    Client,
    Clinic,
    Lane,
    Reminder,
    SegmentSpending,
    SenderPace,
    SenderRate,
    Suppression,
)

A, R, L, C = table_of(Attempt), table_of(Reminder), table_of(Lane), table_of(Clinic)
S, X, P, W, V = (
    table_of(SegmentSpending),
    table_of(Suppression),
    table_of(Client),
    table_of(SenderRate),
    table_of(SenderPace),
)

SAMPLE = 10_000
"""The latest attempts looked at one by one."""


@dataclass(frozen=True, slots=True)
class AttemptCounts:
    """Attempts of a lane that ended alike."""

    clinic_id: int
    channel: Channel
    outcome: str
    code: str
    count: int
    segments: int


def ended_attempts(session: Session, since: datetime) -> list[AttemptCounts]:
    """Return what became of the attempts made since then."""
    group = (R.c.clinic_id, R.c.channel, A.c.outcome, A.c.code)
    rows = session.execute(
        select(*group, func.count(), func.coalesce(func.sum(A.c.segments), 0))
        .join_from(A, R, R.c.id == A.c.reminder_id)
        .where(A.c.handoff_at >= since)
        .group_by(*group)
    )
    return [
        AttemptCounts(clinic, channel, outcome or "in doubt", code or "", count, int(segments))
        for clinic, channel, outcome, code, count, segments in rows
    ]


def failing(session: Session, since: datetime) -> list[tuple[int, Channel, int, int]]:
    """Return for every lane how many reminders were tried since then, and how many failed."""
    failed = case((is_status(Status.FAILED, Status.UNDELIVERED), R.c.id))
    rows = session.execute(
        select(
            R.c.clinic_id, R.c.channel, func.count(R.c.id.distinct()), func.count(failed.distinct())
        )
        .join_from(A, R, R.c.id == A.c.reminder_id)
        .where(A.c.handoff_at >= since)
        .group_by(R.c.clinic_id, R.c.channel)
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def waits(session: Session, since: datetime) -> list[tuple[Channel, timedelta, timedelta | None]]:
    """Return of the latest attempts how late each began, and how long the provider took."""
    rows = session.execute(
        select(R.c.channel, R.c.scheduled_at, A.c.handoff_at, A.c.settled_at)
        .join_from(A, R, R.c.id == A.c.reminder_id)
        .where(A.c.handoff_at >= since)
        .order_by(A.c.handoff_at.desc())
        .limit(SAMPLE)
    )
    return [
        (channel, handoff - wanted, settled and settled - handoff)
        for channel, wanted, handoff, settled in rows
    ]


def _planned_before(moment: datetime) -> Select[Any]:
    """Count a lane's planned reminders due before a moment: its own part of an index."""
    of_lane = and_(R.c.clinic_id == L.c.clinic_id, R.c.channel == L.c.channel)
    return (
        select(func.count())
        .select_from(R)
        .where(of_lane, is_status(Status.PLANNED), R.c.due_at <= moment)
        .correlate(L)
    )


def backlog(session: Session, now: datetime) -> dict[Channel, int]:
    """Return how many reminders of each channel are due and have not left."""
    due = _planned_before(now).scalar_subquery()
    rows = session.execute(select(L.c.channel, func.sum(due)).group_by(L.c.channel))
    return {channel: int(count or 0) for channel, count in rows}


def unexplained(session: Session, now: datetime, grace: timedelta) -> int:
    """Return how many reminders are overdue although their lane is open and unserved: no worker is
    sending them.
    """
    due = _planned_before(now - grace).scalar_subquery()
    free = and_(
        or_(L.c.stopped_until.is_(None), L.c.stopped_until < now - grace),
        or_(L.c.opens_at.is_(None), L.c.opens_at < now - grace),
        or_(L.c.last_turn_at.is_(None), L.c.last_turn_at < now - grace),
        or_(
            L.c.sender_key != "",
            ~exists().where(W.c.channel == L.c.channel, W.c.opens_at >= now - grace),
        ),
        ~exists().where(V.c.sender_key == L.c.sender_key, V.c.opens_at >= now - grace),
    )
    return int(session.scalar(select(func.coalesce(func.sum(due), 0)).where(free)) or 0)


def lanes(session: Session) -> list[Row[Any]]:
    """Return every lane's clinic, channel, limits and whether it is stopped."""
    wanted = (
        L.c.clinic_id,
        L.c.channel,
        L.c.per_minute,
        L.c.per_day,
        L.c.stopped_until,
        L.c.sender_key,
    )
    return list(session.execute(select(*wanted)))


def planned_until(session: Session, until: datetime) -> list[Any]:
    """Return what is planned until then, with its clinic, channel, ends, and the client's zone and
    number.
    """
    of_lane = and_(R.c.clinic_id == L.c.clinic_id, R.c.channel == L.c.channel)
    wanted = (R.c.clinic_id, R.c.channel, R.c.due_at, R.c.stale_at, P.c.time_zone, P.c.phone)
    planned = (
        select(*wanted)
        .select_from(L)
        .join(R, and_(of_lane, is_status(Status.PLANNED), R.c.due_at < until))
        .join(P, P.c.id == R.c.client_id)
    )
    return list(session.execute(planned))


def spent(session: Session, since: date) -> list[Row[Any]]:
    """Return each clinic's latest month: its first day, the segments and the budget."""
    latest = select(S.c.clinic_id, func.max(S.c.month_on).label("month_on"))
    last = latest.where(S.c.month_on >= since).group_by(S.c.clinic_id).subquery()
    return list(
        session.execute(
            select(S.c.clinic_id, S.c.month_on, S.c.segments, C.c.segment_budget)
            .join_from(S, C, C.c.id == S.c.clinic_id)
            .join(last, and_(last.c.clinic_id == S.c.clinic_id, last.c.month_on == S.c.month_on))
        )
    )


def stops(session: Session) -> list[tuple[str, int]]:
    """Return how many contacts may not be messaged, by the reason."""
    rows = session.execute(select(X.c.reason, func.count()).group_by(X.c.reason))
    return [(str(reason), count) for reason, count in rows]


@dataclass(frozen=True, slots=True)
class MorningFigures:
    """A clinic's figures for the morning email: reminders due today, and yesterday's failures."""

    planned: int
    failed: int
    stuck: int


def morning(session: Session, clinic_id: int, day: tuple[datetime, datetime]) -> MorningFigures:
    """Count a clinic's reminders that are due within a day (UTC), those that failed in the day
    before it, and those whose end nobody knows.
    """
    begins, ends = day
    of_clinic = R.c.clinic_id == clinic_id
    channels = R.c.channel.in_(list(Channel))
    planned = select(func.count()).where(
        of_clinic, channels, is_status(Status.PLANNED), R.c.due_at < ends
    )
    yesterday = and_(A.c.handoff_at >= begins - timedelta(days=1), A.c.handoff_at < begins)
    tried_then = select(func.count(R.c.id.distinct())).join_from(A, R, R.c.id == A.c.reminder_id)
    failed = tried_then.where(of_clinic, yesterday, is_status(Status.FAILED, Status.UNDELIVERED))
    stuck = tried_then.where(of_clinic, yesterday, is_status(Status.UNKNOWN, Status.HANDOFF))
    return MorningFigures(*(int(session.scalar(count) or 0) for count in (planned, failed, stuck)))
