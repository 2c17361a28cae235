"""A month's figures of what clients told of their skin: counts with what they are counts of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import ceil
from statistics import median

from reminders.rules.skin_answers import MOMENTS, Said

LEAST = 5
"""Nothing that counts fewer is shown: a share of two clients says nothing, and may name one."""


def shown(count: int) -> int | None:
    """Return a count, or none where it is too small to be shown."""
    return count if count >= LEAST else None


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many; neither is shown where either counts too few."""

    count: int
    of: int

    @property
    def parts(self) -> tuple[int | None, int | None]:
        """Return count and whole as they may be shown."""
        whole = shown(self.of)
        return (shown(self.count) if whole is not None else None), whole


@dataclass(frozen=True, slots=True)
class Cohort:
    """How many treatments a milestone was sent for whose clients answered alike, or not at all, and
    alike opened their pages within a day of it or did not."""

    moment: str
    said: Said | None
    opened: bool
    count: int


@dataclass(frozen=True, slots=True)
class SkinDay:
    """What left on a day: the cohorts, each with its protocol, and by protocol the ids of the clients
    to whom anything left."""

    cohorts: Sequence[tuple[str, Cohort]]
    clients: Mapping[str, Collection[str]]


@dataclass(frozen=True, slots=True)
class MilestoneFigures:
    """A milestone: how many treatments it was sent for, how many of their pages were opened within a
    day of it, and what their clients answered."""

    moment: str
    sent: int
    opened: int
    said: Mapping[Said, int]


@dataclass(frozen=True, slots=True)
class ProtocolFigures:
    """A protocol in a month. ``own`` are the answers given unasked, of ``clients`` who were written to;
    ``called_in`` holds how long each worried client who was called had waited."""

    protocol: str
    milestones: Sequence[MilestoneFigures] = ()
    own: Mapping[Said, int] = field(default_factory=dict)
    worried: int = 0
    called_in: Sequence[timedelta] = ()
    treatments: int = 0
    complications: int = 0
    clients: int = 0
    replied: int = 0
    stopped: int = 0

    @property
    def median_minutes(self) -> int | None:
        """Return within how many minutes half of the called clients were; none where they are too few."""
        if shown(len(self.called_in)) is None:
            return None
        return max(1, ceil(median(wait.total_seconds() for wait in self.called_in) / 60))


def milestones(cohorts: Iterable[Cohort]) -> list[MilestoneFigures]:
    """Add up for each milestone that asks: whose page was opened and what was answered."""
    found = list(cohorts)
    return [
        _milestone(moment.key, [one for one in found if one.moment == moment.key])
        for moment in MOMENTS
    ]


def _milestone(moment: str, cohorts: Sequence[Cohort]) -> MilestoneFigures:
    said: Counter[Said] = Counter()
    for one in cohorts:
        if one.said is not None:
            said[one.said] += one.count
    opened = sum(one.count for one in cohorts if one.opened)
    return MilestoneFigures(moment, sum(one.count for one in cohorts), opened, said)


def protocol_on(treated: Iterable[tuple[date, str]], day: date) -> str | None:
    """Return the protocol of the last treatment by that day."""
    return max(((on, protocol) for on, protocol in treated if on <= day), default=(None, None))[1]
