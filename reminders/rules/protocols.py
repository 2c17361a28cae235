"""Protocols: the milestones of aftercare for a kind of treatment, parsed from TOML."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from functools import lru_cache
from typing import Any

from reminders.rules.parameters import Parameter, ParameterValues, read_parameter, settle
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
    met sooner than ``not_before`` after that end; ``good_for`` is how long the message helps, no longer
    than ``not_after`` that end where it says so.
    No ``channels`` mean that it is left out unless a clinic gives it some; ``fallback`` serves a
    client whom none of them can reach. Pre-care (``comes_before``) has no meaning once the
    treatment began. ``weeks_by`` names the parameter that counts its weeks, if one does.

    ``purpose`` says why it comes, ``sources`` are keys of where its facts stand, ``approver`` is
    who must approve its wording, ``phase`` the healing phase it falls in (0 is before). With
    ``link`` its text carries the address of the client's own page even where a clinic's words do
    not name it; ``number_and_link`` says why it may carry the clinic's number as well. Where
    ``text_is_enough`` its email says no more than its text.

    Where a number cannot have all texts, those of the highest ``rank`` give way; rank 1 does so to
    none but another. It is promised ``within`` so long of the treatment's end, by the clock, or by the
    end of a day counted from it. It opens with what the milestone it ``recalls`` had to say, if
    that never left.
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
    purpose: str = ""
    sources: tuple[str, ...] = ()
    approver: str = ""
    phase: int = 0
    weeks_by: str = ""
    link: bool = False
    number_and_link: str = ""
    text_is_enough: bool = False
    rank: int = 1
    not_after: timedelta = timedelta()
    within: Offset | None = None
    recalls: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """Who has read the wording of a language, honestly (“none” is an answer), and until when
    it may stand unread.
    """

    reviewed_by: str
    review_by: date


@dataclass(frozen=True, slots=True, eq=False)
class Protocol:
    """The course for one kind of treatment; one object each, so it is compared as such.

    ``lineage`` are the folders its wording is looked up in, its own first. ``names`` is what
    clients may be told it is called, by language. ``known_as`` are the words by which a clinic's
    service is known as this one, ``may_be`` those that leave it in doubt.
    """

    key: str
    name: str
    known_as: tuple[str, ...]
    usual_length: timedelta
    milestones: tuple[Milestone, ...]
    parameters: tuple[Parameter, ...]
    lineage: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    reviews: Mapping[str, Review] = field(default_factory=dict)
    may_be: tuple[str, ...] = ()

    def milestone(self, key: str) -> Milestone:
        """Return the milestone of that key; raises ``KeyError``."""
        return {milestone.key: milestone for milestone in self.milestones}[key]

    def defaults(self) -> dict[str, int]:
        """Return every parameter at its default."""
        return dict(self.settle({}).values)

    def settle(self, own: Mapping[str, int]) -> ParameterValues:
        """Lay a clinic's own values over the defaults, ignoring and naming what cannot be used."""
        return settle(self.parameters, own)

    def course(self, own: Mapping[str, int]) -> Protocol:
        """Return the course as a clinic's own values space it; the same object for the same
        spacing, so that plans made under it are remembered.
        """
        values = self.settle(own).values
        spacing = tuple(values[m.weeks_by] for m in self.milestones if m.weeks_by)
        return _spaced(self, spacing)


@lru_cache(maxsize=1024)
def _spaced(protocol: Protocol, spacing: tuple[int, ...]) -> Protocol:
    weeks = iter(spacing)
    milestones = tuple(
        replace(m, after=Offset(days=7 * next(weeks))) if m.weeks_by else m
        for m in protocol.milestones
    )
    return (
        protocol if milestones == protocol.milestones else replace(protocol, milestones=milestones)
    )


def inherit(parent: Mapping[str, Any], child: Mapping[str, Any]) -> dict[str, Any]:
    """Return a protocol's table with all it does not say itself taken from its parent's;
    milestones and parameters are laid over the parent's by their keys.
    """
    rows = {row["key"]: row for row in parent["milestones"]}
    for row in child.get("milestones", ()):
        rows[row["key"]] = rows.get(row["key"], {}) | row
    parameters = dict(parent["parameters"])
    for key, row in child.get("parameters", {}).items():
        parameters[key] = parameters.get(key, {}) | row
    reviews = parent.get("reviews", {}) | child.get("reviews", {})
    together = {"milestones": list(rows.values()), "parameters": parameters, "reviews": reviews}
    return {**parent, **child, **together}


def read_protocol(
    key: str, table: Mapping[str, Any], lineage: tuple[str, ...] | None = None
) -> Protocol:
    """Build a protocol from its parsed TOML; raises ``ValueError`` or ``KeyError`` if it is
    wrong."""
    parameters = tuple(read_parameter(name, row) for name, row in table["parameters"].items())
    defaults = {parameter.key: parameter.default for parameter in parameters}
    milestones = tuple(_milestone(row, defaults) for row in table["milestones"])
    if len({milestone.key for milestone in milestones}) < len(milestones):
        msg = f"protocol {key} names a milestone twice"
        raise ValueError(msg)
    return Protocol(
        key=key,
        name=table["name"],
        known_as=tuple(table["known_as"]),
        usual_length=Offset.read(table["usual_length"]).clock,
        milestones=milestones,
        parameters=parameters,
        lineage=lineage or (key,),
        names=table.get("names", {}),
        reviews={name: Review(**row) for name, row in table.get("reviews", {}).items()},
        may_be=tuple(table.get("may_be", ())),
    )


def _milestone(row: Mapping[str, Any], defaults: Mapping[str, int]) -> Milestone:
    fallback = row.get("fallback")
    weeks_by = row.get("weeks_by", "")
    after = Offset(days=7 * defaults[weeks_by]) if weeks_by else Offset.read(row["after"])
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
        comes_before=not weeks_by and row["after"].startswith("-"),
        purpose=row.get("purpose", ""),
        sources=tuple(row.get("sources", ())),
        approver=row.get("approver", ""),
        phase=row.get("phase", 0),
        weeks_by=weeks_by,
        link=row.get("link", False),
        number_and_link=row.get("number_and_link", ""),
        text_is_enough=row.get("text_is_enough", False),
        rank=row.get("rank", 1),
        not_after=Offset.read(row.get("not_after", "PT0H")).clock,
        within=Offset.read(row["within"]) if "within" in row else None,
        recalls=row.get("recalls", ""),
    )
