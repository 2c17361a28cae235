"""Calculate a month's figures: messages, segments, delivery rate and waiting times."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import chain
from statistics import median

from reminders.rules.terms import LEFT, OPEN, Channel, Reason, Status


@dataclass(frozen=True, slots=True, order=True)
class MessageCounts:
    """How many messages of a channel ended alike, and how many segments left for them, in all and
    for each country (empty where none was noted).
    """

    channel: Channel
    status: Status
    reason: Reason | None
    count: int
    segments: int
    by_country: tuple[tuple[str, int], ...] = ()


def added_up(days: Iterable[Iterable[MessageCounts]]) -> list[MessageCounts]:
    """Add the counts of days up."""
    counts: Counter[tuple[Channel, Status, Reason | None]] = Counter()
    segments: dict[tuple[Channel, Status, Reason | None], Counter[str]] = {}
    for cell in chain.from_iterable(days):
        key = cell.channel, cell.status, cell.reason
        counts[key] += cell.count
        segments.setdefault(key, Counter()).update(dict(cell.by_country))
    return sorted((counted(*key, n, segments[key]) for key, n in counts.items()), key=str)


def counted(
    channel: Channel,
    status: Status,
    reason: Reason | None,
    count: int,
    by_country: Mapping[str, int],
) -> MessageCounts:
    """Return how many messages ended alike, from their count and the segments for each country."""
    segments = tuple(sorted(by_country.items()))
    return MessageCounts(channel, status, reason, count, sum(by_country.values()), segments)


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """A calendar month of a clinic. ``answered_in`` holds how long each answered reply waited."""

    begins_on: date
    cells: Sequence[MessageCounts] = ()
    opt_outs: dict[Channel, int] = field(default_factory=dict)
    replies: int = 0
    answered_in: Sequence[timedelta] = ()

    def count(self, channel: Channel, statuses: Iterable[Status]) -> int:
        """Count a channel's messages in these states."""
        wanted = set(statuses)
        return sum(c.count for c in self.cells if c.channel is channel and c.status in wanted)

    def sent(self, channel: Channel) -> int:
        """Count a channel's messages that left."""
        return self.count(channel, LEFT)

    @property
    def segments(self) -> int:
        """Count the segments of the texts that left."""
        return sum(c.segments for c in self.cells if c.status in LEFT)

    @property
    def segments_by_country(self) -> Counter[str]:
        """Count the segments that left for each country."""
        found: Counter[str] = Counter()
        for cell in self.cells:
            if cell.status in LEFT:
                found.update(dict(cell.by_country))
        return found

    @property
    def planned(self) -> int:
        """Count what has not left yet."""
        return sum(c.count for c in self.cells if c.status in OPEN)

    @property
    def delivery_rate(self) -> float | None:
        """Return which part of the texts whose fate is known arrived, from 0 to 1."""
        arrived = self.count(Channel.SMS, {Status.DELIVERED})
        lost = self.count(Channel.SMS, {Status.UNDELIVERED})
        return arrived / (arrived + lost) if arrived + lost else None

    @property
    def reasons(self) -> Counter[Reason]:
        """Count what was not sent, by why; what the plan itself took back does not count."""
        found: Counter[Reason] = Counter()
        for cell in self.cells:
            if cell.status in {Status.SKIPPED, Status.FAILED} and cell.reason is not None:
                found[cell.reason] += cell.count
        return found

    @property
    def median_wait(self) -> timedelta | None:
        """Return how long half of the answered replies waited at most."""
        if not self.answered_in:
            return None
        return timedelta(seconds=median(wait.total_seconds() for wait in self.answered_in))


def month_of(day: date, ago: int = 0) -> date:
    """Return the first day of a day's month, or of one so many months earlier."""
    year, month = divmod(day.year * 12 + day.month - 1 - ago, 12)
    return date(year, month + 1, 1)


def waits(replies: Iterable[tuple[datetime, datetime | None]]) -> list[timedelta]:
    """Return how long each reply waited that somebody answered or put away."""
    return [answered - received for received, answered in replies if answered is not None]
