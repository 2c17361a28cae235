"""Counting days and months, and reading protocols."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from reminders.rendering.library import Library, templates_folder
from reminders.rules.protocols import Offset, read_protocol


@pytest.mark.parametrize(
    "text,day,expected",
    [
        ("P1D", "2026-02-28", "2026-03-01"),
        ("P1W", "2026-12-28", "2027-01-04"),
        ("P1M", "2026-01-31", "2026-02-28"),
        ("P1M", "2028-01-31", "2028-02-29"),
        ("P1M", "2026-03-31", "2026-04-30"),
        ("P1M", "2026-12-15", "2027-01-15"),
        ("P3M", "2026-11-30", "2027-02-28"),
        ("-P7D", "2026-03-05", "2026-02-26"),
        ("-P1D", "2028-03-01", "2028-02-29"),
        ("P0D", "2026-03-05", "2026-03-05"),
    ],
)
def test_days_and_months_are_counted_on_the_calendar(text: str, day: str, expected: str) -> None:
    assert Offset.read(text).from_day(date.fromisoformat(day)) == date.fromisoformat(expected)


def test_a_stretch_of_clock_is_a_stretch_of_clock() -> None:
    assert Offset.read("PT4H30M").clock == timedelta(hours=4, minutes=30)


@pytest.mark.parametrize("text", ["", "P", "PT", "1D", "P1Y", "P1.5D", "P1D ", "PT1H1D", "-P"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="duration"):
        Offset.read(text)


def _table(**milestone: Any) -> dict[str, Any]:
    row = {"key": "day-1", "name": "Day 1", "after": "P1D", "good_for": "P1D", "channels": ["sms"]}
    return {
        "name": "Any",
        "known_as": [],
        "usual_length": "PT1H",
        "milestones": [row | milestone],
        "parameters": {"spf_min": {"default": 30, "range": [30, 50], "source": "any"}},
    }


def test_a_count_of_days_needs_an_hour_and_a_stretch_of_clock_has_none() -> None:
    with pytest.raises(ValueError, match="day-1"):
        read_protocol("any", _table())


def test_a_parameter_outside_its_own_range_is_refused() -> None:
    table = _table(after="PT4H")
    table["parameters"]["spf_min"]["default"] = 15
    with pytest.raises(ValueError, match="spf_min"):
        read_protocol("any", table)


def test_a_milestone_named_twice_is_refused() -> None:
    table = _table(after="PT4H")
    table["milestones"] *= 2
    with pytest.raises(ValueError, match="twice"):
        read_protocol("any", table)


def test_the_packaged_course_has_its_eight_milestones_in_order() -> None:
    course = Library(templates_folder()).protocols["skin-needling"]
    assert [milestone.key for milestone in course.milestones] == [
        "week-before", "day-before", "same-evening", "day-1", "day-3", "week-1", "week-2", "month-1",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "name,known",
    [
        ("", True),
        ("Microneedling", True),
        ("MICRO-NEEDLING", True),
        ("SkinPen", True),
        ("skin needling", True),
        ("skin-needling", True),
        ("Botox", False),
        ("Facial", False),
    ],
)
def test_everyday_names_of_the_treatment_are_known(name: str, known: bool) -> None:
    assert (Library(templates_folder()).protocol_for(name) is not None) is known
