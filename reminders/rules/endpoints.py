"""Endpoints: what an answer to an event means, when an event is told again, and for how long."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from http import HTTPStatus

WAITS = (
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(minutes=40),
    timedelta(hours=1),
    timedelta(hours=2),
    *(timedelta(hours=4),) * 5,
)
"""Before each further try; after the last one, a day after the first, an event is given up."""

PATIENCE = timedelta(hours=24)
"""An endpoint that has taken nothing for so long is paused."""

LATER = frozenset(
    {
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.TOO_EARLY,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)
"""Answers that say nothing of the event: whoever should take it is not there just now."""


class Outcome(StrEnum):
    """What came of telling an event."""

    TAKEN = "taken"
    REFUSED = "refused"  # an answer, but no yes
    AWAY = "away"  # no answer, or one that says later
    UNTRUSTED = "untrusted"  # it cannot prove who it is
    PRIVATE = "private"  # the address leads into a private network
    GONE = "gone"  # it wants no events any more


class PauseReason(StrEnum):
    """Why nothing is told to an endpoint."""

    BY_HAND = "by-hand"
    FAILING = "failing"  # it has taken nothing for a day
    GONE = "gone"
    LOST_KEY = "lost-key"  # what it is sealed under was changed


def outcome_of(status: int) -> Outcome:
    """Say what an answer's HTTP status means (Standard Webhooks, “Deliverability and reliability”):
    any 2xx is a yes, a redirect is none, 410 asks for no further event.
    """
    if 200 <= status < 300:
        return Outcome.TAKEN
    if status == HTTPStatus.GONE:
        return Outcome.GONE
    return Outcome.AWAY if status in LATER else Outcome.REFUSED


def next_try(now: datetime, attempts: int, spread: float) -> datetime | None:
    """Return when an event that was not taken is told again (UTC); None where it is given up.
    ``spread`` (0 to 1) keeps what failed together apart.
    """
    if attempts > len(WAITS):
        return None
    return now + WAITS[max(attempts, 1) - 1] * (1 + 0.1 * spread)


def is_hopeless(failing_since: datetime | None, now: datetime) -> bool:
    """Say whether an endpoint has failed for so long that it is paused."""
    return failing_since is not None and now - failing_since >= PATIENCE
