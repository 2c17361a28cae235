"""Rate limits, daily limits and circuit breakers for one clinic's channel."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from reminders.rules.decision import Outcome
from reminders.rules.sending_hours import resolve
from reminders.rules.terms import Channel

SLACK = timedelta(seconds=1)
"""How much unused time may be made up for: a rate is kept within each second."""

PROBE = timedelta(minutes=1)
"""How long a stopped lane stays shut before one message is let through to see."""

PATIENT_WITH = 5
"""So many faults in a row, though none of them says so, mean that the provider is away."""

PLENTY = 1_000_000
"""Room without a limit."""

_FAULTS = {Outcome.CONFIGURATION, Outcome.BUSY, Outcome.AMBIGUOUS}


@dataclass(frozen=True, slots=True)
class LaneFacts:
    """A lane as it stands; ``zone`` is the clinic's, whose day its daily limit counts."""

    lane_id: int
    clinic_id: int
    channel: Channel
    zone: ZoneInfo
    per_minute: int | None = None
    per_day: int | None = None
    opens_at: datetime | None = None
    counted_on: date | None = None
    counted: int = 0
    stopped_until: datetime | None = None
    stopped_for: str | None = None
    stopped_since: datetime | None = None
    faults: int = 0


def room(lane: LaneFacts, now: datetime) -> int:
    """Return how many messages may leave by a lane at ``now``."""
    if lane.stopped_until is not None:
        return int(lane.stopped_until <= now)
    by_rate = PLENTY
    if lane.per_minute is not None:
        by_rate = max(0, (now - _start(lane, now)) // _slot(lane.per_minute) + 1)
    by_day = PLENTY if lane.per_day is None else max(0, lane.per_day - _counted(lane, now))
    return min(by_rate, by_day)


def charge(lane: LaneFacts, count: int, now: datetime) -> LaneFacts:
    """Return the lane after ``count`` messages were let through at ``now``.

    Each takes its slot of time. Once a day's limit is used up the lane opens again at the clinic's
    midnight. A stopped lane waits for the outcome of the one it let through.
    """
    if count and lane.stopped_until is not None:
        lane = replace(lane, stopped_until=now + PROBE)
    if count and lane.per_minute is not None:
        lane = replace(lane, opens_at=_start(lane, now) + count * _slot(lane.per_minute))
    return lane if lane.per_day is None else _counting(lane, lane.per_day, count, now)


def _counting(lane: LaneFacts, per_day: int, count: int, now: datetime) -> LaneFacts:
    today, counted = now.astimezone(lane.zone).date(), _counted(lane, now) + count
    midnight = resolve(today + timedelta(days=1), time(), lane.zone)
    opens_at = midnight if counted >= per_day else lane.opens_at
    return replace(lane, counted_on=today, counted=counted, opens_at=opens_at)


def _slot(per_minute: int) -> timedelta:
    return timedelta(minutes=1) / per_minute


def _start(lane: LaneFacts, now: datetime) -> datetime:
    return max(lane.opens_at or now - SLACK, now - SLACK)


def _counted(lane: LaneFacts, now: datetime) -> int:
    return lane.counted if lane.counted_on == now.astimezone(lane.zone).date() else 0


def judge(
    lane: LaneFacts,
    outcome: Outcome,
    code: str,
    tried_at: datetime,
    now: datetime,
    retry_after: timedelta | None = None,
) -> LaneFacts:
    """Return the lane after an attempt made at ``tried_at`` ended at ``now``.

    A fault in our account stops it at once, a provider that asks everyone to wait for as long
    as it says, any other fault when it is one of many in a row. An attempt that was answered
    and is younger than the stop opens it again.
    """
    if outcome is Outcome.KEPT:
        return lane
    if outcome not in _FAULTS:
        younger = lane.stopped_since is None or tried_at >= lane.stopped_since
        return _opened(lane) if younger else lane
    lane = replace(lane, faults=lane.faults + 1)
    if outcome is Outcome.CONFIGURATION or lane.faults >= PATIENT_WITH:
        return _stopped(lane, now + PROBE, code, now)
    if retry_after:
        return _stopped(lane, now + retry_after, code, now)
    return lane


def _opened(lane: LaneFacts) -> LaneFacts:
    return replace(lane, stopped_until=None, stopped_for=None, stopped_since=None, faults=0)


def _stopped(lane: LaneFacts, until: datetime, code: str, now: datetime) -> LaneFacts:
    return replace(
        lane,
        stopped_until=max(until, lane.stopped_until or until),
        stopped_for=code,
        stopped_since=lane.stopped_since or now,
    )
