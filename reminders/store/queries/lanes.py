"""Queries for lanes: which may send next, in turn, and which are stopped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Integer, Row, and_, bindparam, insert, literal, or_, select, update
from sqlalchemy.orm import Session

from reminders.rules.lanes import LaneFacts
from reminders.rules.terms import Channel, Facts, Reason, Status
from reminders.store.column_types import among
from reminders.store.queries.arrivals import has_arrived
from reminders.store.queries.common import asked, is_status, table_of
from reminders.store.tables import Clinic, Lane, Reminder

Key = tuple[int, Channel]
"""A lane by its clinic and channel."""


def lane_of(held: Facts) -> Key:
    """Return by which lane a reminder leaves."""
    return held.clinic.clinic_id, held.channel


L, R, C = table_of(Lane), table_of(Reminder), table_of(Clinic)

_FACTS = tuple(
    L.c[name]
    for name in (
        "clinic_id", "channel", "per_minute", "per_day", "opens_at", "counted_on", "counted",
        "stopped_until", "stopped_for", "stopped_since", "faults",
    )
)  # fmt: skip
_LANES = select(L.c.id.label("lane_id"), *_FACTS, C.c.time_zone, C.c.name).join_from(L, C)


def add_missing(session: Session) -> None:
    """Give every clinic that has none a lane for each channel."""
    for channel in Channel:
        there = select(L.c.id).where(L.c.clinic_id == C.c.id, L.c.channel == channel)
        clear = (literal(channel, L.c.channel.type), literal(0), literal(0))
        without = select(C.c.id, *clear).where(~there.exists())
        asked(
            session, insert(L).from_select(["clinic_id", "channel", "counted", "faults"], without)
        )


_FIRST_DUE = (
    select(R.c.due_at)
    .where(
        R.c.clinic_id == L.c.clinic_id,
        R.c.channel == L.c.channel,
        is_status(Status.PLANNED),
        has_arrived(R),
    )
    .order_by(R.c.due_at)
    .limit(literal(1, literal_execute=True))
    .correlate(L)
    .scalar_subquery()
)
"""One lane's first planned reminder, found in its own part of an index."""

_IS_DUE = and_(
    or_(L.c.opens_at.is_(None), L.c.opens_at <= bindparam("now")),
    or_(L.c.stopped_until.is_(None), L.c.stopped_until <= bindparam("now")),
    bindparam("now") >= _FIRST_DUE,
)
_MAY_SEND = and_(
    L.c.channel == bindparam("channel"), L.c.sender_key == bindparam("sender_key"), _IS_DUE
)

_TURNS = (
    _LANES.where(_MAY_SEND)
    .order_by(L.c.last_turn_at.nulls_first(), L.c.id)
    .limit(bindparam("most", type_=Integer))
    .with_for_update(of=L, skip_locked=True)
)


def take_turns(
    session: Session, channel: Channel, sender_key: str, now: datetime, limit: int
) -> list[LaneFacts]:
    """Lock up to ``limit`` lanes of a sender that may send and have something due, the longest
    unserved first; those that another worker has locked are passed over.
    """
    of = {"channel": channel, "sender_key": sender_key}
    return list(map(_lane, asked(session, _TURNS, **of, now=now, most=limit)))


_OPEN = select(literal(1)).where(_MAY_SEND).limit(literal(1, literal_execute=True))


def any_open(session: Session, channel: Channel, sender_key: str, now: datetime) -> bool:
    """Say whether any lane of a sender may send and has something due, locked or not."""
    of = {"channel": channel, "sender_key": sender_key}
    return asked(session, _OPEN, **of, now=now).first() is not None


_DUE = select(literal(1)).where(_IS_DUE).limit(literal(1, literal_execute=True))


def is_any_due(session: Session, by: datetime) -> bool:
    """Say whether any lane at all may send something by then."""
    return asked(session, _DUE, now=by).first() is not None


_KEYS = select(L.c.sender_key).where(L.c.channel == Channel.SMS, L.c.sender_key != "").distinct()


def sender_keys(session: Session) -> list[str]:
    """Return under which keys texts leave as a sender that a clinic brought."""
    return list(asked(session, _KEYS).scalars())


def set_sender_key(session: Session, clinic_id: int, key: str) -> None:
    """Let a clinic's texts wait in the queue of this sender; a rate that it keeps begins anew."""
    lane = (L.c.clinic_id == clinic_id) & (L.c.channel == Channel.SMS)
    asked(session, update(L).where(lane).values(sender_key=key, opens_at=None))


