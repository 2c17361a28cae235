"""Take in what a delivery says by itself, after all that waits in line of the same booking."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from reminders.intake import booking_batches, booking_sources, told_bookings
from reminders.intake.booking_sources import FETCHED, NAMES
from reminders.intake.delivery_states import FAULT, Taken, settle, show, wait
from reminders.intake.told_bookings import Telling
from reminders.rules.terms import InputError
from reminders.rules.told_bookings import (
    DeliveryOutcome,
    NotBooking,
    Notice,
    ToldBooking,
    Unfit,
    whole,
)
from reminders.rules.translation import gettext
from reminders.store.queries import booking_sources as queries
from reminders.store.queries import bookings, people
from reminders.store.tables import BookingDelivery, BookingSource
from reminders.wording.library import Library

log = structlog.get_logger()


def told_in(source: BookingSource, body: str) -> Sequence[ToldBooking]:
    """Return what a body says by itself; nothing where it cannot be read."""
    with suppress(InputError, NotBooking, Unfit):
        return words_of(booking_sources.read_body(source, body))
    return ()


def words_of(told: Sequence[ToldBooking] | Notice) -> Sequence[ToldBooking]:
    """Return what is said of bookings by itself."""
    if not isinstance(told, Notice):
        return told
    return [told.told] if told.told is not None else []


def may_wait(session: Session, source: BookingSource, told: Sequence[ToldBooking]) -> bool:
    """Say whether nothing can leave while this waits in line: it is about bookings that have no
    treatment, and neither ends them nor gives them another number. They are ``lock``ed.
    """
    if not told or any(one.may_be_end or one.replaces for one in told):
        return False
    numbers = {number for one in told for number in one.numbers}
    ours = booking_sources.numbers_of(source)
    return not bookings.known(session, source.clinic_id, ours, numbers)


def lock(session: Session, source: BookingSource, told: Sequence[ToldBooking]) -> None:
    """Let nobody else take in, or let wait, what is said of these bookings until the transaction
    ends.
    """
    ours = booking_sources.numbers_of(source)
    told_bookings.lock(session, source.clinic_id, ours, _numbers(told))


def take_with_line(
    session: Session,
    library: Library,
    source: BookingSource,
    told: Sequence[ToldBooking],
    delivery: BookingDelivery,
    now: datetime,
) -> None:
    """Take in a delivery and, in the order they came, all that wait in line of what is ``told``: one
    may say that a booking was another, and no message may leave by a word that the next one in line
    does away with. Raises ``Unfit`` for one that has just come.
    """
    lined = queries.lined(session, source.id, _numbers(told)) if told else []
    in_order = [] if source.kind in FETCHED else lined
    if delivery not in in_order:
        in_order.append(delivery)
    for one in in_order:
        take(session, library, source, one, now)


def _numbers(told: Sequence[ToldBooking]) -> set[str]:
    return {whole(number) for one in told for number in one.numbers}


def take(
    session: Session,
    library: Library,
    source: BookingSource,
    delivery: BookingDelivery,
    now: datetime,
) -> None:
    """Take in what a delivery says by itself; nothing of it where one part cannot be. Raises
    ``Unfit`` for one that has just come.
    """
    delivery.attempts += 1
    try:
        with session.begin_nested():
            told = booking_sources.read_body(source, delivery.body)
            words = words_of(told)
            done = take_each(session, library, source, words, delivery.received_at, now)
    except NotBooking as error:
        settle(delivery, DeliveryOutcome.NOTHING, str(error), now)
    except (InputError, Unfit) as error:
        if isinstance(error, Unfit) and delivery.attempts == 1:
            raise
        settle(delivery, DeliveryOutcome.UNREAD, str(error), now)
    except Exception:  # also of the database, which may only have been busy: the commit tells
        log.exception("booking not taken in", delivery=delivery.id)
        wait(delivery, FAULT, now)
    else:
        show(delivery, done, now)
        if isinstance(told, Notice) and told.missing:
            delivery.booking = told.external_id
            why = gettext("%(name)s is asked for the rest.", name=NAMES[source.kind])
            wait(delivery, why, now, at=now)


def take_together(
    session: Session,
    library: Library,
    source: BookingSource,
    told: Mapping[int, ToldBooking],
    now: datetime,
) -> set[int]:
    """Take in together what waits in line and is plainly new, by the ids of its deliveries, and return
    which those were; the rest is left in line.
    """
    lock(session, source, list(told.values()))
    lined = queries.lined(session, source.id, _numbers(list(told.values())))
    times = Counter(one.booking for one in lined)
    telling = {
        one.id: (told[one.id], _telling(source, one.received_at))
        for one in lined
        if one.id in told and times[one.booking] == 1
    }
    deliveries = {told[one.id].external_id: one for one in lined if one.id in telling}
    ours = booking_sources.numbers_of(source)
    plain = booking_batches.plain(session, source.clinic_id, ours, list(telling.values()))
    try:
        with session.begin_nested():
            clinic = people.clinic(session, source.clinic_id)
            done = booking_batches.take(session, library, clinic, plain, now)
    except Exception as error:  # noqa: BLE001 (each is told alone what is wrong with it)
        log.info("taken in one by one", why=type(error).__name__)
        return set()
    for one, became in done:
        deliveries[one.external_id].attempts += 1
        show(deliveries[one.external_id], [(one, became)], now)
    return {deliveries[one.external_id].id for one, _ in done}


def _telling(source: BookingSource, came_at: datetime) -> Telling:
    numbers, consents = booking_sources.numbers_of(source), booking_sources.consents_of(source)
    return Telling(numbers, source.name, consents, came_at)


def take_each(
    session: Session,
    library: Library,
    source: BookingSource,
    told: Sequence[ToldBooking],
    came_at: datetime,
    now: datetime,
) -> Taken:
    """Take in each of several words, by what the source is set to."""
    clinic = people.clinic(session, source.clinic_id)
    numbers, consents = booking_sources.numbers_of(source), booking_sources.consents_of(source)
    telling = Telling(numbers, source.name, consents, came_at)
    return [(one, told_bookings.take(session, library, clinic, telling, one, now)) for one in told]
