"""Protocols: the aftercare course of a kind of treatment, as data that clinicians can review."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from reminders.rules.terms import Channel

_ISO = re.compile(
    r"(?P<sign>-?)P(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?)?",
)


@dataclass(frozen=True, slots=True)
class Offset:
    """A stretch of calendar (months, days) and of clock, as ISO 8601 writes it."""

    months: int = 0
    days: int = 0
    clock: timedelta = timedelta()

    @classmethod
    def read(cls, text: str) -> Offset:
        """Read ``P1D``, ``P1W``, ``P1M``, ``-P7D`` or ``PT4H``; raises ``ValueError``."""
        match = _ISO.fullmatch(text)
        if match is None or not any(match.groups()[1:]):
            msg = f"{text!r} is not a duration such as P1D, P1W, P1M, -P7D or PT4H"
            raise ValueError(msg)
        part = {
            name: int(value or 0) for name, value in match.groupdict().items() if name != "sign"
        }
        sign = -1 if match["sign"] else 1
        return cls(
            months=sign * part["months"],
            days=sign * (7 * part["weeks"] + part["days"]),
            clock=sign * timedelta(hours=part["hours"], minutes=part["minutes"]),
        )

    def from_day(self, day: date) -> date:
        """Count calendar days and months; 31 January and a month is the last of February."""
        if self.months:
            year, month = divmod(day.year * 12 + day.month - 1 + self.months, 12)
            last = monthrange(year, month + 1)[1]
            day = date(year, month + 1, min(day.day, last))
        return day + timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class Milestone:
    """A point of the course: when it comes, how long it helps, and by which channels.

    ``after`` counts on the local date of the treatment and is met at the local hour ``at``,
    or, where it is a stretch of clock such as ``PT4H``, from the treatment's end. It is never
    met sooner than ``not_before`` after that end; ``good_for`` is how long the message helps. ``fallback`` serves a client whom none of
    ``channels`` can reach. Pre-care (``comes_before``) has no meaning once the treatment began.
    """

    key: str
    name: str
    after: Offset
    at: time | None
    not_before: timedelta
    good_for: Offset
    channels: tuple[Channel, ...]
    fallback: Channel | None
    comes_before: bool


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number clinics disagree on: its default, its range and where that comes from."""

    key: str
    default: int
    lowest: int
    highest: int
    source: str


@dataclass(frozen=True, slots=True, eq=False)
class Protocol:
    """The course for one kind of treatment; one object each, so it is compared as such."""

    key: str
    name: str
    known_as: tuple[str, ...]
    usual_length: timedelta
    milestones: tuple[Milestone, ...]
    parameters: tuple[Parameter, ...]

    def milestone(self, key: str) -> Milestone:
        """Return the milestone of that key; raises ``KeyError``."""
        return {milestone.key: milestone for milestone in self.milestones}[key]

    def defaults(self) -> dict[str, int]:
        """Return every parameter at its default."""
        return {parameter.key: parameter.default for parameter in self.parameters}


def read_protocol(key: str, table: Mapping[str, Any]) -> Protocol:
    """Build a protocol from its parsed TOML; raises ``ValueError`` or ``KeyError`` if it is wrong."""
    milestones = tuple(_milestone(row) for row in table["milestones"])
    if len({milestone.key for milestone in milestones}) < len(milestones):
        msg = f"protocol {key} names a milestone twice"
        raise ValueError(msg)
    return Protocol(
        key=key,
        name=table["name"],
        known_as=tuple(table["known_as"]),
        usual_length=Offset.read(table["usual_length"]).clock,
        milestones=milestones,
        parameters=tuple(_parameter(name, row) for name, row in table["parameters"].items()),
    )


def _milestone(row: Mapping[str, Any]) -> Milestone:
    fallback = row.get("fallback")
    after = Offset.read(row["after"])
    if bool(after.clock) == ("at" in row):
        msg = f"milestone {row['key']}: give `at` with a count of days, and only then"
        raise ValueError(msg)
    return Milestone(
        key=row["key"],
        name=row["name"],
        after=after,
        at=row.get("at"),
        not_before=Offset.read(row.get("not_before", "PT0H")).clock,
        good_for=Offset.read(row["good_for"]),
        channels=tuple(Channel(name) for name in row["channels"]),
        fallback=Channel(fallback) if fallback else None,
        comes_before=row["after"].startswith("-"),
    )


def _parameter(key: str, row: Mapping[str, Any]) -> Parameter:
    lowest, highest = row["range"]
    if not lowest <= row["default"] <= highest:
        msg = f"parameter {key}: {row['default']} lies outside {lowest} to {highest}"
        raise ValueError(msg)
    return Parameter(key, row["default"], lowest, highest, row["source"])
