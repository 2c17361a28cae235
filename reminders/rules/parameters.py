"""Numbers in a protocol that clinics may set, each with its range, default and source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from reminders.rules.terms import InputError
from reminders.rules.translation import gettext


class Kind(StrEnum):
    """What a parameter counts, and so how it is written in a sentence."""

    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"
    NUMBER = "number"
    SWITCH = "switch"  # 0 is off, 1 is on


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number clinics disagree on; ``choices`` are the only ones allowed, where there are any."""

    key: str
    label: str
    kind: Kind
    default: int
    lowest: int
    highest: int
    choices: tuple[int, ...]
    source: str

    @property
    def ends(self) -> tuple[int, ...]:
        """Return the values at which wording is tried: every choice, or both ends and the
        default."""
        return tuple(sorted(set(self.choices or (self.lowest, self.default, self.highest))))

    def allows(self, value: int) -> bool:
        """Say whether a clinic may set this value."""
        return self.lowest <= value <= self.highest and value in (self.choices or (value,))

    def read(self, text: str) -> int:
        """Read what somebody typed; raises ``InputError`` that names the range."""
        typed = text.strip()
        if typed.isascii() and typed.isdigit() and len(typed) < 9 and self.allows(int(typed)):
            return int(typed)
        problem = gettext(
            "%(label)s: “%(typed)s” cannot be used.", label=gettext(self.label), typed=typed
        )
        raise InputError(problem, self._wanted())

    def _wanted(self) -> str:
        if self.choices:
            return gettext("Write one of %(numbers)s.", numbers=", ".join(map(str, self.choices)))
        return gettext(
            "Write a whole number from %(lowest)s to %(highest)s.",
            lowest=str(self.lowest),
            highest=str(self.highest),
        )


@dataclass(frozen=True, slots=True)
class ParameterValues:
    """Every parameter at its value, and the keys of what a clinic set and could not be used."""

    values: Mapping[str, int]
    ignored: tuple[str, ...]


def settle(parameters: Iterable[Parameter], own: Mapping[str, int]) -> ParameterValues:
    """Lay a clinic's own values over the defaults; what is unknown or out of range is ignored
    and named, so that no message ever carries a number nobody vouches for.
    """
    known = {parameter.key: parameter for parameter in parameters}
    used = {key: value for key, value in own.items() if key in known and known[key].allows(value)}
    defaults = {key: parameter.default for key, parameter in known.items()}
    return ParameterValues(defaults | used, tuple(sorted(own.keys() - used.keys())))


def read_parameter(key: str, row: Mapping[str, Any]) -> Parameter:
    """Build a parameter from its parsed TOML; raises ``ValueError`` or ``KeyError``."""
    choices = tuple(row.get("choices", ()))
    lowest, highest = (min(choices), max(choices)) if choices else row["range"]
    found = Parameter(
        key,
        row["label"],
        Kind(row["kind"]),
        row["default"],
        lowest,
        highest,
        choices,
        row["source"],
    )
    if not found.allows(found.default):
        raise ValueError(f"parameter {key}: {found.default} lies outside {lowest} to {highest}")
    return found
