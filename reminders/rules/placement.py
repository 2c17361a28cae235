"""Check and apply where a clinic puts the milestones of a protocol."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import time, timedelta
from functools import lru_cache

from reminders.rules.protocols import Milestone, Offset, Protocol
from reminders.rules.sending_hours import EARLIEST, LATEST
from reminders.rules.terms import Channel, InputError
from reminders.rules.translation import gettext

FURTHEST_DAYS = 180
"""No milestone is further from its treatment than this; plans reach back that far and longer."""

LONGEST = timedelta(days=31)
"""No message helps for longer than this."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a milestone comes: ``after`` and ``good_for`` as ISO 8601 writes durations, ``at`` on
    the client's clock, or None where it counts by the clock. Without channels it is left out.
    """

    milestone: str
    after: str
    at: time | None
    good_for: str
    channels: tuple[Channel, ...]


def place_of(milestone: Milestone) -> Placement:
    """Return where a protocol itself puts a milestone."""
    after, good_for = spell(milestone.after), spell(milestone.good_for)
    return Placement(milestone.key, after, milestone.at, good_for, milestone.channels)


def spell(offset: Offset) -> str:
    """Write a stretch of time as ISO 8601 does, the way ``Offset.read`` reads it."""
    minutes = abs(offset.clock) // timedelta(minutes=1)
    days = [f"{abs(n)}{unit}" for n, unit in ((offset.months, "M"), (offset.days, "D")) if n]
    clock = [f"{n}{unit}" for n, unit in ((minutes // 60, "H"), (minutes % 60, "M")) if n]
    early = offset.months < 0 or offset.days < 0 or offset.clock < timedelta()
    told = "".join(days) + ("T" + "".join(clock) if clock else "")
    return f"{'-' if early else ''}P{told or '0D'}"


def placed(protocol: Protocol, places: Iterable[Placement]) -> Protocol:
    """Return the course as a clinic places it; the same object for the same places, so that plans
    made under it are remembered.
    """
    ours = tuple(sorted(places, key=lambda place: place.milestone))
    return _placed(protocol, ours) if ours else protocol


@lru_cache(maxsize=1024)
def _placed(protocol: Protocol, places: tuple[Placement, ...]) -> Protocol:
    by_key = {place.milestone: place for place in places}
    milestones = (_moved(m, by_key.get(m.key)) for m in protocol.milestones)
    return replace(protocol, milestones=tuple(milestones))


def _moved(milestone: Milestone, place: Placement | None) -> Milestone:
    if place is None:
        return milestone
    return replace(
        milestone,
        after=Offset.read(place.after),
        at=place.at,
        good_for=Offset.read(place.good_for),
        channels=place.channels,
        fallback=_fallback(milestone, place),
    )


def _fallback(milestone: Milestone, place: Placement) -> Channel | None:
    """Keep the other way for who cannot be reached, unless the milestone is left out."""
    return (
        None if not place.channels or milestone.fallback in place.channels else milestone.fallback
    )


def check(milestone: Milestone, place: Placement) -> None:
    """Refuse a place that makes no sense; raises ``InputError``.

    Pre-care stays before the treatment and aftercare after it, and what may not come sooner than
    so many hours after its end (sunscreen, for one) keeps that whatever its place.
    """
    after, good_for = _read(place.after), _read(place.good_for)
    days = after.days + 31 * after.months
    if (days < 0) is not milestone.comes_before or abs(days) > FURTHEST_DAYS:
        if milestone.comes_before:
            raise InputError(
                gettext("This message is sent before the treatment."),
                gettext("Choose at most six months before it."),
            )
        raise InputError(
            gettext("This message is sent after the treatment."),
            gettext("Choose at most six months after it."),
        )
    if place.at is not None and not EARLIEST <= place.at < LATEST:
        raise InputError(
            gettext("Nothing is sent at that hour."),
            gettext("Choose an hour from 08:00 to 20:59."),
        )
    if (
        not timedelta()
        < timedelta(days=good_for.days + 31 * good_for.months) + good_for.clock
        <= LONGEST
    ):
        raise InputError(
            gettext("A message cannot be valid for so long or so short a time."),
            gettext("Choose 1 hour to 31 days."),
        )


def _read(text: str) -> Offset:
    try:
        return Offset.read(text)
    except ValueError:
        raise InputError(
            gettext("This is not a whole number."), gettext("Enter one, for example 7.")
        ) from None
