"""Claiming: every lane in turn gives what may leave, and what may not is settled on the spot."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from reminders.rules import lanes as rule
from reminders.rules.deciding import Send, Settled, decide, settled_by
from reminders.rules.lanes import LaneFacts
from reminders.rules.terms import Channel, Facts
from reminders.store.queries import delivery, lanes, standing

TURNS = 16
"""How many lanes have their turn at a time."""


@dataclass(slots=True)
class Claimed:
    """What a claim brought: what may leave and until when, what was settled without leaving, and
    whether a lane still has something due that may leave now.
    """

    sends: list[tuple[Facts, datetime]] = field(default_factory=list)
    settled: list[tuple[Facts, Settled]] = field(default_factory=list)
    more: bool = False


def claim(
    session: Session, now: datetime, channel: Channel, room: int, lease: timedelta
) -> Claimed:
    """Claim up to ``room`` due reminders of a channel, shared evenly among the lanes whose turn
    it is, and decide each. What may leave is charged to its lane's rate and daily limit.
    """
    if not lanes.anything_due(session, now):
        return Claimed()
    turns = lanes.take_turns(session, channel, now, min(TURNS, room))
    ids = list(_take(session, turns, room, now, lease))
    claimed = _decide(session, standing.facts(session, ids, now), now)
    lanes.keep(session, list(_charged(turns, claimed, now)), turn_at=now)
    claimed.more = bool(ids) or lanes.any_open(session, channel, now)
    return claimed


def _take(
    session: Session, turns: Sequence[LaneFacts], room: int, now: datetime, lease: timedelta
) -> Iterator[int]:
    """Give each lane an even share of the room left; what one does not need the next may have."""
    token = secrets.token_hex(8)
    for waiting, lane in zip(range(len(turns), 0, -1), turns, strict=True):
        share = min(-(-room // waiting), rule.room(lane, now))
        if share:
            ids = delivery.claim_due(
                session,
                now,
                lane=(lane.clinic_id, lane.channel),
                claim=token,
                lease=lease,
                limit=share,
            )
            room -= len(ids)
            yield from ids


def _decide(session: Session, held: Iterable[Facts], now: datetime) -> Claimed:
    """Decide each, and settle those that stay, as many at once as share their end."""
    claimed = Claimed()
    staying: dict[Settled, list[Facts]] = defaultdict(list)
    for one in held:
        match decide(one, now):
            case Send(until):
                claimed.sends.append((one, until))
            case decision:
                staying[settled_by(decision)].append(one)
    for settled, alike in staying.items():
        delivery.settle(session, alike, settled, now)
        claimed.settled += [(one, settled) for one in alike]
    return claimed


def _charged(turns: Sequence[LaneFacts], claimed: Claimed, now: datetime) -> Iterator[LaneFacts]:
    for lane in turns:
        leaving = sum(held.clinic.clinic_id == lane.clinic_id for held, _ in claimed.sends)
        yield rule.charge(lane, leaving, now)
