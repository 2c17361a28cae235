"""Planned reminders, and on which days a number has room for those that are texts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from reminders.rules.caps import TextCap
from reminders.rules.sending_hours import SendingHours, next_open, resolve
from reminders.rules.terms import Channel


@dataclass(frozen=True, slots=True)
class Planned:
    """A reminder that ought to exist; instants are UTC, ``due_on`` is the recipient's date. One that
    ``gives_way`` finds no room among the texts that its number may have.
    """

    milestone: str
    channel: Channel
    scheduled_at: datetime
    stale_at: datetime
    due_on: date
    gives_way: bool = False


def with_room(
    every: Iterable[Planned],
    ranks: Mapping[str, int],
    cap: TextCap,
    texted: frozenset[tuple[str, date]],
    zone: ZoneInfo,
    hours: SendingHours,
) -> dict[Planned, Planned]:
    """Give each text a day that has room for it, the most important first and each on the first such
    day on which it still helps; what finds none gives way.
    """
    gone = {milestone for milestone, _ in texted}
    texts = [one for one in every if one.channel is Channel.SMS and one.milestone not in gone]
    taken = [day for _, day in texted]
    placed: dict[Planned, Planned] = {}
    if cap.holds([*taken, *(one.due_on for one in texts)]):
        return placed
    for one in sorted(texts, key=lambda one: (ranks[one.milestone], one.scheduled_at)):
        placed[one] = _on_a_free_day(one, taken, cap, zone, hours)
        if not placed[one].gives_way:
            taken.append(placed[one].due_on)
    return placed


def _on_a_free_day(
    one: Planned, taken: list[date], cap: TextCap, zone: ZoneInfo, hours: SendingHours
) -> Planned:
    at, day = one.scheduled_at, one.due_on
    while at < one.stale_at:
        if cap.has_room(taken, day):
            return replace(one, scheduled_at=at, due_on=day)
        at = next_open(resolve(day + timedelta(days=1), time(), zone), hours, zone)
        day = at.astimezone(zone).date()
    return replace(one, gives_way=one.scheduled_at < one.stale_at)
