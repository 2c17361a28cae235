"""Claim due reminders lane by lane, decide each, and settle those that may not leave."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from reminders.delivery.country_questions import ask_about_countries
from reminders.rules import lanes as rule
from reminders.rules.decision import Send, Settled, decide, settled_by
from reminders.rules.forecast import RateLimit
from reminders.rules.lanes import LaneFacts
from reminders.rules.records import record
from reminders.rules.terms import Channel, Facts, Reason, Status
from reminders.store.queries import delivery, lanes, rate_limits, reminder_facts

TURNS = 16
"""How many lanes are claimed from at a time."""


@dataclass(frozen=True, slots=True)
class Queue:
    """What leaves by a channel as one sender, by the key of its rate; empty is the installation's."""

    channel: Channel
    sender_key: str = ""


RateOf = Callable[[Queue], RateLimit]


@record
class Sending:
    """A claimed reminder that may leave until then (UTC); ``trying`` where its lane is stopped and
    this one is let through to see.
    """

    facts: Facts
    until: datetime
    trying: bool


@dataclass(slots=True)
class Claimed:
    """What a claim brought: what may leave, what was settled without leaving, and whether a lane
    still has something due that may leave now.
    """

    sends: list[Sending] = field(default_factory=list)
    settled: list[tuple[Facts, Settled]] = field(default_factory=list)
    may_have_more: bool = False
    opens_at: datetime | None = None


def unlimited(_: Queue) -> RateLimit:
    """Return the rate of a sender that has none."""
    return RateLimit()


def claim(
    session: Session,
    now: datetime,
    queue: Queue,
    room: int,
    lease: timedelta,
    rates: RateOf = unlimited,
) -> Claimed:
    """Claim up to ``room`` due reminders of a queue, shared evenly among the lanes whose turn
    it is, and decide each. What may leave is charged to its lane's rate and daily limit, and to
    the rate of its sender, which all lanes share.
    """
    rate = rates(queue)
    if rate == RateLimit():
        return _claim(session, now, queue, room, lease, rates)
    sender = rate_limits.lock(session, queue.channel, queue.sender_key, rate)
    if sender is None:
        return Claimed(may_have_more=True)  # another worker has the sender in hand
    if not (free := min(room, rule.room(sender, now))):
        return Claimed(opens_at=sender.opens_at)
    claimed = _claim(session, now, queue, free, lease, rates)
    leaving = sum(_key_of(one.facts) == queue.sender_key for one in claimed.sends)
    rate_limits.keep(session, queue.sender_key, rule.charge(sender, leaving, now))
    return claimed


def _claim(
    session: Session,
    now: datetime,
    queue: Queue,
    room: int,
    lease: timedelta,
    rates: RateOf,
) -> Claimed:
    channel = queue.channel
    turns = lanes.take_turns(session, channel, queue.sender_key, now, min(TURNS, room))
    if not turns:
        return Claimed(may_have_more=lanes.any_open(session, channel, queue.sender_key, now))
    ids = delivery.claim_due(
        session,
        now,
        channel=channel,
        shares=list(_shares(turns, room, now)),
        claim=secrets.token_hex(8),
        lease=lease,
    )
    stopped = {lane.clinic_id for lane in turns if lane.stopped_until is not None}
    claimed = _decide(session, reminder_facts.facts(session, ids, now), stopped, now)
    _put_off(session, claimed, queue, rates, now)
    lanes.keep(session, list(_charged(turns, claimed, now)), last_turn_at=now)
    claimed.may_have_more = True
    return claimed


def _key_of(facts: Facts) -> str:
    """Return the key of the rate of whom a message leaves as; one mail server sends all emails."""
    if facts.channel is Channel.EMAIL:
        return ""
    return facts.clinic.senders.rate_key(facts.sender, facts.account_id)


def _put_off(
    session: Session, claimed: Claimed, queue: Queue, rates: RateOf, now: datetime
) -> None:
    """Put off what would leave sooner than its sender may, where that is not the queue's: a clinic's
    own for the recipient's country.
    """
    others: dict[str, list[Sending]] = defaultdict(list)
    for one in claimed.sends:
        if (key := _key_of(one.facts)) != queue.sender_key:
            others[key].append(one)
    for key, sends in others.items():
        rate = rates(Queue(queue.channel, key))
        if rate == RateLimit():
            continue
        sender = rate_limits.lock(session, queue.channel, key, rate)
        room = rule.room(sender, now) if sender else 0
        if sender:
            sender = rule.charge(sender, min(room, len(sends)), now)
            rate_limits.keep(session, key, sender)
        first = max(now, sender.opens_at or now) if sender else now
        for place, one in enumerate(sends[room:], 1):
            settled = Settled(Status.PLANNED, due_at=first + place * rate.slot)
            delivery.settle(session, [one.facts], settled, now)
            claimed.sends.remove(one)
            claimed.settled.append((one.facts, settled))


def _shares(turns: Sequence[LaneFacts], room: int, now: datetime) -> Iterator[tuple[int, int]]:
    """Give each lane an even share of the room there is, or less if that is all it may send."""
    for waiting, lane in zip(range(len(turns), 0, -1), turns, strict=True):
        share = min(-(-room // waiting), rule.room(lane, now))
        room -= share
        if share:
            yield lane.clinic_id, share


def _decide(
    session: Session, held: Iterable[Facts], stopped: Container[int], now: datetime
) -> Claimed:
    """Decide each, and settle those that stay, as many at once as share their end."""
    claimed = Claimed()
    staying: dict[Settled, list[Facts]] = defaultdict(list)
    for one in held:
        match decide(one, now):
            case Send(until):
                trying = one.clinic.clinic_id in stopped
                claimed.sends.append(Sending(one, until, trying))
            case decision:
                staying[settled_by(decision)].append(one)
    for settled, alike in staying.items():
        delivery.settle(session, alike, settled, now)
        claimed.settled += [(one, settled) for one in alike]
        if settled.reason is Reason.COUNTRY:
            ask_about_countries(session, alike, now)
    return claimed


def _charged(turns: Sequence[LaneFacts], claimed: Claimed, now: datetime) -> Iterator[LaneFacts]:
    for lane in turns:
        leaving = sum(one.facts.clinic.clinic_id == lane.clinic_id for one in claimed.sends)
        yield rule.charge(lane, leaving, now)
