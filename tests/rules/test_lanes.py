"""Lanes: rates, daily limits and stops, told the time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.rules.decision import Outcome
from reminders.rules.lanes import PATIENT_WITH, PLENTY, PROBE, LaneFacts, charge, judge, room
from reminders.rules.terms import Channel

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LANE = LaneFacts(1, 1, Channel.SMS, ZoneInfo("America/New_York"))


def test_a_lane_without_limits_has_plenty_of_room() -> None:
    assert room(LANE, NOON) == PLENTY
    assert charge(LANE, 1000, NOON) == LANE == charge(LANE, 0, NOON)


@given(st.integers(1, 6000), st.lists(st.floats(0, 30), min_size=1, max_size=40))
def test_a_rate_is_kept_over_any_span(per_minute: int, waits: list[float]) -> None:
    """In no span leave more than its time allows, but for what one second may make up."""
    lane, now, left = replace(LANE, per_minute=per_minute), NOON, [(NOON, 0)]
    for wait in waits:
        now += timedelta(seconds=wait)
        taken = room(lane, now)
        lane = charge(lane, taken, now)
        left.append((now, taken))
        assert room(lane, now) == 0
    for index, (begun, _) in enumerate(left):
        sent = sum(count for at, count in left[index:] if at >= begun)
        seconds = (now - begun).total_seconds()
        assert sent <= (seconds + 1) * per_minute / 60 + 1


def test_one_a_minute_is_one_a_minute() -> None:
    lane = charge(replace(LANE, per_minute=1), 1, NOON)
    assert room(lane, NOON + timedelta(seconds=58)) == 0
    assert room(lane, NOON + timedelta(seconds=60)) == 1


def test_a_daily_limit_ends_at_the_clinic_s_midnight() -> None:
    lane = replace(LANE, per_day=3)
    assert room(lane, NOON) == 3
    lane = charge(lane, 3, NOON)
    assert room(lane, NOON) == 0
    assert lane.opens_at == datetime(2026, 3, 3, 5, tzinfo=UTC)
    assert room(lane, datetime(2026, 3, 3, 5, tzinfo=UTC)) == 3


def test_a_limit_that_is_lowered_below_what_left_closes_the_lane_for_the_day() -> None:
    lane = replace(LANE, per_day=2, counted_on=NOON.date(), counted=5)
    assert room(lane, NOON) == 0
    assert charge(lane, 0, NOON).opens_at == datetime(2026, 3, 3, 5, tzinfo=UTC)


def test_a_fault_in_our_account_stops_a_lane_at_once_and_for_a_minute() -> None:
    lane = judge(LANE, Outcome.CONFIGURATION, "20003", NOON, NOON)
    assert (lane.stopped_until, lane.stopped_for, lane.stopped_since) == (
        NOON + PROBE,
        "20003",
        NOON,
    )
    assert room(lane, NOON + PROBE - timedelta(seconds=1)) == 0
    assert room(lane, NOON + PROBE) == 1


def test_a_stopped_lane_lets_one_through_and_waits_for_what_comes_of_it() -> None:
    lane = judge(LANE, Outcome.CONFIGURATION, "20003", NOON, NOON)
    later = NOON + PROBE
    trying = charge(lane, 1, later)
    assert room(trying, later) == 0
    again = judge(trying, Outcome.CONFIGURATION, "20003", later, later)
    assert (again.stopped_until, again.stopped_since) == (later + PROBE, NOON)
    opened = judge(trying, Outcome.ACCEPTED, "", later, later)
    assert room(opened, later) == PLENTY
    assert opened.stopped_since is None


def test_an_answer_older_than_the_stop_does_not_open_a_lane() -> None:
    lane = judge(LANE, Outcome.CONFIGURATION, "20003", NOON, NOON)
    before = NOON - timedelta(seconds=1)
    assert judge(lane, Outcome.ACCEPTED, "", before, NOON) == lane


@pytest.mark.parametrize("outcome", [Outcome.BUSY, Outcome.AMBIGUOUS])
def test_many_faults_in_a_row_stop_a_lane_and_one_answer_ends_the_row(outcome: Outcome) -> None:
    lane = LANE
    for _ in range(PATIENT_WITH - 1):
        lane = judge(lane, outcome, "503", NOON, NOON)
    assert room(lane, NOON) == PLENTY
    assert room(judge(lane, outcome, "503", NOON, NOON), NOON) == 0
    answered = judge(lane, Outcome.INVALID, "21211", NOON, NOON)
    assert answered.faults == 0


def test_a_provider_that_asks_us_to_wait_is_left_alone_for_that_long() -> None:
    lane = judge(LANE, Outcome.BUSY, "429", NOON, NOON, timedelta(seconds=7))
    assert lane.stopped_until == NOON + timedelta(seconds=7)


@pytest.mark.parametrize(
    "outcome",
    sorted(set(Outcome) - {Outcome.CONFIGURATION, Outcome.BUSY, Outcome.AMBIGUOUS}),  # also kept
)
def test_what_is_wrong_with_one_message_never_stops_a_lane(outcome: Outcome) -> None:
    lane = LANE
    for _ in range(20):
        lane = judge(lane, outcome, "x", NOON, NOON)
    assert lane == LANE
