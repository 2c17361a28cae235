"""A month's figures: what counts fewer than five is never shown."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.rules import skin_figures
from reminders.rules.skin_answers import Said
from reminders.rules.skin_figures import LEAST, ProtocolFigures, Share


@pytest.mark.parametrize(
    "count,of,parts",
    [
        (12, 40, (12, 40)),
        (5, 5, (5, 5)),
        (4, 40, (None, 40)),
        (0, 40, (None, 40)),
        (3, 4, (None, None)),
        (0, 0, (None, None)),
    ],
)
def test_small_counts_are_hidden(count: int, of: int, parts: tuple[int | None, int | None]) -> None:
    assert Share(count, of).parts == parts


@given(count=st.integers(0, 99), of=st.integers(0, 99))
def test_nothing_below_five_is_ever_shown(count: int, of: int) -> None:
    assert all(part is None or part >= LEAST for part in Share(count, of).parts)


def test_a_milestone_counts_only_the_treatments_it_was_sent_for() -> None:
    sent = {(n, "day-3") for n in range(6)} | {(0, "day-1"), (0, "week-2")}
    opened = {(0, "day-3"), (1, "day-3"), (9, "day-3")}
    said = {(0, "day-3"): Said.UNSURE, (1, "day-3"): Said.UNSURE, (9, "day-3"): Said.WORRIED}
    found = {one.moment: one for one in skin_figures.milestones(sent, opened, said)}
    assert list(found) == ["day-1", "day-3", "week-1", "month-1"]
    assert (found["day-3"].sent, found["day-3"].opened) == (6, 2)
    assert found["day-3"].said == {Said.UNSURE: 2}
    assert found["day-1"].sent == 1


def test_the_time_until_a_call_needs_five_calls() -> None:
    waits = [timedelta(minutes=n) for n in (5, 10, 20, 90)]
    assert ProtocolFigures("x", called_in=waits).median_minutes is None
    assert ProtocolFigures("x", called_in=[*waits, waits[0]]).median_minutes == 10


def test_who_writes_belongs_to_the_last_treatment_then() -> None:
    treated = [(date(2026, 3, 5), "pen"), (date(2026, 4, 9), "rf")]
    assert skin_figures.protocol_on(treated, date(2026, 4, 8)) == "pen"
    assert skin_figures.protocol_on(treated, date(2026, 4, 9)) == "rf"
    assert skin_figures.protocol_on(treated, date(2026, 3, 4)) is None
    assert skin_figures.protocol_on([], date(2026, 3, 4)) is None
