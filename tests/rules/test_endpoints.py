"""Endpoints: what an answer means, and how often and how long an event is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from reminders.rules.endpoints import WAITS, Outcome, is_hopeless, next_try, outcome_of

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    "status, outcome",
    [
        (200, Outcome.TAKEN),
        (201, Outcome.TAKEN),
        (204, Outcome.TAKEN),
        (299, Outcome.TAKEN),
        (301, Outcome.REFUSED),
        (302, Outcome.REFUSED),
        (304, Outcome.REFUSED),
        (400, Outcome.REFUSED),
        (401, Outcome.REFUSED),
        (404, Outcome.REFUSED),
        (408, Outcome.AWAY),
        (410, Outcome.GONE),
        (425, Outcome.AWAY),
        (429, Outcome.AWAY),
        (500, Outcome.REFUSED),
        (501, Outcome.REFUSED),
        (502, Outcome.AWAY),
        (503, Outcome.AWAY),
        (504, Outcome.AWAY),
    ],
)
def test_only_a_2xx_takes_an_event(status: int, outcome: Outcome) -> None:
    assert outcome_of(status) is outcome


@pytest.mark.parametrize(
    "attempts, wait",
    [
        (1, timedelta(seconds=10)),
        (2, timedelta(minutes=1)),
        (3, timedelta(minutes=5)),
        (4, timedelta(minutes=15)),
        (5, timedelta(minutes=40)),
        (6, timedelta(hours=1)),
        (7, timedelta(hours=2)),
        (8, timedelta(hours=4)),
        (12, timedelta(hours=4)),
        (13, None),
        (99, None),
    ],
)
def test_what_is_not_taken_is_told_again_ever_later(attempts: int, wait: timedelta | None) -> None:
    assert next_try(NOW, attempts, 0) == (None if wait is None else NOW + wait)


def test_an_event_is_told_for_a_day() -> None:
    assert timedelta(hours=24) <= sum(WAITS, timedelta()) < timedelta(hours=25)
    assert max(WAITS) == timedelta(hours=4)


def test_what_failed_together_comes_apart() -> None:
    first, last = next_try(NOW, 8, 0), next_try(NOW, 8, 1)
    assert first is not None
    assert last is not None
    assert last - first == timedelta(minutes=24)


@pytest.mark.parametrize(
    "since, hopeless",
    [(None, False), (timedelta(0), False), (timedelta(hours=23, minutes=59), False), (timedelta(hours=24), True)],
)  # fmt: skip
def test_an_endpoint_is_hopeless_after_a_day(since: timedelta | None, hopeless: bool) -> None:
    assert is_hopeless(None if since is None else NOW - since, NOW) is hopeless
