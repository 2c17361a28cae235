"""Tell endpoints what happened: each event at least once, and those of one client in their order."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event as Signal

import structlog
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from reminders.endpoints import endpoints, messages
from reminders.endpoints.messages import Post
from reminders.endpoints.posting import Answer, Poster
from reminders.monitoring.alerts import raise_alert
from reminders.rules.endpoints import Outcome, PauseReason, is_hopeless, next_try
from reminders.sealing import Sealing
from reminders.store.database import reading, writing
from reminders.store.queries import endpoints as queries
from reminders.store.queries import events, people
from reminders.store.tables import Endpoint, Event, EventDelivery
from reminders.wording.fixed_replies import FixedReplies
from reminders.wording.library import Library

log = structlog.get_logger()

LEASE = timedelta(minutes=2)
"""Longer than a round takes; after a crash the next worker tells again what was not written down."""

TOGETHER = 8
"""How many endpoints are told at once."""

ROUND = 16
"""How many events an endpoint is told at once."""

PROBES = 4
"""And how many while it takes none."""

REST = timedelta(seconds=5)
"""How soon an endpoint is looked at again that takes nothing, or for which nothing could be told."""

NEW = 500
"""How many events begin to wait in one transaction."""

OLDEST = timedelta(days=30)
"""What happened longer ago is not told any more."""


@dataclass(slots=True)
class Round:
    """What is told to an endpoint now, and what came of it."""

    endpoint: Endpoint
    told: list[EventDelivery] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    more: bool = False


class EventSender:
    """Tell endpoints: any number of workers may, and each endpoint is one's at a time."""

    def __init__(
        self,
        engine: Engine,
        library: Library,
        poster: Poster,
        sealing: Sealing,
        clock: Callable[[], datetime],
        desk: str,
        *,
        live: bool,
    ) -> None:
        """Take the database, the sentences, what posts, what opens addresses, the clock and where the
        desk is; unless ``live``, nothing is told but what a person sends now.
        """
        self._engine, self._library, self._poster = engine, library, poster
        self._sealing, self._clock, self._desk = sealing, clock, desk
        self._live, self._over = live, Signal()

    def stop(self) -> None:
        """Begin with no further round."""
        self._over.set()

    def run(self) -> int:
        """Tell all that is due, and return how many events were taken."""
        taken = 0
        while self._live and not self._over.is_set() and self._is_due():
            rounds = [self._begin(endpoint) for endpoint in self._claim(TOGETHER)]
            if not rounds:
                break
            taken += self._tell(rounds)
        return taken

    def send_now(self, endpoint_id: int, delivery_id: int) -> None:
        """Tell one event at once, unless the endpoint is being told something just now; then it comes
        with that.
        """
        for endpoint in self._claim(1, endpoint_id):
            self._tell([self._begin(endpoint, delivery_id)])

    def _is_due(self) -> bool:
        with reading(self._engine) as session:
            return queries.is_due(session, self._clock())

    def _claim(self, limit: int, endpoint_id: int | None = None) -> list[Endpoint]:
        with writing(self._engine) as session:
            return queries.claim_due(session, self._clock(), LEASE, limit, endpoint_id)

    def _begin(self, endpoint: Endpoint, delivery_id: int | None = None) -> Round:
        """Choose what is told to an endpoint now; its own fault is not the others'."""
        begun = Round(endpoint)
        try:
            self._choose(begun, delivery_id)
        except Exception:
            log.exception("events not told", endpoint=endpoint.id)
            begun = Round(endpoint)
        return begun

    def _choose(self, begun: Round, delivery_id: int | None) -> None:
        now, endpoint = self._clock(), begun.endpoint
        ways = endpoints.opened(endpoint, self._sealing)
        if ways is None:
            self._lose_key(endpoint)
            return
        limit = PROBES if endpoint.failing_since else ROUND
        with writing(self._engine) as session:
            if delivery_id is None:
                begun.more = let_wait(session, endpoint, now)
            begun.told = queries.next_due(session, endpoint.id, now, limit, delivery_id)
        with reading(self._engine) as session:
            told = messages.bodies(session, self._library, endpoint, begun.told, self._desk)
        begun.posts = [
            messages.signed(*ways, one.message_id, body, now)
            for one, body in zip(begun.told, told, strict=True)
        ]

    def _tell(self, rounds: list[Round]) -> int:
        """Post everything at once, with no transaction open, and write down what came of it."""
        answers = iter(self._poster.post_all([post for each in rounds for post in each.posts]))
        for each in rounds:
            each.answers = [next(answers) for _ in each.posts]
            self._settle(each)
        return sum(one.outcome is Outcome.TAKEN for each in rounds for one in each.answers)

    # --- what came of it --------------------------------------------------------------------------

    def _settle(self, told: Round) -> None:
        now, endpoint = self._clock(), told.endpoint
        with writing(self._engine) as session:
            held = queries.held(session, endpoint.id, endpoint.claim or "")
            ends = held is not None and self._note_endpoint(session, held, told, now)
            waiting = queries.waiting(session, [one.id for one in told.told])
            for one, answer in zip(told.told, told.answers, strict=True):
                if one.id in waiting:
                    note_try(waiting[one.id], answer, now, keep=ends)
        failed = [str(one.status or one.outcome) for one in told.answers if not _is_taken(one)]
        if failed:
            log.warning("events not taken", endpoint=endpoint.id, answers=failed)

    def _note_endpoint(
        self, session: Session, endpoint: Endpoint, told: Round, now: datetime
    ) -> bool:
        """Note how an endpoint does, and say whether it was paused for that."""
        answers = told.answers
        endpoint.claim = endpoint.lease_until = None
        if any(map(_is_taken, answers)):
            if endpoint.failing_since is not None:
                queries.hurry(session, endpoint.id, now, refused=False)
            endpoint.failing_since, endpoint.due_at = None, now
            return False
        endpoint.due_at = now if told.more and not answers else now + REST
        if any(one.outcome is Outcome.GONE for one in answers):
            self._pause(session, endpoint, PauseReason.GONE, now)
        elif answers:
            endpoint.failing_since = endpoint.failing_since or now
            if is_hopeless(endpoint.failing_since, now):
                self._pause(session, endpoint, PauseReason.FAILING, now)
        return endpoint.paused_at is not None

    def _lose_key(self, endpoint: Endpoint) -> None:
        with writing(self._engine) as session:
            held = queries.held(session, endpoint.id, endpoint.claim or "")
            if held is not None:
                self._pause(session, held, PauseReason.LOST_KEY, self._clock())

    def _pause(self, session: Session, endpoint: Endpoint, why: PauseReason, now: datetime) -> None:
        """Pause an endpoint, and tell the clinic."""
        if endpoint.paused_at is not None:
            return
        endpoint.paused_at, endpoint.paused_for = now, why
        log.warning("endpoint paused", endpoint=endpoint.id, why=why)
        country = people.clinic(session, endpoint.clinic_id).country
        words = FixedReplies(self._library).alert("endpoint", country)
        key = f"endpoint.{endpoint.id}.{now:%Y%m%d%H%M%S}"
        raise_alert(session, endpoint.clinic_id, "endpoint", key, *words, now)


