"""Read the calendars that are due: fetched, understood, and what has changed taken in."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event

import structlog
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from reminders.calendars.isolation import calendar_content
from reminders.calendars.terms import AHEAD, CalendarContent, CalendarEvent
from reminders.feeds import feeds
from reminders.feeds.events import calendar_of, cancel, fingerprint_of, number_of, take_in
from reminders.feeds.fetching import Answer, Fetched, Fetcher, Validators
from reminders.feeds.problems import BROKEN, EMPTY
from reminders.intake.arrivals import Pace
from reminders.monitoring.alerts import raise_alert
from reminders.rules.feeds import (
    LIVE,
    MISSED,
    SETTLED,
    FeedCounts,
    FeedOutcome,
    is_older,
    next_read,
)
from reminders.rules.terms import InputError
from reminders.rules.translation import ENGLISH, translated_to
from reminders.sealing import Sealing
from reminders.store.database import reading, writing
from reminders.store.queries import feeds as queries
from reminders.store.queries import people
from reminders.store.tables import Feed, FeedEvent
from reminders.wording.fixed_replies import FixedReplies
from reminders.wording.library import Library

log = structlog.get_logger()

DAY = timedelta(days=1)
LEASE = timedelta(minutes=10)
TOGETHER = 8
"""How many calendars are fetched at once."""


class LostClaimError(Exception):
    """Somebody else reads this calendar by now, or it was removed."""


@dataclass(frozen=True, slots=True)
class Known:
    """An event with what it is known by, and what was known of it before."""

    event: CalendarEvent
    number: str
    fingerprint: str
    before: FeedEvent | None

    @property
    def is_settled(self) -> bool:
        """Say whether nothing is to be done: it is as it was, or older than what is known."""
        if self.before is None:
            return False
        one = self.event
        as_before = (self.before.sequence, self.before.modified_at)
        if self.before.outcome is FeedOutcome.ERASED:
            return True
        if is_older(one.sequence, one.modified_at, *as_before):
            return True
        return self.fingerprint == self.before.fingerprint and self.before.outcome in SETTLED


class FeedReader:
    """Read calendars: any number of workers may, and each calendar is one's at a time."""

    def __init__(
        self,
        engine: Engine,
        library: Library,
        fetcher: Fetcher,
        sealing: Sealing,
        clock: Callable[[], datetime],
    ) -> None:
        """Take the database, the protocols, what fetches, what opens addresses, and the clock."""
        self._engine, self._library = engine, library
        self._fetcher, self._sealing, self._clock = fetcher, sealing, clock
        self._pace, self._over = Pace(), Event()

    def stop(self) -> None:
        """Begin with no further calendar."""
        self._over.set()

    def run(self) -> int:
        """Read all that is due, and return how many calendars that were."""
        count = 0
        while not self._over.is_set() and self._is_due() and (due := self._claim(TOGETHER)):
            count += len(due)
            self._read(due)
        return count

    def _is_due(self) -> bool:
        with reading(self._engine) as session:
            return queries.is_due(session, self._clock())

    def read_now(self, feed_id: int) -> None:
        """Read one calendar, due or not, unless somebody does just now."""
        with translated_to(ENGLISH):  # what is kept of it is translated where it is read
            self._read(self._claim(1, feed_id))

    def fetch(self, feed: Feed) -> CalendarContent:
        """Return what a calendar holds, without taking anything in. Raises ``InputError``."""
        answer = self._fetcher.fetch(feeds.address_of(feed, self._sealing))
        assert answer.content is not None  # nothing was known that it could be like
        return self._understood(feed, answer.content)

    def _claim(self, limit: int, feed_id: int | None = None) -> list[Feed]:
        with writing(self._engine) as session:
            return queries.claim_due(session, self._clock(), LEASE, limit, feed_id)

    def _read(self, due: list[Feed]) -> None:
        wanted, opened = [], []
        for feed in due:
            try:
                wanted.append((feeds.address_of(feed, self._sealing), self._validators(feed)))
                opened.append(feed)
            except InputError as error:
                self._settle(feed, Answer(error))
        for feed, answer in zip(opened, self._fetcher.fetch_all(wanted), strict=True):
            self._settle(feed, answer)

    def _validators(self, feed: Feed) -> Validators:
        """Ask for news only, but for the whole while something waits for it to be read again."""
        with reading(self._engine) as session:
            waits = feed.problem is not None or queries.waits(session, feed.id)
        return Validators() if waits else Validators(feed.etag, feed.changed)

    def _settle(self, feed: Feed, answer: Answer) -> None:
        try:
            fetched = answer.result()
            content = self._understood(feed, fetched.content) if fetched.content else None
            counts = self._take_in(feed, content) if content is not None else None
            with self._held(feed) as (_, held):
                _note_read(held, fetched, content, counts, self._clock())
        except InputError as error:
            self._note_failure(feed, error)
        except LostClaimError:
            self._give_back(feed)
        except Exception:  # one calendar's fault is not the others'
            log.exception("calendar not read", feed=feed.id)
            self._note_failure(feed, BROKEN)

    def _give_back(self, feed: Feed) -> None:
        """Leave a calendar to whoever reads it by now, or, if we are to stop, to the next who comes."""
        log.info("calendar left to another reader", feed=feed.id)
        with suppress(LostClaimError), self._held(feed) as (_, held):
            held.claim = held.lease_until = None

    def _understood(self, feed: Feed, content: bytes) -> CalendarContent:
        with reading(self._engine) as session:
            zone = people.clinic(session, feed.clinic_id).time_zone
        return calendar_content(content, zone, self._clock())

    @contextmanager
    def _held(self, feed: Feed) -> Iterator[tuple[Session, Feed]]:
        """Open a transaction in which the calendar is still ours; raises ``LostClaimError``."""
        with self._pace.step(self._engine) as session:
            held = queries.held(session, feed.id, feed.claim or "")
            if held is None:
                raise LostClaimError
            yield session, held

    def _note_failure(self, feed: Feed, error: InputError) -> None:
        now = self._clock()
        log.warning("calendar cannot be read", feed=feed.id, failures=feed.failures + 1)
        try:
            with self._held(feed) as (session, held):
                held.problem, held.failing_since = str(error), held.failing_since or now
                held.failures += 1
                _release(held, now)
                self._alert(session, held, now)
        except LostClaimError:
            log.info("calendar left to another reader", feed=feed.id)

    def _alert(self, session: Session, feed: Feed, now: datetime) -> None:
        """Tell the clinic's staff once of a calendar that could not be read for a day."""
        since = feed.failing_since or now
        if feed.started_at is not None and now - since >= DAY:
            key = f"calendar.{feed.id}.{since:%Y%m%d%H%M%S}"
            country = people.clinic(session, feed.clinic_id).country
            words = FixedReplies(self._library).alert("calendar", country)
            raise_alert(session, feed.clinic_id, "calendar", key, *words, now)

    # --- taking in --------------------------------------------------------------------------------

    def _take_in(self, feed: Feed, content: CalendarContent) -> FeedCounts:
        with reading(self._engine) as session:
            before = queries.events(session, feed.id)
            found = known_events(session, content, before)
        if not content.total and any(row.outcome in LIVE for row in before.values()):
            raise EMPTY
        counts = FeedCounts(unreadable=sum(content.unreadable.values()))
        for one in found:
            settled = one.before.outcome if one.before and one.is_settled else None
            counts.outcomes[settled or self._take_one(feed, one)] += 1
        self._miss(feed, before, {one.number for one in found})
        with reading(self._engine) as session:
            rows = queries.waiting_rows(session, feed.clinic_id, feeds.source_of(feed.id))
        counts.questions = len({row.question_id for row in rows})
        return counts

    def _take_one(self, feed: Feed, one: Known) -> FeedOutcome:
        if self._over.is_set():
            raise LostClaimError
        with self._held(feed) as (session, held):
            clinic = people.clinic(session, held.clinic_id)
            calendar = calendar_of(session, self._library, clinic, held, self._clock())
            outcome = take_in(calendar, one.event)
            if one.before is not None or outcome not in {FeedOutcome.OTHER, FeedOutcome.UNCLEAR}:
                queries.put_event(session, _row(feed.id, one, outcome))
        return outcome

    def _miss(self, feed: Feed, before: dict[str, FeedEvent], seen: set[str]) -> None:
        """Cancel future events that two whole reads in a row have missed; this was one."""
        now = self._clock()
        within = (now, now + AHEAD - DAY)
        missing = [
            row
            for number, row in before.items()
            if number not in seen and row.outcome in LIVE and within[0] < row.begins_at < within[1]
        ]
        back = [row.id for number, row in before.items() if number in seen and row.missed]
        with self._held(feed) as (session, _):
            queries.set_missed(session, back, 0)
            queries.set_missed(session, [row.id for row in missing], 1)
        for row in missing:
            if row.missed + 1 >= MISSED:
                self._cancel(feed, row.number)

    def _cancel(self, feed: Feed, number: str) -> None:
        with self._held(feed) as (session, held):
            clinic = people.clinic(session, held.clinic_id)
            cancel(calendar_of(session, self._library, clinic, held, self._clock()), number)
            queries.set_outcome(session, feed.id, number, FeedOutcome.VANISHED)


