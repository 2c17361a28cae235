"""A milestone's wording, packaged or a clinic's own, and when it may not be sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

LONGEST_LIFE = timedelta(days=730)
"""All wording is reviewed at least this often."""

REVIEW_AHEAD = timedelta(days=30)
"""How long before its last day somebody is asked to read it again."""


@dataclass(frozen=True, slots=True)
class Wording:
    """A milestone's words in one language, as written: front matter and Markdown body."""

    subject: str
    preheader: str
    sms: str
    body: str


@dataclass(frozen=True, slots=True)
class Approved:
    """A clinic's own words for a milestone, and the last day on which they may go unread."""

    wording: Wording
    review_by: date | None = None
    wording_id: int = 0


Key = tuple[str, str, str]
"""Protocol, milestone and language."""


@dataclass(frozen=True, slots=True, eq=False)
class Customisation:
    """What a clinic made its own: ``numbers`` by protocol and parameter, approved ``wordings``,
    and the last day for which it accepted the packaged ones; None where it did not.
    """

    numbers: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    wordings: Mapping[Key, Approved] = field(default_factory=dict)
    packaged_until: date | None = date.max

    def needs_review(self, protocol: str, milestone: str, language: str, day: date) -> bool:
        """Say whether a clinic's clients may not be sent this wording on a day: nobody there
        approved or accepted it, or its review date has passed.
        """
        base = language.partition("-")[0]
        theirs = [
            approved
            for (of, at, tongue), approved in self.wordings.items()
            if (of, at) == (protocol, milestone) and tongue.partition("-")[0] in {base, "en"}
        ]
        if any(approved.review_by and approved.review_by < day for approved in theirs):
            return True
        packaged = self.packaged_until is not None and day <= self.packaged_until
        return not (theirs or packaged)


NOTHING_OWN = Customisation()


def accepted_until(accepted_at: datetime | None) -> date | None:
    """Return the last day for which packaged wording was accepted at this moment (UTC)."""
    return accepted_at and (accepted_at + LONGEST_LIFE).date()


def needs_review(accepted_at: datetime | None, day: date) -> bool:
    """Say whether somebody should read the packaged wording, and accept it for another while."""
    until = accepted_until(accepted_at)
    return until is None or until < day + REVIEW_AHEAD
