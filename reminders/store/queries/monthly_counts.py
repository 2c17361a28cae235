"""Count a clinic's messages by day, and its opt-outs and replies in a span."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import and_, func, select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from reminders.rules.keywords import Kind
from reminders.rules.statistics import MessageCounts, counted
from reminders.rules.terms import LEFT, Act, Channel, Status
from reminders.store.queries.common import IS_GONE, IS_PLANNED
from reminders.store.tables import Attempt, Client, Consent, Reminder, Reply

_CELL = (col(Reminder.due_on), col(Reminder.channel), col(Reminder.status), col(Reminder.reason))


def gone(
    session: Session, clinic_id: int, days: Collection[date]
) -> dict[date, list[MessageCounts]]:
    """Count the messages that belong to these days, on the recipients' calendars, and are planned no
    more: by day, channel, state and reason, with the segments that left.
    """
    of_days = (col(Reminder.clinic_id) == clinic_id, IS_GONE, col(Reminder.due_on).in_(days))
    counts = session.execute(select(*_CELL, func.count()).where(*of_days).group_by(*_CELL))
    its_attempt = and_(
        col(Attempt.reminder_id) == col(Reminder.id), col(Attempt.claim) == col(Reminder.claim)
    )
    spoken = (
        select(*_CELL, col(Attempt.country), func.sum(col(Attempt.segments)))
        .join(Attempt, its_attempt)
        .where(*of_days, col(Reminder.channel) == Channel.SMS, col(Reminder.status).in_(LEFT))
        .group_by(*_CELL, col(Attempt.country))
    )
    segments: dict[tuple[object, ...], dict[str, int]] = defaultdict(dict)
    for *cell, country, count in session.execute(spoken):
        segments[tuple(cell)][country] = int(count)
    found: dict[date, list[MessageCounts]] = {day: [] for day in days}
    for day, channel, status, reason, count in counts:
        by_country = segments.get((day, channel, status, reason), {})
        found[day].append(counted(channel, status, reason, count, by_country))
    return found


def busy_days(session: Session, clinic_id: int, first: date, last: date, limit: int) -> list[date]:
    """Return the first days from ``first`` to ``last`` to which messages belong that are planned no
    more, in order."""
    day = col(Reminder.due_on)
    of_span = col(Reminder.clinic_id) == clinic_id, IS_GONE, day >= first, day <= last
    return list(session.scalars(select(day).where(*of_span).distinct().order_by(day).limit(limit)))


def to_come(
    session: Session, clinic_id: int, begins: date, ends: date
) -> dict[date, list[MessageCounts]]:
    """Count the planned messages that belong to the days from ``begins`` until before ``ends``, by
    day, channel and reason to wait.
    """
    group = (col(Reminder.due_on), col(Reminder.channel), col(Reminder.reason))
    rows = session.execute(
        select(*group, func.count())
        .where(
            col(Reminder.clinic_id) == clinic_id,
            IS_PLANNED,
            col(Reminder.due_on) >= begins,
            col(Reminder.due_on) < ends,
        )
        .group_by(*group)
    )
    found: dict[date, list[MessageCounts]] = defaultdict(list)
    for day, channel, reason, count in rows:
        found[day].append(counted(channel, Status.PLANNED, reason, count, {}))
    return found


OURS = (Act.ERASURE, Act.MERGE, Act.UNMERGE)
"""What we enter ourselves, and no client said then."""


def opt_outs(
    session: Session, clinic_id: int, begins: datetime, ends: datetime
) -> list[tuple[datetime, Channel, int]]:
    """Return when who took a yes back in a span (UTC), and of which channel, in order of time."""
    person = func.coalesce(col(Client.merged_into), col(Client.id))
    said = (
        select(col(Consent.recorded_at), col(Consent.channel), person)
        .join(Client, col(Client.id) == col(Consent.client_id))
        .where(
            col(Client.clinic_id) == clinic_id,
            text("consent.given = false"),
            *(col(Consent.act).is_distinct_from(act) for act in OURS),
            col(Consent.recorded_at) >= begins,
            col(Consent.recorded_at) < ends,
        )
        .order_by(col(Consent.recorded_at))
    )
    return [(row[0], row[1], row[2]) for row in session.execute(said)]


def replies(
    session: Session, clinic_id: int, begins: datetime, ends: datetime
) -> list[tuple[datetime, datetime | None]]:
    """Return when each reply for a person came in a span (UTC), and when it was answered or
    done, in order of time."""
    done_at = func.coalesce(col(Reply.answered_at), col(Reply.done_at))
    wanted = (
        select(col(Reply.received_at), done_at)
        .where(
            col(Reply.clinic_id) == clinic_id,
            col(Reply.kind) == Kind.REPLY,
            col(Reply.received_at) >= begins,
            col(Reply.received_at) < ends,
        )
        .order_by(col(Reply.received_at))
    )
    return [(row[0], row[1]) for row in session.execute(wanted)]
