"""Calendar feeds: when each is read next, what became of its events, and what of that is told."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from reminders.rules.translation import ngettext

EVERY = timedelta(minutes=15)
LONGEST_WAIT = timedelta(hours=4)

MISSED = 2
"""So many whole reads in a row that miss a future event say that it is gone."""


class FeedOutcome(StrEnum):
    """What became of an event."""

    TREATMENT = "treatment"  # it is planned for
    ASKED = "asked"  # a person is asked
    NOT_YET = "not-yet"  # not certain yet
    CANCELLED = "cancelled"
    VANISHED = "vanished"  # no longer in the calendar, and cancelled for that
    OTHER = "other"  # no treatment with reminders
    UNCLEAR = "unclear"  # a treatment of which it cannot be told whose it is
    ERASED = "erased"  # of somebody who was erased; never looked at again


LIVE = frozenset({FeedOutcome.TREATMENT, FeedOutcome.ASKED, FeedOutcome.NOT_YET})
"""Of these it matters that they vanish."""

SETTLED = frozenset(FeedOutcome) - {
    FeedOutcome.ASKED,
    FeedOutcome.VANISHED,
    FeedOutcome.UNCLEAR,
    FeedOutcome.OTHER,
}
"""These are looked at again only once their event changes."""


@dataclass(slots=True)
class FeedCounts:
    """How many of a calendar's events became what, how many questions they raise, and how many
    could not be read.
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    questions: int = 0
    unreadable: int = 0

    @classmethod
    def of(cls, kept: dict[str, Any]) -> FeedCounts:
        """Return what was kept of some."""
        return cls(Counter(kept["outcomes"]), kept["questions"], kept["unreadable"])

    def to_keep(self) -> dict[str, Any]:
        """Return what is kept of them."""
        outcomes = {str(outcome): count for outcome, count in self.outcomes.items()}
        more = {"questions": self.questions, "unreadable": self.unreadable}
        return {"outcomes": outcomes, **more}

    @property
    def treatments(self) -> int:
        """Return how many go in."""
        return self.outcomes[FeedOutcome.TREATMENT]

    @property
    def unclear(self) -> int:
        """Return of how many treatments it is not told whose they are."""
        return self.outcomes[FeedOutcome.UNCLEAR]

    @property
    def others(self) -> int:
        """Return how many are no treatment that takes place."""
        return sum(
            self.outcomes[one]
            for one in FeedOutcome
            if one not in {FeedOutcome.TREATMENT, FeedOutcome.ASKED, FeedOutcome.UNCLEAR}
        )

    @property
    def total(self) -> int:
        """Return how many events there are in the days looked at."""
        return self.outcomes.total() + self.unreadable


def is_older(
    sequence: int, modified_at: datetime | None, than: int, than_modified: datetime | None
) -> bool:
    """Say whether a version of an event is older than the one known (RFC 5545, 3.8.7.4): by its
    SEQUENCE, of equal ones by LAST-MODIFIED (UTC).
    """
    if sequence != than:
        return sequence < than
    return bool(modified_at and than_modified and modified_at < than_modified)


def next_read(now: datetime, failures: int, spread: float) -> datetime:
    """Return when a calendar is read next (UTC): after a quarter of an hour, after failures ever
    later. ``spread`` (0 to 1) keeps calendars that began together apart.
    """
    wait: timedelta = min(EVERY * 2 ** min(failures, 10), LONGEST_WAIT)
    return now + wait * (0.9 + 0.2 * spread)


def told(counts: FeedCounts) -> str:
    """Say in a sentence what a calendar holds."""
    unclear, unreadable = counts.unclear, counts.unreadable
    said = [
        ngettext("1 treatment", "%(n)s treatments", counts.treatments),
        ngettext("1 question", "%(n)s questions", counts.questions),
        ngettext("1 other event", "%(n)s other events", counts.others),
        *([ngettext("1 without a client", "%(n)s without a client", unclear)] if unclear else []),
        *([ngettext("1 unreadable", "%(n)s unreadable", unreadable)] if unreadable else []),
    ]
    parts = ", ".join(said)
    return ngettext("1 event: %(parts)s.", "%(n)s events: %(parts)s.", counts.total, parts=parts)
