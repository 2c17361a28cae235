"""Keep what booking systems deliver, take it in at once, and again after whatever went wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from reminders.booking_systems import BookingSystems, FetchError
from reminders.intake import booking_sources, told_bookings
from reminders.intake.booking_sources import FETCHED, NAMES, REMOVED
from reminders.intake.told_bookings import TakenBooking, Telling
from reminders.rules.terms import InputError
from reminders.rules.told_bookings import (
    DeliveryOutcome,
    NotBooking,
    Notice,
    ToldBooking,
    Unfit,
)
from reminders.sealing import Sealing
from reminders.store.connections import AWAY
from reminders.store.database import reading, writing
from reminders.store.queries import booking_sources as queries
from reminders.store.queries import people
from reminders.store.tables import BookingDelivery, BookingSource
from reminders.wording.library import Library

log = structlog.get_logger()

LEASE = timedelta(minutes=2)
"""For so long nobody else asks for what one asks for."""

AGAIN = tuple(timedelta(seconds=n) for n in (20, 60, 300, 900, 3600))
"""Until a delivery is tried again; the last of them over and over."""

PATIENCE = timedelta(days=3)
"""How long it is tried again by itself."""

TOGETHER = 50
"""How many are looked at in one go."""

FAULT = "Something went wrong on our side. It is tried again."
GRAVITY = (
    DeliveryOutcome.NOTHING,
    DeliveryOutcome.UNCHANGED,
    DeliveryOutcome.OLDER,
    DeliveryOutcome.TAKEN,
    DeliveryOutcome.ASKED,
)
"""Of several bookings in one delivery the last of these is what it is shown as."""

Taken = list[tuple[ToldBooking, TakenBooking]]


@dataclass(frozen=True, slots=True)
class Post:
    """One post as it came: its body, and the hash by which a repeat is told."""

    body: str
    event_key: str


class Deliveries:
    """What takes deliveries in, for one database."""

    def __init__(
        self,
        engine: Engine,
        library: Library,
        clock: Callable[[], datetime],
        sealing: Sealing,
        systems: BookingSystems,
    ) -> None:
        """Take the parts; ``sealing`` opens the keys that the rest is asked with."""
        self._engine, self._library, self._clock = engine, library, clock
        self.sealing, self._systems = sealing, systems

    def receive(self, source: BookingSource, post: Post) -> BookingDelivery:
        """Keep a post and take in what it says, in one transaction; a repeat costs nothing, unless
        the first failed on our side. What has to be asked for waits, but for a cancellation. Raises
        ``Unfit``, and whatever says that the database is away.
        """
        now = self._clock()
        row = {
            "clinic_id": source.clinic_id,
            "source_id": source.id,
            "event_key": post.event_key,
            "received_at": now,
            "body": post.body,
            "outcome": DeliveryOutcome.WAITING,
        }
        with writing(self._engine) as session:
            delivery, fresh = queries.keep(session, row)
            if fresh or is_at_fault(delivery):
                self._take(session, source, delivery, now)
        return delivery

    def take_waiting(self) -> int:
        """Look at what waits and is due, and return how many that were."""
        with reading(self._engine) as session:
            due = queries.due(session, self._clock(), TOGETHER)
        away: set[int] = set()
        for number, source_id in due:
            if source_id not in away and not self.try_again(number):
                away.add(source_id)  # the rest of it would wait as long for nothing
        return len(due)

    def try_again(self, delivery_id: int, *, asked: bool = False) -> bool:
        """Take a delivery in that waits or, where a person ``asked``, that was given up; ask its
        system for what is missing, and say whether that answered. Nothing is asked with a
        transaction open.
        """
        found = self._claim(delivery_id, asked=asked)
        if found is None:
            return True
        source, number = found
        asked_at = self._clock()
        try:
            told = self._systems.ask(source.kind, self._key(source), number)
        except (FetchError, InputError) as error:
            self._not_fetched(delivery_id, source, error)
            return isinstance(error, InputError) or error.gone
        self._fetched(delivery_id, source, told, asked_at)
        return True

    def _claim(self, delivery_id: int, *, asked: bool) -> tuple[BookingSource, str] | None:
        """Take in what a delivery says by itself, and return what is to be asked for, of whom; for
        a while nobody else asks.
        """
        now = self._clock()
        with writing(self._engine) as session:
            delivery = queries.delivery(session, delivery_id)
            if delivery is None or not _is_open(delivery, now, asked=asked):
                return None
            source = session.get_one(BookingSource, delivery.source_id)
            if source.removed_at is not None or not delivery.body:
                _settle(delivery, DeliveryOutcome.NOTHING, REMOVED, now)
                return None
            self._take(session, source, delivery, now)
            if delivery.outcome is not DeliveryOutcome.WAITING or source.kind not in FETCHED:
                return None
            delivery.next_at = now + LEASE
            return (source, delivery.booking) if delivery.booking else None

    def _take(
        self, session: Session, source: BookingSource, delivery: BookingDelivery, now: datetime
    ) -> None:
        """Take in what a delivery says by itself; nothing of it where one part cannot be. Raises
        ``Unfit`` for one that has just come.
        """
        delivery.attempts += 1
        try:
            with session.begin_nested():
                told = booking_sources.read_body(source, delivery.body)
                words = _words(told)
                done = self._each(session, source, words, delivery.received_at, now)
        except NotBooking as error:
            _settle(delivery, DeliveryOutcome.NOTHING, str(error), now)
        except (InputError, Unfit) as error:
            if isinstance(error, Unfit) and delivery.attempts == 1:
                raise
            _settle(delivery, DeliveryOutcome.UNREAD, str(error), now)
        except Exception:  # also of the database, which may only have been busy: the commit tells
            log.exception("booking not taken in", delivery=delivery.id)
            _wait(delivery, FAULT, now)
        else:
            _show(delivery, done, now)
            if isinstance(told, Notice) and told.missing:
                delivery.booking = told.external_id
                _wait(delivery, f"{NAMES[source.kind]} is asked for the rest.", now, at=now)

    def _each(
        self,
        session: Session,
        source: BookingSource,
        told: Sequence[ToldBooking],
        came_at: datetime,
        now: datetime,
    ) -> Taken:
        clinic = people.clinic(session, source.clinic_id)
        numbers, consents = booking_sources.numbers_of(source), booking_sources.consents_of(source)
        telling = Telling(numbers, source.name, consents, came_at)
        return [
            (one, told_bookings.take(session, self._library, clinic, telling, one, now))
            for one in told
        ]

    def _key(self, source: BookingSource) -> str:
        key = self.sealing.opened(source.api_key)
        if key is None:
            name = NAMES[source.kind]
            raise FetchError(f"There is no key to ask {name} with. Paste it on the page of this source.")  # fmt: skip
        return key

    def _fetched(
        self, delivery_id: int, source: BookingSource, told: ToldBooking, asked_at: datetime
    ) -> None:
        """Take in what a system answered; how new it is, is when it was asked."""
        now = self._clock()
        with writing(self._engine) as session:
            delivery = queries.delivery(session, delivery_id)
            if delivery is None or delivery.outcome is not DeliveryOutcome.WAITING:
                return
            try:
                with session.begin_nested():
                    done = self._each(session, source, [told], asked_at, now)
            except InputError as error:
                _settle(delivery, DeliveryOutcome.UNREAD, str(error), now)
            except AWAY:
                raise
            except Exception:
                log.exception("booking not taken in", delivery=delivery.id)
                _wait(delivery, FAULT, now)
            else:
                _show(delivery, done, now)

    def _not_fetched(
        self, delivery_id: int, source: BookingSource, error: FetchError | InputError
    ) -> None:
        """Say why a booking could not be asked for, and try again where that may help."""
        now = self._clock()
        with writing(self._engine) as session:
            delivery = queries.delivery(session, delivery_id)
            if delivery is None or delivery.outcome is not DeliveryOutcome.WAITING:
                return
            if isinstance(error, InputError):
                _settle(delivery, DeliveryOutcome.UNREAD, str(error), now)
            elif error.gone:
                gone = _words(booking_sources.read_body(source, delivery.body))
                outcome = DeliveryOutcome.TAKEN if gone else DeliveryOutcome.UNREAD
                _settle(delivery, outcome, str(error), now)
            else:
                _wait(delivery, str(error), now, at=now + AGAIN[-1] if error.lasting else None)


def is_at_fault(delivery: BookingDelivery) -> bool:
    """Say whether a delivery waits since something failed on our side, so that it may come again."""
    waits = delivery.outcome is DeliveryOutcome.WAITING
    return waits and delivery.reason == FAULT and delivery.attempts < len(AGAIN)


def _words(told: Sequence[ToldBooking] | Notice) -> Sequence[ToldBooking]:
    if not isinstance(told, Notice):
        return told
    return [told.told] if told.told is not None else []


def _is_open(delivery: BookingDelivery, now: datetime, *, asked: bool) -> bool:
    """Say whether it is to be looked at: it waits and is due, or a person asks and nobody has it."""
    if delivery.outcome is DeliveryOutcome.WAITING:
        return asked or (delivery.next_at is not None and delivery.next_at <= now)
    return asked and bool(delivery.body)


def _wait(
    delivery: BookingDelivery, why: str, now: datetime, *, at: datetime | None = None
) -> None:
    """Let it be tried again later, ever more patiently; after days it is given up."""
    if now - delivery.received_at > PATIENCE and at != now:
        _settle(delivery, DeliveryOutcome.FAILED, why, now)
        return
    patience = AGAIN[min(delivery.attempts, len(AGAIN)) - 1]
    delivery.outcome, delivery.reason, delivery.settled_at = DeliveryOutcome.WAITING, why, None
    delivery.next_at = at or now + patience


def _settle(
    delivery: BookingDelivery, outcome: DeliveryOutcome, reason: str, now: datetime
) -> None:
    delivery.outcome, delivery.reason = outcome, reason.strip()
    delivery.settled_at, delivery.next_at = now, None


def _show(delivery: BookingDelivery, done: Taken, now: datetime) -> None:
    """Write down what became of a delivery, by the gravest of what it says."""
    if not done:
        _settle(delivery, DeliveryOutcome.NOTHING, "It names nobody.", now)
        return
    told, taken = max(done, key=lambda one: GRAVITY.index(one[1].outcome))
    delivery.booking = told.external_id
    delivery.client_id = taken.treatment.client_id if taken.treatment else None
    _settle(delivery, taken.outcome, taken.sentence, now)
