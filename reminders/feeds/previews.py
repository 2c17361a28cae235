"""Show what a calendar would bring in before anything of it is taken in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from reminders.calendars.terms import CalendarContent, CalendarEvent
from reminders.feeds.events import calendar_of, number_of, take_in
from reminders.feeds.feeds import source_of
from reminders.rules.feeds import FeedCounts, FeedOutcome
from reminders.store.database import short_transaction
from reminders.store.queries import bookings as booking_queries
from reminders.store.queries import people
from reminders.store.queries import questions as question_queries
from reminders.store.tables import Feed
from reminders.wording.library import Library

SHOWN = 8
"""How many events of each kind are shown one by one."""

KINDS = (FeedOutcome.TREATMENT, FeedOutcome.ASKED, FeedOutcome.UNCLEAR)


@dataclass(frozen=True, slots=True)
class FeedPreview:
    """What taking a calendar in would do: counts, the next events of each kind that matters, and
    why some cannot be read.
    """

    counts: FeedCounts
    events: dict[FeedOutcome, list[CalendarEvent]]
    unreadable: dict[str, int]
    name: str


def preview(
    engine: Engine, library: Library, feed: Feed, content: CalendarContent, now: datetime
) -> FeedPreview:
    """Return what a calendar would bring in. Each event is tried in a transaction of its own, which is
    undone, so that nobody waits for the whole of it.
    """
    counts = FeedCounts(unreadable=sum(content.unreadable.values()))
    shown: dict[FeedOutcome, list[CalendarEvent]] = {kind: [] for kind in KINDS}
    asked: set[tuple[str, str]] = set()
    for event in sorted(content.events, key=lambda one: (one.begins < now, one.begins)):
        with short_transaction(engine) as session:
            clinic = people.clinic(session, feed.clinic_id)
            outcome = take_in(calendar_of(session, library, clinic, feed, now), event)
            asked |= _asked(session, feed, event) if outcome is FeedOutcome.ASKED else set()
        counts.outcomes[outcome] += 1
        if len(shown.get(outcome, range(SHOWN))) < SHOWN:
            shown[outcome].append(event)
    counts.questions = len(asked)
    return FeedPreview(
        counts, {k: v for k, v in shown.items() if v}, content.unreadable, content.name
    )


def _asked(session: Session, feed: Feed, event: CalendarEvent) -> set[tuple[str, str]]:
    """Return what would be asked about an event: kind and subject of each question."""
    number = number_of(session, event)
    rows = booking_queries.waiting(session, feed.clinic_id, source_of(feed.id), number)
    found = [question_queries.question(session, row.question_id) for row in rows]
    return {(one.kind, one.subject) for one in found if one is not None}
