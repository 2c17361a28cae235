"""Calculate a treatment's reminders, and what changes when the treatment moves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from reminders.rules.caps import TextCap
from reminders.rules.planned import Planned, with_room
from reminders.rules.protocols import Milestone, Offset, Protocol
from reminders.rules.sending_hours import ChannelHours, SendingHours, next_open, resolve
from reminders.rules.terms import LEFT, OPEN, Channel, Reason, Status
from reminders.rules.visits import SILENCE

EDITION = 3
"""Goes up when these rules plan the same treatment otherwise, so that everybody is planned anew."""

END_OF_DAY = time(18)
"""When a treatment of unknown hour is taken to have ended: late enough to advise nothing early."""


@dataclass(frozen=True, slots=True)
class TreatmentTimes:
    """When a treatment is: its local day, and when it begins and ends (UTC)."""

    treated_on: date
    begins_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class ExistingReminder:
    """A reminder that does exist; ``due_on`` is the recipient's date."""

    reminder_id: int
    milestone: str
    channel: Channel
    status: Status
    scheduled_at: datetime
    stale_at: datetime
    due_on: date
    reason: Reason | None = None


@dataclass(slots=True)
class Replan:
    """What a changed treatment does to its reminders. What gives way is new, or was planned before."""

    keep: list[ExistingReminder] = field(default_factory=list)
    add: list[Planned] = field(default_factory=list)
    late: list[Planned] = field(default_factory=list)
    move: list[tuple[ExistingReminder, Planned]] = field(default_factory=list)
    too_late: list[tuple[ExistingReminder, Planned]] = field(default_factory=list)
    cancel: list[ExistingReminder] = field(default_factory=list)
    already_sent: list[tuple[ExistingReminder, Planned]] = field(default_factory=list)
    no_room: list[Planned] = field(default_factory=list)
    give_way: list[tuple[ExistingReminder, Planned]] = field(default_factory=list)

    @property
    def texts(self) -> bool:
        """Say whether a text is to come."""
        waits = any(row.status in OPEN and row.channel is Channel.SMS for row in self.keep)
        moves = any(row.channel is Channel.SMS for row, _ in self.move)
        return waits or moves or any(planned.channel is Channel.SMS for planned in self.add)


def timing(
    treated_on: date,
    starts: time | None,
    ends: time | None,
    usual_length: timedelta,
    zone: ZoneInfo,
) -> TreatmentTimes:
    """Place a treatment's wall-clock times, in the clinic's zone, on the line of instants.

    Without a start it counts from midnight (pre-care must come before the day) and is taken
    to end at 18:00; without an end it lasts its ``usual_length``; an end before the start is
    past midnight.
    """
    if starts is None:
        begins_at = resolve(treated_on, time(), zone)
        return TreatmentTimes(treated_on, begins_at, resolve(treated_on, ends or END_OF_DAY, zone))
    begins_at = resolve(treated_on, starts, zone)
    if ends is None:
        return TreatmentTimes(treated_on, begins_at, begins_at + usual_length)
    ends_on = treated_on if ends >= starts else treated_on + timedelta(days=1)
    return TreatmentTimes(treated_on, begins_at, max(begins_at, resolve(ends_on, ends, zone)))


@lru_cache(maxsize=1 << 13)
def plan(
    treatment: TreatmentTimes,
    protocol: Protocol,
    *,
    zone: ZoneInfo,
    hours: ChannelHours,
    cap: TextCap,
    contacts: frozenset[Channel],
    reach: frozenset[Channel],
    hour: int | None = None,
    texted: frozenset[tuple[str, date]] = frozenset(),
) -> tuple[Planned, ...]:
    """Return every reminder the treatment calls for, past ones included.

    ``zone`` and ``hours`` are the recipient's; ``contacts`` are the channels with an address or
    number, ``reach`` those of them by which the client may be messaged. ``hour`` is the local hour
    the client prefers, if any. ``texted`` are the texts that have left for the client, each with its
    local day and, where it was of this treatment, its milestone. Of a text that gives way to others
    the email goes instead, where the client agreed to emails.
    """
    open_hours = {Channel.SMS: hours.texts, Channel.EMAIL: hours.emails}

    def planned(milestone: Milestone, channel: Channel) -> Planned:
        return _planned(treatment, _at_hour(milestone, hour), channel, zone, open_hours[channel])

    every = [
        planned(milestone, channel)
        for milestone in protocol.milestones
        for channel in _channels(milestone, contacts, reach)
    ]
    ranks = {milestone.key: milestone.rank for milestone in protocol.milestones}
    placed = with_room(every, ranks, cap, texted, zone, hours.texts)
    if not placed:
        return tuple(every)
    given_up = {one.milestone for one in placed.values() if one.gives_way}
    instead = [
        planned(milestone, Channel.EMAIL)
        for milestone in protocol.milestones
        if milestone.key in given_up
        and milestone.fallback is Channel.EMAIL
        and Channel.EMAIL in reach
    ]
    return (*(placed.get(one, one) for one in every), *instead)


def _at_hour(milestone: Milestone, hour: int | None) -> Milestone:
    """Move a milestone to the client's preferred hour, except on the day of treatment."""
    day = milestone.after.months or milestone.after.days
    moves = hour is not None and milestone.at is not None and day
    return replace(milestone, at=time(hour or 0)) if moves else milestone


