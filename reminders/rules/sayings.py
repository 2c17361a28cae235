"""Sentences for staff that are stored: they remember of what they were made, so that whoever reads
them later does so in their own language.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from reminders.rules.translation import DayOfYear, gettext, written


class Saying(str):
    """A sentence in the language that is current, with what it was made of; the ``pattern`` is marked
    for translation. Values may be sayings themselves, days, or lists, which commas separate; only
    those that the pattern names are kept.
    """

    __slots__ = ("pattern", "values")

    pattern: str
    values: dict[str, Any]

    def __new__(cls, pattern: str, /, **values: Any) -> Self:
        """Say it."""
        shown = {name: _listed(value) for name, value in values.items()}
        said = super().__new__(cls, gettext(pattern, **shown))
        said.pattern = pattern
        said.values = {n: value for n, value in values.items() if f"%({n})s" in pattern}
        return said


def _listed(value: Any) -> Any:
    return ", ".join(str(written(one)) for one in value) if isinstance(value, list) else value


def keep(said: Any) -> Any:
    """Return what of a sentence, or of a value in it, is stored as JSON; words of others stay."""
    if isinstance(said, Saying):
        return {"say": said.pattern, "with": {n: keep(value) for n, value in said.values.items()}}
    if isinstance(said, list):
        return [keep(one) for one in said]
    return {"day": said.isoformat()} if isinstance(said, date) else said


def say(kept: Any) -> Any:
    """Say what was stored in the language that is current."""
    if isinstance(kept, list):
        return [say(one) for one in kept]
    if not isinstance(kept, dict):
        return kept
    if "day" in kept:
        return DayOfYear.fromisoformat(kept["day"])
    return Saying(kept["say"], **{name: say(value) for name, value in kept["with"].items()})
