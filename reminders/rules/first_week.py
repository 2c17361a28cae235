"""The promise that the first week reaches everyone in time, and where hours or caps break it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from reminders.rules.caps import TextCap
from reminders.rules.planning import TreatmentTimes, plan, timing
from reminders.rules.protocols import Milestone, Protocol
from reminders.rules.sending_hours import ChannelHours, SendingHours, resolve
from reminders.rules.terms import Channel
from reminders.rules.translation import gettext, ngettext

ENDS = [time(hour, minute) for hour in range(9, 22) for minute in (0, 30, 45)]
"""When visits may end, as the check of a clinic's hours and caps has them."""

_STEADY, _A_MONDAY = ZoneInfo("UTC"), date(2026, 3, 2)
_TEXTS_ALONE = frozenset({Channel.SMS})


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A milestone that comes later than promised (UTC), or not at all."""

    milestone: Milestone
    visit: TreatmentTimes
    told_at: datetime | None

    def __str__(self) -> str:
        """Say so to staff."""
        if self.told_at is None:
            return gettext(
                "“%(message)s” finds no room within the hours and the texts a week.",
                message=gettext(self.milestone.name),
            )
        late = self.told_at - self.visit.ends_at
        return ngettext(
            "“%(message)s” comes %(n)s hour after the visit, later than it should.",
            "“%(message)s” comes %(n)s hours after the visit, later than it should.",
            round(late / timedelta(hours=1)),
            message=gettext(self.milestone.name),
        )


def deadline(milestone: Milestone, visit: TreatmentTimes, zone: ZoneInfo) -> datetime | None:
    """Return by when (UTC) a milestone is promised, if it is."""
    promised = milestone.within
    if promised is None:
        return None
    if promised.days:
        return resolve(promised.from_day(visit.treated_on) + timedelta(days=1), time(), zone)
    return visit.ends_at + promised.clock


def shortfalls(
    protocol: Protocol,
    visit: TreatmentTimes,
    told: Iterable[tuple[str, datetime | None]],
    zone: ZoneInfo,
) -> Iterator[Shortfall]:
    """Return what is not kept of the promise, given when each milestone is told by any channel (UTC;
    None where hours or caps leave it out). What is not mentioned was not to be told.
    """
    times: dict[str, list[datetime | None]] = {}
    for key, at in told:
        times.setdefault(key, []).append(at)
    for milestone in protocol.milestones:
        by = deadline(milestone, visit, zone)
        if by is None or milestone.key not in times:
            continue
        first = min((at for at in times[milestone.key] if at is not None), default=None)
        if first is None or first > by:
            yield Shortfall(milestone, visit, first)


@lru_cache(maxsize=256)
def worst(protocol: Protocol, hours: SendingHours, cap: TextCap) -> tuple[Shortfall, ...]:
    """Return for each milestone the visit of a week for which a client with texts only hears of it the
    latest, where that is later than promised; on a clock that is never changed.
    """
    found: dict[str, Shortfall] = {}
    for day in range(7):
        for ends in ENDS:
            visit = timing(_A_MONDAY + timedelta(days=day), ends, ends, timedelta(), _STEADY)
            for one in shortfalls(protocol, visit, _texts(protocol, visit, hours, cap), _STEADY):
                found[one.milestone.key] = max(found.get(one.milestone.key, one), one, key=_delay)
    return tuple(found.values())


def _texts(
    protocol: Protocol, visit: TreatmentTimes, hours: SendingHours, cap: TextCap
) -> Iterator[tuple[str, datetime | None]]:
    every = ChannelHours(hours, hours)
    for one in plan(
        visit,
        protocol,
        zone=_STEADY,
        hours=every,
        cap=cap,
        contacts=_TEXTS_ALONE,
        reach=_TEXTS_ALONE,
    ):
        lost = one.gives_way or one.scheduled_at >= one.stale_at
        yield one.milestone, None if lost else one.scheduled_at


def _delay(one: Shortfall) -> timedelta:
    return timedelta.max if one.told_at is None else one.told_at - one.visit.ends_at
