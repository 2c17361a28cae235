"""Queries for calendar feeds: which are due, who reads one, and what became of its events."""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from reminders.rules.feeds import LIVE, FeedOutcome
from reminders.store.queries.common import QUIET, asked_once, insert_once, put
from reminders.store.tables import Feed, FeedEvent, WaitingRow


def add(session: Session, row: dict[str, Any]) -> Feed:
    """Add a feed, and return it; or the one of that clinic with the same address."""
    insert_once(session, Feed, row)
    return session.scalars(
        select(Feed).where(
            col(Feed.clinic_id) == row["clinic_id"],
            col(Feed.address_hash) == row["address_hash"],
        )
    ).one()


def of_clinic(session: Session, clinic_id: int) -> list[Feed]:
    """Return a clinic's feeds in the order they came."""
    wanted = select(Feed).where(col(Feed.clinic_id) == clinic_id).order_by(col(Feed.id))
    return list(session.scalars(wanted))


def by_id(session: Session, feed_id: int) -> Feed | None:
    """Return a feed."""
    return session.get(Feed, feed_id)


def held(session: Session, feed_id: int, claim: str) -> Feed | None:
    """Return a feed, locked until the transaction ends, if whoever has this claim still reads it."""
    wanted = select(Feed).where(col(Feed.id) == feed_id, col(Feed.claim) == claim)
    return session.scalars(wanted.with_for_update()).first()


def is_due(session: Session, now: datetime) -> bool:
    """Say whether any feed is due."""
    due = select(col(Feed.id)).where(col(Feed.due_at) <= now, col(Feed.started_at).is_not(None))
    return session.scalars(due.limit(1)).first() is not None


def claim_due(
    session: Session, now: datetime, lease: timedelta, limit: int, feed_id: int | None = None
) -> list[Feed]:
    """Take the feeds that are due and that nobody reads; or, due or not, the one of that id."""
    which = (
        (col(Feed.due_at) <= now, col(Feed.started_at).is_not(None))
        if feed_id is None
        else (col(Feed.id) == feed_id,)
    )
    free = or_(col(Feed.lease_until).is_(None), col(Feed.lease_until) < now)
    due = (
        select(col(Feed.id))
        .where(*which, free)
        .order_by(col(Feed.due_at))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = (
        update(Feed)
        .where(col(Feed.id).in_(asked_once(due)))
        .values(claim=secrets.token_hex(8), lease_until=now + lease, tried_at=now)
        .returning(col(Feed.id))
        .execution_options(**QUIET)
    )
    ids = list(session.scalars(taken))
    return list(session.scalars(select(Feed).where(col(Feed.id).in_(ids)).order_by(col(Feed.id))))


def remove(session: Session, feed: Feed) -> None:
    """Forget a feed and its events; the treatments that came of them stay."""
    session.execute(delete(FeedEvent).where(col(FeedEvent.feed_id) == feed.id))
    session.execute(delete(Feed).where(col(Feed.id) == feed.id))


def failing(session: Session, clinic_id: int, before: datetime) -> list[Feed]:
    """Return a clinic's feeds that could not be read since before then."""
    wanted = select(Feed).where(
        col(Feed.clinic_id) == clinic_id,
        col(Feed.failing_since) < before,
        col(Feed.started_at).is_not(None),
    )
    return list(session.scalars(wanted.order_by(col(Feed.id))))


# --- events ---------------------------------------------------------------------------------------


def events(session: Session, feed_id: int) -> dict[str, FeedEvent]:
    """Return what is known of a feed's events, by their numbers."""
    rows = session.scalars(select(FeedEvent).where(col(FeedEvent.feed_id) == feed_id))
    return {row.number: row for row in rows}


def put_event(session: Session, row: dict[str, Any]) -> None:
    """Keep what became of an event."""
    put(session, FeedEvent, row, "feed_id", "number")


def set_missed(session: Session, ids: Collection[int], missed: int) -> None:
    """Note in how many whole reads in a row these events were not there."""
    changed = update(FeedEvent).where(col(FeedEvent.id).in_(ids)).values(missed=missed)
    session.execute(changed.execution_options(**QUIET))


def set_outcome(session: Session, feed_id: int, number: str, outcome: FeedOutcome) -> None:
    """Note what became of an event that is known."""
    changed = (
        update(FeedEvent)
        .where(col(FeedEvent.feed_id) == feed_id, col(FeedEvent.number) == number)
        .values(outcome=outcome)
    )
    session.execute(changed.execution_options(**QUIET))


def never_again(session: Session, numbers: Collection[str]) -> None:
    """Let events of somebody who is erased never be looked at again, by their numbers."""
    if not numbers:
        return
    changed = (
        update(FeedEvent)
        .where(col(FeedEvent.number).in_(numbers))
        .values(outcome=FeedOutcome.ERASED)
    )
    session.execute(changed.execution_options(**QUIET))


def waits(session: Session, feed_id: int) -> bool:
    """Say whether an event of a feed waits for a person, or for the read that misses it again."""
    wanted = select(col(FeedEvent.id)).where(
        col(FeedEvent.feed_id) == feed_id,
        (col(FeedEvent.outcome) == FeedOutcome.ASKED)
        | (col(FeedEvent.outcome).in_(LIVE) & (col(FeedEvent.missed) > 0)),
    )
    return session.scalars(wanted.limit(1)).first() is not None


def waiting_rows(session: Session, clinic_id: int, source: str) -> list[WaitingRow]:
    """Return the rows that wait for a person of those that a feed brought."""
    spelled = f'"source": {json.dumps(source)}'
    wanted = select(WaitingRow).where(
        col(WaitingRow.clinic_id) == clinic_id,
        col(WaitingRow.layout).contains(spelled, autoescape=True),
    )
    return list(session.scalars(wanted.order_by(col(WaitingRow.id))))


def retire(session: Session, before: datetime) -> int:
    """Forget events that began before then; return how many."""
    old = delete(FeedEvent).where(col(FeedEvent.begins_at) < before).returning(col(FeedEvent.id))
    return len(session.execute(old.execution_options(**QUIET)).all())
