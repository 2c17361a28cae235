"""Keep what booking systems deliver, take it in at once, and again after whatever went wrong."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from reminders.booking_systems import BookingSystems, FetchError
from reminders.intake import booking_sources, taking
from reminders.intake.booking_sources import FETCHED, NAMES, REMOVED
from reminders.intake.delivery_states import (
    AGAIN,
    FAULT,
    in_line,
    is_at_fault,
    is_open,
    settle,
    show,
    wait,
)
from reminders.intake.line_taker import LineTaker
from reminders.intake.pace import Pace
from reminders.rules.terms import InputError
from reminders.rules.told_bookings import DeliveryOutcome, ToldBooking
from reminders.rules.translation import gettext
from reminders.sealing import Sealing
from reminders.store.connections import AWAY
from reminders.store.database import reading, writing
from reminders.store.queries import booking_sources as queries
from reminders.store.tables import BookingDelivery, BookingSource
from reminders.wording.library import Library

log = structlog.get_logger()

LEASE = timedelta(minutes=2)
"""For so long nobody else asks for what one asks for."""

TOGETHER = 50
"""How many are looked at in one go."""

AT_A_TIME = 8
"""How many are taken in between two rests."""


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
        self.pace = Pace()
        self.line = LineTaker(self.take_line, self.pace)

    def receive(
        self, source: BookingSource, post: Post, *, at_once: bool = True
    ) -> BookingDelivery:
        """Keep a post and take in what it says, in one transaction; a repeat costs nothing, unless
        the first failed on our side. What has to be asked for waits, and what comes while many do
        (not ``at_once``), if nothing can leave for its booking meanwhile. Raises ``Unfit``, and
        whatever says that the database is away.
        """
        now, told = self._clock(), taking.told_in(source, post.body)
        row: dict[str, Any] = {
            "clinic_id": source.clinic_id,
            "source_id": source.id,
            "event_key": post.event_key,
            "received_at": now,
            "body": post.body,
            "outcome": DeliveryOutcome.WAITING,
        }
        self.pace.hear()
        with writing(self._engine) as session:
            taking.lock(session, source, told)
            waits = not at_once and taking.may_wait(session, source, told)
            row |= in_line(told[0].external_id, now) if waits else {}
            made = queries.keep(session, row)
            if made is not None and waits:
                return BookingDelivery(id=made, **row)
            delivery = queries.same(session, source.id, post.event_key)
            if made is not None or is_at_fault(delivery):
                with self.pace.working():
                    taking.take_with_line(session, self._library, source, told, delivery, now)
        return delivery

    def take_waiting(self) -> int:
        """Look at what waits and is due, and return how many that were."""
        away: set[int] = set()
        count = self.line.take()
        while due := self._due(away):
            for number, source_id in due:
                if source_id not in away and not self.try_again(number):
                    away.add(source_id)  # the rest of it would wait as long for nothing
            count += len(due)
        return count

    def take_line(self) -> int:
        """Take in some of what waits in line, the first first, what is plainly new together and all
        else in a transaction of its own; return how many that were. A rest is due then.
        """
        with reading(self._engine) as session:
            first = queries.in_line(session, self._clock(), FETCHED, AT_A_TIME)
        taken = self._take_together(first) if len(first) > 1 else set()
        for number in first:
            if number not in taken:
                self.try_again(number)
        return len(first)

    def _take_together(self, ids: Collection[int]) -> set[int]:
        """Take in what of the first one's source is plainly new, and return which those were."""
        with writing(self._engine) as session:
            found = queries.with_source(session, ids)
            source = found[0][1] if found else None
            if source is None or source.removed_at is not None:
                return set()
            told = {
                number: words[0]
                for number, whose, body in found
                if whose is source and len(words := taking.told_in(source, body)) == 1
            }
            with self.pace.working():
                return taking.take_together(session, self._library, source, told, self._clock())

    def _due(self, away: Collection[int]) -> list[tuple[int, int]]:
        with reading(self._engine) as session:
            return queries.due(session, self._clock(), away, TOGETHER)

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
            found = queries.with_source(session, [delivery_id])
            if not found:
                return None
            _, source, body = found[0]
            told = taking.told_in(source, body)
            taking.lock(session, source, told)
            delivery = queries.delivery(session, delivery_id)
            if delivery is None or not is_open(delivery, now, asked=asked):
                return None
            if source.removed_at is not None or not delivery.body:
                settle(delivery, DeliveryOutcome.NOTHING, REMOVED, now)
                return None
            with self.pace.working():
                taking.take_with_line(session, self._library, source, told, delivery, now)
            if delivery.outcome is not DeliveryOutcome.WAITING or source.kind not in FETCHED:
                return None
            delivery.next_at = now + LEASE
            return (source, delivery.booking) if delivery.booking else None

    def _key(self, source: BookingSource) -> str:
        key = self.sealing.opened(source.api_key)
        if key is None:
            raise FetchError(
                gettext(
                    "There is no key to ask %(name)s with. Paste it on the page of this source.",
                    name=NAMES[source.kind],
                )
            )
        return key

    def _fetched(
        self, delivery_id: int, source: BookingSource, told: ToldBooking, asked_at: datetime
    ) -> None:
        """Take in what a system answered; how new it is, is when it was asked."""
        now = self._clock()
        with self._waiting(delivery_id) as (session, delivery):
            if delivery is None:
                return
            try:
                with session.begin_nested():
                    done = taking.take_each(session, self._library, source, [told], asked_at, now)
            except InputError as error:
                settle(delivery, DeliveryOutcome.UNREAD, str(error), now)
            except AWAY:
                raise
            except Exception:
                log.exception("booking not taken in", delivery=delivery.id)
                wait(delivery, FAULT, now)
            else:
                show(delivery, done, now)

    @contextmanager
    def _waiting(self, delivery_id: int) -> Iterator[tuple[Session, BookingDelivery | None]]:
        """Open a transaction with a delivery, if it still waits for what its system answered."""
        with writing(self._engine) as session:
            found = queries.delivery(session, delivery_id)
            waits = found is not None and found.outcome is DeliveryOutcome.WAITING
            yield session, found if waits else None

    def _not_fetched(
        self, delivery_id: int, source: BookingSource, error: FetchError | InputError
    ) -> None:
        """Say why a booking could not be asked for, and try again where that may help."""
        now = self._clock()
        with self._waiting(delivery_id) as (_, delivery):
            if delivery is None:
                return
            if isinstance(error, InputError):
                settle(delivery, DeliveryOutcome.UNREAD, str(error), now)
            elif error.gone:
                gone = taking.words_of(booking_sources.read_body(source, delivery.body))
                outcome = DeliveryOutcome.TAKEN if gone else DeliveryOutcome.UNREAD
                settle(delivery, outcome, str(error), now)
            else:
                wait(delivery, str(error), now, at=now + AGAIN[-1] if error.lasting else None)