def known_events(
    session: Session, content: CalendarContent, before: dict[str, FeedEvent]
) -> list[Known]:
    """Return the events of a calendar with what was known of each."""
    named = [(number_of(session, event), event) for event in content.events]
    return [
        Known(event, number, fingerprint_of(session, event), before.get(number))
        for number, event in named
    ]


def _row(feed_id: int, one: Known, outcome: FeedOutcome) -> dict[str, object]:
    return {
        "feed_id": feed_id,
        "number": one.number,
        "fingerprint": one.fingerprint,
        "sequence": one.event.sequence,
        "modified_at": one.event.modified_at,
        "begins_at": one.event.begins,
        "outcome": outcome,
        "missed": 0,
    }


def _note_read(
    feed: Feed,
    fetched: Fetched,
    content: CalendarContent | None,
    counts: FeedCounts | None,
    now: datetime,
) -> None:
    feed.read_at, feed.problem, feed.failing_since, feed.failures = now, None, None, 0
    feed.etag, feed.changed = fetched.validators.etag, fetched.validators.changed
    if content is not None and counts is not None:
        feed.name, feed.counts = content.name, json.dumps(counts.to_keep())
    _release(feed, now)


def _release(feed: Feed, now: datetime) -> None:
    feed.claim = feed.lease_until = None
    feed.due_at = next_read(now, feed.failures, secrets.randbelow(1000) / 1000)


def counts_of(feed: Feed) -> FeedCounts | None:
    """Return what the last whole read found."""
    return FeedCounts.of(json.loads(feed.counts)) if feed.counts else None
