"""What the linter looks at: one wording as written, and as rendered for a client it costs most for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache
from typing import Any

from jinja2 import Environment, StrictUndefined

from reminders.rules.protocols import Milestone, Protocol
from reminders.rules.wording import Wording
from reminders.wording.dates import locale_of, say_date_briefly, say_time
from reminders.wording.languages import Language

_PLAIN = Environment(undefined=StrictUndefined, autoescape=False)  # noqa: S701 (texts)
template_of = lru_cache(maxsize=4096)(_PLAIN.from_string)

CLINIC_NAME = "Sixteen Letters!"
"""A clinic's name in texts at its longest."""

DEAREST_NAME = "Bartholomew"
"""A first name of eleven letters: of the two hundred commonest of each language at least 98 in a
hundred are no longer."""

PAGE_URL = f"https://{'care.rosewood-skin.example'[:24]}/a/{'x' * 14}"
"""The address of a client's page on a domain of 24 letters."""

STOP_URL = f"{PAGE_URL.partition('/a/')[0]}/s/{'x' * 11}"
"""The address that stops texts there, for one of the first quarter of a million clients."""

Found = Iterator[tuple[str, str]]
"""Rules that a wording breaks, each with what to do about it."""


@dataclass(frozen=True, slots=True)
class Case:
    """One wording with one set of numbers: as written, with the numbers in it, and as rendered."""

    protocol: Protocol
    language: Language
    milestone: str
    source: Wording
    filled: Wording
    read: Wording

    @property
    def point(self) -> Milestone:
        """Where in the course it comes."""
        return self.protocol.milestone(self.milestone)


def sample(language: Language) -> dict[str, Any]:
    """Return what a message is filled with: the dearest ordinary names, number and address."""
    locale = locale_of(language.tag, "")
    day = say_date_briefly(date(2026, 9, 23), locale)
    return {
        "first_name": DEAREST_NAME,
        "when": language.say["at"].format(date=day, time=say_time(time(16, 45), locale)),
        "date": day,
        "emergency": "112",
        "page_url": PAGE_URL,
        "stop_url": STOP_URL,
        "per_week": 3,
        "clinic": {
            "name": CLINIC_NAME,
            "phone": language.lint["phone"],
            "dial": "+14155550132",
            "address": "18 Rose Street",
        },
    }
