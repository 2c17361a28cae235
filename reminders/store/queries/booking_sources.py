"""Queries for booking sources, what they delivered, and how new each word was."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, select, text, update
from sqlalchemy.orm import Session
from sqlmodel import col

from reminders.rules.told_bookings import DeliveryOutcome, Mark, SourceKind
from reminders.store.queries.common import QUIET, insert_new, put
from reminders.store.queries.consents import keyed
from reminders.store.tables import BookingDelivery, BookingMark, BookingSource

_IN_USE = col(BookingSource.removed_at).is_(None)

# Spelled out, since a partial index serves no bound parameter.
_WAITS = text("booking_delivery.outcome = 'waiting'")
_IN_TROUBLE = text("booking_delivery.outcome IN ('failed', 'unread')")
_READABLE = text("booking_delivery.body <> ''")


_BY_HASH = select(BookingSource).where(col(BookingSource.token_hash) == bindparam("hash"), _IN_USE)


def by_hash(session: Session, token_hash: str) -> BookingSource | None:
    """Return the source whose token has that hash, unless it was removed."""
    return session.scalars(_BY_HASH, {"hash": token_hash}).first()


def of_clinic(session: Session, clinic_id: int) -> list[BookingSource]:
    """Return the sources of a clinic in the order they were added."""
    wanted = select(BookingSource).where(col(BookingSource.clinic_id) == clinic_id, _IN_USE)
    return list(session.scalars(wanted.order_by(col(BookingSource.id))))


# --- deliveries -----------------------------------------------------------------------------------


def keep(session: Session, row: dict[str, Any]) -> int | None:
    """Keep a delivery and return its id, or None where its like is there. Whoever keeps the same at
    once waits for the first.
    """
    return insert_new(session, BookingDelivery, row)


def same(session: Session, source_id: int, event_key: str) -> BookingDelivery:
    """Return the delivery that is like this, for nobody else to act on until the transaction ends."""
    wanted = select(BookingDelivery).where(
        col(BookingDelivery.source_id) == source_id, col(BookingDelivery.event_key) == event_key
    )
    return session.scalars(wanted.with_for_update()).one()


def delivery(session: Session, delivery_id: int) -> BookingDelivery | None:
    """Return a delivery, for nobody else to act on until the transaction ends."""
    wanted = select(BookingDelivery).where(col(BookingDelivery.id) == delivery_id)
    return session.scalars(wanted.with_for_update()).first()


def with_source(session: Session, ids: Collection[int]) -> list[tuple[int, BookingSource, str]]:
    """Return deliveries by their ids, each with whose it is and what it says, without holding them."""
    wanted = (
        select(col(BookingDelivery.id), BookingSource, col(BookingDelivery.body))
        .join(BookingSource, col(BookingDelivery.source_id) == col(BookingSource.id))
        .where(col(BookingDelivery.id).in_(ids))
        .order_by(col(BookingDelivery.id))
    )
    return [(number, source, body) for number, source, body in session.execute(wanted)]


def lined(session: Session, source_id: int, bookings: Collection[str]) -> list[BookingDelivery]:
    """Return the deliveries of a source that wait and are about these bookings, the first first, for
    nobody else to act on until the transaction ends.
    """
    wanted = select(BookingDelivery).where(
        _WAITS,
        col(BookingDelivery.source_id) == source_id,
        col(BookingDelivery.booking).in_(bookings),
    )
    return list(session.scalars(wanted.order_by(col(BookingDelivery.id)).with_for_update()))


def due(
    session: Session, now: datetime, but_of: Collection[int], limit: int
) -> list[tuple[int, int]]:
    """Return the deliveries that wait and are to be looked at, the longest due first, each with its
    source; none ``but_of`` these sources.
    """
    wanted = select(col(BookingDelivery.id), col(BookingDelivery.source_id)).where(
        _WAITS,
        col(BookingDelivery.next_at) <= now,
        col(BookingDelivery.source_id).not_in(but_of),
    )
    ordered = wanted.order_by(col(BookingDelivery.next_at), col(BookingDelivery.id))
    rows = session.execute(ordered.limit(limit))
    return [(delivery_id, source_id) for delivery_id, source_id in rows]


def in_line(
    session: Session, now: datetime, but_of: Collection[SourceKind], limit: int
) -> list[int]:
    """Return the deliveries that wait and are due, the longest due first, of sources of which nothing
    has to be asked: none ``but_of`` these kinds.
    """
    wanted = (
        select(col(BookingDelivery.id))
        .join(BookingSource, col(BookingSource.id) == col(BookingDelivery.source_id))
        .where(_WAITS, col(BookingDelivery.next_at) <= now, col(BookingSource.kind).not_in(but_of))
        .order_by(col(BookingDelivery.next_at), col(BookingDelivery.id))
    )
    return list(session.scalars(wanted.limit(limit)))


def last(session: Session, source_id: int, limit: int) -> list[BookingDelivery]:
    """Return the last deliveries of a source, the newest first."""
    wanted = select(BookingDelivery).where(col(BookingDelivery.source_id) == source_id)
    return list(session.scalars(wanted.order_by(col(BookingDelivery.id).desc()).limit(limit)))


def last_by_source(session: Session, sources: Collection[int]) -> dict[int, BookingDelivery]:
    """Return the last delivery of each of these sources."""
    newest = select(func.max(col(BookingDelivery.id))).where(
        col(BookingDelivery.source_id).in_(sources)
    )
    wanted = select(BookingDelivery).where(
        col(BookingDelivery.id).in_(newest.group_by(col(BookingDelivery.source_id)))
    )
    return {one.source_id: one for one in session.scalars(wanted)}


def count_unread(session: Session, clinic_id: int) -> dict[int, int]:
    """Count what of each source of a clinic could not be taken in and can still be read."""
    wanted = select(col(BookingDelivery.source_id), func.count()).where(
        col(BookingDelivery.clinic_id) == clinic_id,
        _READABLE,
        _IN_TROUBLE,
    )
    rows = session.execute(wanted.group_by(col(BookingDelivery.source_id)))
    return {source: count for source, count in rows}  # noqa: C416 (rows are no pairs to a checker)


def trouble(session: Session, clinic_id: int) -> tuple[int, datetime | None]:
    """Count what of all sources of a clinic could not be taken in, and say since when."""
    wanted = select(func.count(), func.min(col(BookingDelivery.received_at))).where(
        col(BookingDelivery.clinic_id) == clinic_id, _READABLE, _IN_TROUBLE
    )
    count, since = session.execute(wanted).one()
    return count, since


def wake(session: Session, source_id: int, now: datetime) -> None:
    """Let what waits of a source be looked at now."""
    waits = update(BookingDelivery).where(col(BookingDelivery.source_id) == source_id, _WAITS)
    session.execute(waits.values(next_at=now).execution_options(**QUIET))


def let_go(session: Session, source_id: int, reason: str, now: datetime) -> None:
    """Try nothing again of a source that was removed."""
    ended = {"outcome": DeliveryOutcome.NOTHING, "reason": reason, "next_at": None, "settled_at": now}  # fmt: skip
    for condition in (_WAITS, _IN_TROUBLE):
        open_ones = update(BookingDelivery).where(col(BookingDelivery.source_id) == source_id, condition)  # fmt: skip
        session.execute(open_ones.values(ended).execution_options(**QUIET))


def unread(session: Session, source_id: int, limit: int) -> list[int]:
    """Return what of a source could not be taken in and can be tried again, in the order it came."""
    wanted = select(col(BookingDelivery.id)).where(
        col(BookingDelivery.source_id) == source_id,
        _READABLE,
        _IN_TROUBLE,
    )
    return list(session.scalars(wanted.order_by(col(BookingDelivery.id)).limit(limit)))


def readable(session: Session, clinic_id: int) -> list[BookingDelivery]:
    """Return the deliveries of a clinic whose words are still kept."""
    wanted = select(BookingDelivery).where(col(BookingDelivery.clinic_id) == clinic_id, _READABLE)
    return list(session.scalars(wanted.order_by(col(BookingDelivery.id))))


_BLANK = {"body": "", "reason": "", "booking": None}


def blank(session: Session, ids: Sequence[int], now: datetime) -> int:
    """Take the words out of deliveries, and return how many; what waited is not taken in any more."""
    for start in range(0, len(ids), 500):
        some = col(BookingDelivery.id).in_(ids[start : start + 500])
        session.execute(update(BookingDelivery).where(some).values(_BLANK).execution_options(**QUIET))  # fmt: skip
        waiting = some & (col(BookingDelivery.outcome) == DeliveryOutcome.WAITING)
        ended = {"outcome": DeliveryOutcome.NOTHING, "next_at": None, "settled_at": now}
        session.execute(
            update(BookingDelivery).where(waiting).values(ended).execution_options(**QUIET)
        )
    return len(ids)


def blank_old(session: Session, before: datetime, now: datetime) -> int:
    """Take the words out of deliveries that came before then, and return how many."""
    old = (col(BookingDelivery.received_at) < before, _READABLE)
    return blank(session, list(session.scalars(select(col(BookingDelivery.id)).where(*old))), now)


def forget(session: Session, before: datetime) -> int:
    """Delete deliveries and marks of before then; return how many deliveries."""
    stale = delete(BookingMark).where(col(BookingMark.said_at) < before)
    session.execute(stale.execution_options(**QUIET))
    old = delete(BookingDelivery).where(col(BookingDelivery.received_at) < before)
    gone = session.execute(old.returning(col(BookingDelivery.id)).execution_options(**QUIET))
    return len(gone.all())


# --- marks ----------------------------------------------------------------------------------------


def booking_hash(session: Session, source: str, number: str) -> str:
    """Return how a booking is named without naming it."""
    return keyed(session, f"booking\0{source}\0{number}")


def mark(session: Session, clinic_id: int, source: str, number: str) -> BookingMark | None:
    """Return how new the last word on a booking was; None where there was none."""
    wanted = select(BookingMark).where(
        col(BookingMark.clinic_id) == clinic_id,
        col(BookingMark.booking_hash) == booking_hash(session, source, number),
    )
    return session.scalars(wanted).first()


def marked(session: Session, clinic_id: int, source: str, numbers: Collection[str]) -> set[str]:
    """Return of which of these bookings something was ever said."""
    hashes = {booking_hash(session, source, number): number for number in numbers}
    wanted = select(col(BookingMark.booking_hash)).where(
        col(BookingMark.clinic_id) == clinic_id, col(BookingMark.booking_hash).in_(hashes)
    )
    return {hashes[found] for found in session.scalars(wanted)}


def keep_mark(
    session: Session,
    clinic_id: int,
    source: str,
    number: str,
    newest: Mark,
    now: datetime,
    *,
    moved: bool = False,
) -> None:
    """Note how new the last word on a booking is."""
    row = {
        "clinic_id": clinic_id,
        "booking_hash": booking_hash(session, source, number),
        "scale": newest.scale,
        "mark": newest.value,
        "moved": moved,
        "said_at": now,
    }
    put(session, BookingMark, row, "clinic_id", "booking_hash")
