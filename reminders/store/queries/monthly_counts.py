"""Count a clinic's messages, opt-outs and replies of one month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, func, select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from reminders.rules.keywords import Kind
from reminders.rules.statistics import MessageCounts
from reminders.rules.terms import LEFT, Act, Channel
from reminders.store.tables import Attempt, Client, Consent, Reminder, Reply


def cells(session: Session, clinic_id: int, begins: date, ends: date) -> list[MessageCounts]:
    """Count the messages that belong to the days from ``begins`` until before ``ends``, on the
    recipients' calendars, by channel, state and reason, with the segments that left.
    """
    group = (col(Reminder.channel), col(Reminder.status), col(Reminder.reason))
    of_month = (
        col(Reminder.clinic_id) == clinic_id,
        col(Reminder.due_on) >= begins,
        col(Reminder.due_on) < ends,
    )
    counts = session.execute(select(*group, func.count()).where(*of_month).group_by(*group))
    its_attempt = and_(
        col(Attempt.reminder_id) == col(Reminder.id), col(Attempt.claim) == col(Reminder.claim)
    )
    spoken = (
        select(*group, col(Attempt.country), func.sum(col(Attempt.segments)))
        .join(Attempt, its_attempt)
        .where(*of_month, col(Reminder.channel) == Channel.SMS, col(Reminder.status).in_(LEFT))
        .group_by(*group, col(Attempt.country))
    )
    segments: dict[tuple[object, ...], dict[str, int]] = defaultdict(dict)
    for *cell, country, count in session.execute(spoken):
        segments[tuple(cell)][country] = count
    return sorted((_cell(row, segments.get(tuple(row)[:3], {})) for row in counts.all()), key=str)


def _cell(row: Sequence[Any], segments: dict[str, int]) -> MessageCounts:
    channel, status, reason, count = row
    by_country = tuple(sorted(segments.items()))
    return MessageCounts(channel, status, reason, count, sum(segments.values()), by_country)


OURS = (Act.ERASURE, Act.MERGE, Act.UNMERGE)
"""What we enter ourselves, and no client said then."""


def opt_outs(
    session: Session, clinic_id: int, begins: datetime, ends: datetime
) -> dict[Channel, int]:
    """Count the clients who took their yes back in a span (UTC), by channel."""
    person = func.coalesce(col(Client.merged_into), col(Client.id))
    said = (
        select(col(Consent.channel), func.count(func.distinct(person)))
        .join(Client, col(Client.id) == col(Consent.client_id))
        .where(
            col(Client.clinic_id) == clinic_id,
            text("consent.given = false"),
            *(col(Consent.act).is_distinct_from(act) for act in OURS),
            col(Consent.recorded_at) >= begins,
            col(Consent.recorded_at) < ends,
        )
        .group_by(col(Consent.channel))
    )
    return {row[0]: row[1] for row in session.execute(said)}


def replies(
    session: Session, clinic_id: int, begins: datetime, ends: datetime
) -> list[tuple[datetime, datetime | None]]:
    """Return when each reply for a person came in a span (UTC), and when it was answered or
    done."""
    done_at = func.coalesce(col(Reply.answered_at), col(Reply.done_at))
    wanted = select(col(Reply.received_at), done_at).where(
        col(Reply.clinic_id) == clinic_id,
        col(Reply.kind) == Kind.REPLY,
        col(Reply.received_at) >= begins,
        col(Reply.received_at) < ends,
    )
    return [(row[0], row[1]) for row in session.execute(wanted)]
