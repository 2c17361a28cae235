"""The clock: a jump costs it our trust, and what gives it back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from reminders.rules.clock_guard import ClockWatch

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def running(jump: timedelta) -> ClockWatch:
    """Return a watch on a clock that has just jumped."""
    watch = ClockWatch()
    watch.look(NOON, timedelta())
    watch.look(NOON + timedelta(seconds=15), timedelta(seconds=15))
    watch.look(NOON + timedelta(seconds=30) + jump, timedelta(seconds=30))
    return watch


@pytest.mark.parametrize("seconds", [0, 1, -1, 59, -59])
def test_small_corrections_are_nothing(seconds: int) -> None:
    assert running(timedelta(seconds=seconds)).trusted


@pytest.mark.parametrize(
    "jump",
    [timedelta(minutes=2), timedelta(hours=-1), timedelta(days=1), timedelta(days=3650)],
)
def test_a_jump_beyond_a_minute_is_not_believed(jump: timedelta) -> None:
    assert not running(jump).trusted


def test_another_clock_that_agrees_gives_trust_back_and_one_that_does_not_does_not() -> None:
    watch = running(timedelta(days=1))
    watch.compare(NOON + timedelta(seconds=30))
    assert not watch.trusted
    watch.compare(NOON + timedelta(days=1, seconds=50))
    assert watch.trusted


def test_where_there_is_no_other_clock_a_steady_minute_gives_trust_back() -> None:
    watch, jumped = running(timedelta(days=1)), NOON + timedelta(days=1, seconds=30)
    watch.compare(None)
    assert not watch.trusted
    watch.look(jumped + timedelta(seconds=59), timedelta(seconds=89))
    watch.compare(None)
    assert not watch.trusted
    watch.look(jumped + timedelta(seconds=60), timedelta(seconds=90))
    watch.compare(None)
    assert watch.trusted


def test_a_clock_that_keeps_jumping_is_never_believed() -> None:
    watch = running(timedelta(days=1))
    watch.look(NOON + timedelta(days=2), timedelta(seconds=90))
    watch.compare(None)
    assert not watch.trusted