def let_wait(session: Session, endpoint: Endpoint, now: datetime) -> bool:
    """Let what is new wait to be told to an endpoint; what it does not hear of is passed over. Say
    whether there may be more.
    """
    held = queries.held(session, endpoint.id, endpoint.claim or "")
    if held is None:
        return False
    events.place_events(session, held.clinic_id, now)
    found = events.events_after(session, held.clinic_id, held.after, NEW)
    heard = [one for one in found if one.kind in held.kinds.split() and not _is_old(one, now)]
    queries.add_deliveries(session, [_row(session, held.id, one, now) for one in heard])
    held.after = found[-1].place or held.after if found else held.after
    return len(found) == NEW


def _is_old(event: Event, now: datetime) -> bool:
    return event.happened_at is not None and event.happened_at < now - OLDEST


def _row(session: Session, endpoint_id: int, event: Event, now: datetime) -> dict[str, object]:
    return {
        "clinic_id": event.clinic_id,
        "endpoint_id": endpoint_id,
        "message_id": messages.message_id(session, event),
        "kind": str(event.kind),
        "place": event.place,
        "client_id": event.client_id,
        "row_id": event.row_id,
        "happened_at": event.happened_at or now,
        "created_at": now,
        "due_at": now,
        "attempts": 0,
    }


def note_try(one: EventDelivery, answer: Answer, now: datetime, *, keep: bool) -> None:
    """Note what came of telling an event; with ``keep`` it waits on, however often it failed."""
    one.attempts += 1
    one.tried_at, one.outcome, one.status = now, answer.outcome, answer.status
    again = next_try(now, one.attempts, secrets.randbelow(1000) / 1000)
    if answer.outcome is Outcome.TAKEN or (again is None and not keep):
        one.ended_at = now
    else:
        one.due_at = again or now


def _is_taken(answer: Answer) -> bool:
    return answer.outcome is Outcome.TAKEN