def _channels(
    milestone: Milestone,
    contacts: frozenset[Channel],
    reach: frozenset[Channel],
) -> Iterator[Channel]:
    yield from (channel for channel in milestone.channels if channel in contacts)
    if milestone.fallback in contacts and not reach.intersection(milestone.channels):
        yield milestone.fallback


def _planned(
    treatment: TreatmentTimes,
    milestone: Milestone,
    channel: Channel,
    zone: ZoneInfo,
    hours: SendingHours,
) -> Planned:
    moment = _moment(treatment, milestone, zone)
    scheduled_at, due_on, stale_at = _span(moment, milestone.good_for, hours, zone)
    if milestone.comes_before:
        stale_at = min(stale_at, treatment.begins_at)
    if milestone.not_after:
        stale_at = min(stale_at, treatment.ends_at + milestone.not_after)
    return Planned(milestone.key, channel, scheduled_at, stale_at, due_on)


@lru_cache(maxsize=1 << 14)
def _span(
    moment: datetime, good_for: Offset, hours: SendingHours, zone: ZoneInfo
) -> tuple[datetime, date, datetime]:
    """Return when what is wanted at a moment (UTC) may leave, on which local day that is, and when it
    is stale: the same for most treatments of a day.
    """
    scheduled_at = next_open(moment, hours, zone)
    return scheduled_at, scheduled_at.astimezone(zone).date(), _later(moment, good_for, zone)


def _moment(treatment: TreatmentTimes, milestone: Milestone, zone: ZoneInfo) -> datetime:
    if milestone.comes_before:
        return _counted(treatment, milestone, treatment.begins_at, zone)
    moment = _counted(treatment, milestone, treatment.ends_at, zone)
    if milestone.within is not None and milestone.within.clock:
        moment = min(moment, treatment.ends_at + milestone.within.clock)
    return max(moment, treatment.ends_at + max(milestone.not_before, SILENCE))


def _counted(
    treatment: TreatmentTimes,
    milestone: Milestone,
    anchor: datetime,
    zone: ZoneInfo,
) -> datetime:
    if milestone.at is None:
        return anchor + milestone.after.clock
    return resolve(milestone.after.from_day(treatment.treated_on), milestone.at, zone)


def _later(instant: datetime, stretch: Offset, zone: ZoneInfo) -> datetime:
    """Add calendar days on the wall clock, then hours on the line of instants."""
    if stretch.months or stretch.days:
        wall = instant.astimezone(zone)
        instant = resolve(stretch.from_day(wall.date()), wall.time(), zone)
    return instant.astimezone(UTC) + stretch.clock


def useful(planned: Planned, now: datetime) -> bool:
    """Say whether the message could still leave in time to help."""
    return max(planned.scheduled_at, now) < planned.stale_at


def replan(
    existing: Iterable[ExistingReminder], wanted: Iterable[Planned], now: datetime
) -> Replan:
    """Compare what is with what ought to be.

    What may have reached the client is never planned again; what was never sent may be planned anew
    when its date has changed, or when it was cancelled and is wanted again; what is open moves, or
    is given up when its moment has passed, or gives way.
    """
    by_key: dict[tuple[str, Channel], list[ExistingReminder]] = {}
    for row in existing:
        by_key.setdefault((row.milestone, row.channel), []).append(row)
    change = Replan()
    for planned in wanted:
        _place(change, by_key.pop((planned.milestone, planned.channel), []), planned, now)
    change.cancel = [row for rows in by_key.values() for row in rows if row.status in OPEN]
    return change


def _place(change: Replan, rows: list[ExistingReminder], planned: Planned, now: datetime) -> None:
    if planned.gives_way:
        _give_way(change, rows, planned, now)
        return
    if not rows:
        (change.add if useful(planned, now) else change.late).append(planned)
        return
    again = {Reason.GIVES_WAY} if useful(planned, now) else set()
    same = [row for row in rows if row.reason not in again and _same(row, planned)]
    if same:
        change.keep += same
        return
    left = [row for row in rows if row.status in LEFT]
    waiting = [row for row in rows if row.status in OPEN]
    if left:
        change.already_sent.append((left[0], planned))
    elif waiting and useful(planned, now):
        change.move.append((waiting[0], planned))
    elif waiting:
        change.too_late.append((waiting[0], planned))
    elif useful(planned, now):
        change.add.append(planned)


def _give_way(
    change: Replan, rows: list[ExistingReminder], planned: Planned, now: datetime
) -> None:
    waiting = [row for row in rows if row.status in OPEN]
    if waiting:
        change.give_way.append((waiting[0], planned))
    elif rows:
        change.keep += rows
    else:
        (change.no_room if useful(planned, now) else change.late).append(planned)


def _same(row: ExistingReminder, planned: Planned) -> bool:
    """Say whether a reminder is the one planned: what left may have waited for a day with room, and
    what staff took out stays out when it moves by no more than a day.
    """
    if row.reason is Reason.TAKEN_OUT:
        return abs(row.scheduled_at - planned.scheduled_at) <= timedelta(days=1)
    if row.status in LEFT and row.stale_at == planned.stale_at:
        return True
    at = (row.scheduled_at, row.stale_at)
    return row.status is not Status.CANCELLED and at == (planned.scheduled_at, planned.stale_at)
