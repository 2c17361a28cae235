"""The lanes: which may send now and have something to, in turn, and what stops them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, Select, and_, bindparam, insert, literal, or_, select, tuple_, update
from sqlalchemy.orm import Session
from sqlmodel import col

from reminders.rules.lanes import LaneFacts
from reminders.rules.terms import Channel, Status
from reminders.store.queries.common import is_status
from reminders.store.tables import Clinic, Lane, Reminder

Key = tuple[int, Channel]
"""A lane by its clinic and channel."""

_COLUMNS: tuple[Any, ...] = (
    col(Lane.id).label("lane_id"),
    col(Lane.clinic_id),
    col(Lane.channel),
    col(Lane.per_minute),
    col(Lane.per_day),
    col(Lane.opens_at),
    col(Lane.counted_on),
    col(Lane.counted),
    col(Lane.held_until),
    col(Lane.held_for),
    col(Lane.held_since),
    col(Lane.faults),
)


def lay_missing(session: Session) -> None:
    """Give every clinic that has none a lane for each channel."""
    for channel in Channel:
        there = select(col(Lane.id)).where(
            col(Lane.clinic_id) == col(Clinic.id), col(Lane.channel) == channel
        )
        without = select(
            col(Clinic.id),
            literal(channel, type_=Lane.__table__.c.channel.type),  # type: ignore[attr-defined]
            literal(0),
            literal(0),
        ).where(~there.exists())
        session.execute(
            insert(Lane).from_select(["clinic_id", "channel", "counted", "faults"], without)
        )


def anything_due(session: Session, now: datetime) -> bool:
    """Say whether any reminder at all is due: one look at one index."""
    due = select(literal(1)).where(is_status(Status.PLANNED), col(Reminder.due_at) <= now)
    return session.execute(due.limit(1)).first() is not None


def _first_due() -> Any:
    """Ask one lane's part of the index for its first planned reminder."""
    return (
        select(col(Reminder.due_at))
        .where(
            col(Reminder.clinic_id) == col(Lane.clinic_id),
            col(Reminder.channel) == col(Lane.channel),
            is_status(Status.PLANNED),
        )
        .order_by(col(Reminder.due_at))
        .limit(1)
        .correlate(Lane)
        .scalar_subquery()
    )


def _lanes() -> Select[Any]:
    return select(*_COLUMNS, col(Clinic.time_zone)).join_from(
        Lane, Clinic, col(Clinic.id) == col(Lane.clinic_id)
    )


def _open(now: datetime, channel: Channel) -> Any:
    """Say which lanes may send and have something due."""
    return and_(
        col(Lane.channel) == channel,
        or_(col(Lane.opens_at).is_(None), col(Lane.opens_at) <= now),
        or_(col(Lane.held_until).is_(None), col(Lane.held_until) <= now),
        _first_due() <= now,
    )


def take_turns(session: Session, channel: Channel, now: datetime, limit: int) -> list[LaneFacts]:
    """Lock up to ``limit`` lanes that may send and have something due, whose turn was longest
    ago first; those that another worker has in hand are passed over.
    """
    turns = (
        _lanes()
        .where(_open(now, channel))
        .order_by(col(Lane.turn_at).nulls_first(), col(Lane.id))
        .limit(limit)
        .with_for_update(of=Lane, skip_locked=True)
    )
    return [_lane(row) for row in session.execute(turns)]


def any_open(session: Session, channel: Channel, now: datetime) -> bool:
    """Say whether any lane may send and has something due, in whoever's hand it is."""
    return (
        session.execute(select(literal(1)).where(_open(now, channel)).limit(1)).first() is not None
    )


def opens_next(session: Session, channel: Channel | None = None) -> datetime | None:
    """Return when the next reminder is to be looked at (UTC): when it is due, or when its lane
    opens if that is later.
    """
    moments = select(_first_due(), col(Lane.opens_at), col(Lane.held_until))
    if channel is not None:
        moments = moments.where(col(Lane.channel) == channel)
    waits = [
        max(moment for moment in row if moment is not None)
        for row in session.execute(moments)
        if row[0] is not None
    ]
    return min(waits, default=None)


def lock(session: Session, keys: Collection[Key], *, troubled: bool) -> list[LaneFacts]:
    """Lock and return these lanes, or only those in ``troubled`` waters."""
    wanted = _lanes().where(tuple_(col(Lane.clinic_id), col(Lane.channel)).in_(keys))
    if troubled:
        wanted = wanted.where(or_(col(Lane.faults) > 0, col(Lane.held_until).is_not(None)))
    wanted = wanted.order_by(col(Lane.id)).with_for_update(of=Lane)
    return [_lane(row) for row in session.execute(wanted)]


def _lane(row: Row[Any]) -> LaneFacts:
    *values, time_zone = row[: len(_COLUMNS) + 1]
    names = (column.name for column in _COLUMNS)
    return LaneFacts(**dict(zip(names, values, strict=True)), zone=ZoneInfo(time_zone))


_KEPT = ("opens_at", "counted_on", "counted", "held_until", "held_for", "held_since", "faults")


def keep(session: Session, lanes: Sequence[LaneFacts], turn_at: datetime | None = None) -> None:
    """Write down how these lanes stand now, and that they had their turn."""
    if not lanes:
        return
    values: dict[str, Any] = {name: bindparam(f"to_{name}") for name in _KEPT}
    if turn_at is not None:
        values["turn_at"] = turn_at
    change = update(Lane.__table__).where(col(Lane.id) == bindparam("lane")).values(**values)  # type: ignore[attr-defined]
    rows = [
        {"lane": lane.lane_id, **{f"to_{name}": getattr(lane, name) for name in _KEPT}}
        for lane in lanes
    ]
    session.connection().execute(change, rows)


def stopped(session: Session) -> list[tuple[str, LaneFacts]]:
    """Return the lanes that are stopped by a fault, with their clinics' names."""
    held = _lanes().add_columns(col(Clinic.name)).where(col(Lane.held_until).is_not(None))
    return [(row.name, _lane(row)) for row in session.execute(held.order_by(col(Clinic.name)))]


def limit(session: Session, clinic_id: int, channel: Channel, **limits: int | None) -> None:
    """Set how much may leave by a lane a minute or a day; None for no limit."""
    of = (col(Lane.clinic_id) == clinic_id) & (col(Lane.channel) == channel)
    session.execute(update(Lane).where(of).values(**limits, opens_at=None))
