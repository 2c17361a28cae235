"""While posts pour in, taking them in has a share of the time and no more."""

from __future__ import annotations

import time

import pytest

from reminders.intake.pace import LONGEST, MANY, PAUSE, REST, Pace


class Hand:
    """A watch that is set by hand."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Hand:
    hand = Hand()
    monkeypatch.setattr(time, "monotonic", hand)
    return hand


def work(pace: Pace, watch: Hand, seconds: float) -> None:
    with pace.working():
        watch.at += seconds


def stream(pace: Pace) -> None:
    for _ in range(MANY):
        pace.hear()


def test_one_is_taken_in_at_once_and_the_next_after_it(watch: Hand) -> None:
    pace = Pace()
    assert pace.begins()
    assert not pace.begins(), "one at a time"
    work(pace, watch, 0.1)
    pace.ends()
    assert pace.begins(), "without a stream nobody waits for a rest"
    assert pace.rest == pytest.approx(0.1 * PAUSE)


def test_in_a_stream_a_rest_follows_that_is_longer_than_the_work(watch: Hand) -> None:
    pace = Pace()
    stream(pace)
    work(pace, watch, 0.1)
    assert pace.rest == pytest.approx(0.1 * REST)
    assert not pace.begins()
    watch.at += pace.rest
    assert pace.begins()


def test_no_rest_is_endless(watch: Hand) -> None:
    pace = Pace()
    stream(pace)
    for _ in range(20):
        work(pace, watch, 0.04)
    work(pace, watch, 10)
    assert pace.rest == pytest.approx(LONGEST)
