"""Stages of skin healing after needling, and what is advised or allowed in each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise

DAY = timedelta(days=1)

ENCLOSED = DAY
"""Until then only what the clinic gave the client goes on the skin, later a plain cream (NHS
Chelsea and Westminster: a simple moisturiser three to four times a day after the first 24
hours)."""


class Phase(StrEnum):
    """What the skin is doing; they run into each other."""

    INFLAMMATION = "inflammation"
    PROLIFERATION = "proliferation"
    REMODELLING = "remodelling"


BOUNDS = (timedelta(), 3 * DAY, 21 * DAY, 180 * DAY)
"""When each phase begins, and when the last one is drawn to end. Sources differ (remodelling is
said to take 6 to 12 months), so these are always called approximate."""


class Stage(StrEnum):
    """What is usual for the skin, in steps that a client can tell apart."""

    BEFORE = "before"
    FIRST_DAY = "first-day"
    FIRST_DAYS = "first-days"
    FIRST_WEEK = "first-week"
    FIRST_MONTH = "first-month"
    LATER = "later"


_STAGES = (
    (timedelta(), Stage.BEFORE),
    (DAY, Stage.FIRST_DAY),
    (3 * DAY, Stage.FIRST_DAYS),
    (7 * DAY, Stage.FIRST_WEEK),
    (28 * DAY, Stage.FIRST_MONTH),
)
"""Each stage and the time since the treatment's end at which it is over."""


class May(StrEnum):
    """Whether something is all right by now."""

    YES = "yes"
    WAIT = "wait"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing to do or leave for now: ``how`` names its words, ``until`` when that changes
    (an instant in UTC, or a whole day).
    """

    topic: str
    may: May
    how: str
    until: datetime | date | None = None


def stage_at(since: timedelta) -> Stage:
    """Return the stage so long after a treatment's end."""
    return next((stage for end, stage in _STAGES if since < end), Stage.LATER)


def phase_at(since: timedelta) -> Phase:
    """Return the phase so long after a treatment's end."""
    begun = [phase for phase, begins in zip(Phase, BOUNDS, strict=False) if since >= begins]
    return begun[-1] if begun else Phase.INFLAMMATION


def healing_progress(since: timedelta) -> float:
    """Return the position on the drawn timeline, from 0 to 1; each phase takes a third of it."""
    for number, (begins, ends) in enumerate(pairwise(BOUNDS)):
        if since < ends:
            return (number + max(since - begins, timedelta()) / (ends - begins)) / 3
    return 1.0


def advice(
    treated_on: date, ends_at: datetime, now: datetime, numbers: Mapping[str, int]
) -> list[Advice]:
    """Return what to do about each thing at ``now``. ``numbers`` are the protocol's parameters:
    hours and days that clinics disagree on.
    """
    since = now - ends_at
    early, week = since < ENCLOSED, since < 7 * DAY
    found = [
        _after_hours("sunscreen", ends_at, numbers["sunscreen_start_h"], now),
        _after_days("sun", treated_on, numbers["direct_sun_days"], now, ends_at),
        Advice("picking", May.NO, "never"),
        Advice("moisture", May.YES, "first-day" if early else "first-week" if week else "later"),
        _after_hours("washing", ends_at, numbers["first_wash_h"], now),
        _after_hours("make-up", ends_at, numbers["makeup_h"], now),
        _after_hours("exercise", ends_at, numbers["heat_sweat_h"], now),
        _after_hours("swimming", ends_at, numbers["swim_h"], now),
        _after_days("actives", treated_on, numbers["actives_post_days"], now, ends_at),
    ]
    return [one for one in found if week or one.may is not May.YES or one.topic in _LASTING]


_LASTING = {"sunscreen", "moisture", "actives"}
"""What is worth saying after the first week, when all the rest is allowed again."""


def _after_hours(topic: str, ends_at: datetime, hours: int, now: datetime) -> Advice:
    until = ends_at + timedelta(hours=hours)
    return Advice(topic, May.YES, "go") if now >= until else Advice(topic, May.WAIT, "wait", until)


def _after_days(
    topic: str, treated_on: date, days: int, now: datetime, ends_at: datetime
) -> Advice:
    if now >= ends_at + days * DAY:
        return Advice(topic, May.YES, "go")
    return Advice(topic, May.WAIT, "wait", treated_on + days * DAY)