def reopen(session: Session, clinic_id: int, channel: Channel, now: datetime) -> None:
    """Let a stopped lane try again at once, and what the provider refused with it, since its sender
    was changed.
    """
    waits = (R.c.clinic_id == clinic_id) & (R.c.channel == channel) & is_status(Status.PLANNED)
    refused = R.c.reason == Reason.PROVIDER_REFUSES
    asked(session, update(R).where(waits, refused, R.c.due_at > now).values(due_at=now))
    lane = (L.c.clinic_id == clinic_id) & (L.c.channel == channel)
    freed = {"stopped_until": None, "stopped_for": None, "stopped_since": None, "faults": 0}
    asked(session, update(L).where(lane).values(**freed))


_MOMENTS = select(_FIRST_DUE, L.c.opens_at, L.c.stopped_until)


def opens_next(
    session: Session, channel: Channel | None = None, sender_key: str | None = None
) -> datetime | None:
    """Return when the next reminder is to be looked at (UTC), of one queue or of all: when it is due, or when its lane
    opens if that is later.
    """
    wanted = {L.c.channel: channel, L.c.sender_key: sender_key}
    of = [column == value for column, value in wanted.items() if value is not None]
    waits = [
        max(moment for moment in row if moment is not None)
        for row in asked(session, _MOMENTS.where(*of))
        if row[0] is not None
    ]
    return min(waits, default=None)


_LOCKING = (
    _LANES.where(
        L.c.channel == bindparam("channel"),
        among(L.c.clinic_id, "clinics"),
    )
    .order_by(L.c.id)
    .with_for_update(of=L)
)


def lock(session: Session, keys: Collection[Key]) -> list[LaneFacts]:
    """Lock and return these lanes."""
    lane_of: dict[Channel, list[int]] = defaultdict(list)
    for clinic_id, channel in sorted(keys):
        lane_of[channel].append(clinic_id)
    return [
        _lane(row)
        for channel, clinics in sorted(lane_of.items())
        for row in asked(session, _LOCKING, channel=channel, clinics=clinics)
    ]


def _lane(row: Row[Any]) -> LaneFacts:
    lane_id, *facts, time_zone, _ = tuple(row)
    return LaneFacts(lane_id, facts[0], facts[1], ZoneInfo(time_zone), *facts[2:])


_KEPT = (
    "opens_at",
    "counted_on",
    "counted",
    "stopped_until",
    "stopped_for",
    "stopped_since",
    "faults",
)


_KEEPING = (
    update(L)
    .where(L.c.id == bindparam("lane"))
    .values({name: bindparam(f"to_{name}") for name in _KEPT})
)
_TURNING = _KEEPING.values(last_turn_at=bindparam("to_turn_at"))


def keep(
    session: Session, lanes: Sequence[LaneFacts], last_turn_at: datetime | None = None
) -> None:
    """Write down how these lanes stand now and, where they had one, when they had their turn."""
    turn = {} if last_turn_at is None else {"to_turn_at": last_turn_at}
    rows = [
        {"lane": lane.lane_id, **turn, **{f"to_{name}": getattr(lane, name) for name in _KEPT}}
        for lane in lanes
    ]
    if rows:
        session.connection().execute(_TURNING if turn else _KEEPING, rows)


def stopped(session: Session) -> list[tuple[str, LaneFacts]]:
    """Return the lanes that are stopped by a fault, with their clinics' names."""
    held = _LANES.where(L.c.stopped_until.is_not(None)).order_by(C.c.name, L.c.id)
    return [(row.name, _lane(row)) for row in asked(session, held)]


def limit(session: Session, clinic_id: int, channel: Channel, **limits: int | None) -> None:
    """Set how much may leave by a lane a minute or a day; None for no limit."""
    lane = (L.c.clinic_id == clinic_id) & (L.c.channel == channel)
    asked(session, update(L).where(lane).values(**limits, opens_at=None))


def limits(session: Session, clinic_id: int) -> dict[Channel, tuple[int | None, int | None]]:
    """Return how much may leave for a clinic by each channel, a minute and a day."""
    found = select(L.c.channel, L.c.per_minute, L.c.per_day).where(L.c.clinic_id == clinic_id)
    return {row.channel: (row.per_minute, row.per_day) for row in asked(session, found)}
