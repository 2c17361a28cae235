"""Counting days and months, and reading protocols."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from reminders.rules.protocols import Offset, Protocol, read_protocol
from reminders.rules.terms import InputError
from reminders.wording.library import packaged


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
        "parameters": {
            "spf_min": {
                "label": "SPF",
                "kind": "number",
                "default": 30,
                "range": [30, 50],
                "source": "any",
            }
        },
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


LIBRARY = packaged()


@pytest.mark.parametrize("protocol", LIBRARY.protocols.values(), ids=LIBRARY.protocols)
def test_a_packaged_course_has_its_ten_milestones_in_order(protocol: Protocol) -> None:
    assert [milestone.key for milestone in protocol.milestones] == [
        "week-before", "day-before", "same-evening", "day-1", "day-3", "week-1", "week-2", "month-1",
        "next-session", "month-3",
    ]  # fmt: skip
    assert [m.key for m in protocol.milestones if not m.channels] == ["month-3"]


@pytest.mark.parametrize("protocol", LIBRARY.protocols.values(), ids=LIBRARY.protocols)
def test_every_milestone_says_why_it_comes_on_what_ground_and_who_approves_it(
    protocol: Protocol,
) -> None:
    for milestone in protocol.milestones:
        assert milestone.purpose.endswith(".")
        assert milestone.approver in {"clinician", "clinic owner"}
        assert milestone.sources
        assert set(milestone.sources) <= LIBRARY.sources.keys()


def test_a_protocol_says_only_what_differs_from_the_one_it_extends() -> None:
    pen, roller = LIBRARY.protocols["skin-needling"], LIBRARY.protocols["skin-needling-roller"]
    assert roller.lineage == ("skin-needling-roller", "skin-needling")
    assert roller.milestones == pen.milestones
    gap = {p.key: p for p in roller.parameters}["session_gap_weeks"]
    assert (gap.lowest, gap.highest, gap.default) == (4, 8, 6)
    assert roller.defaults() == pen.defaults()


@pytest.mark.parametrize("weeks", [3, 6, 8])
def test_the_next_session_is_spaced_by_the_clinic_s_own_gap(weeks: int) -> None:
    pen = LIBRARY.protocols["skin-needling"]
    course = pen.course({"session_gap_weeks": weeks})
    assert course.milestone("next-session").after.days == 7 * weeks
    assert course is pen.course({"session_gap_weeks": weeks, "spf_min": 50})
    assert pen.course({}) is pen


def test_values_nobody_vouches_for_are_left_out_and_named() -> None:
    pen = LIBRARY.protocols["skin-needling"]
    found = pen.settle({"spf_min": 15, "direct_sun_days": 400, "makeup_h": 96, "nonsense": 1})
    assert found.ignored == ("direct_sun_days", "nonsense", "spf_min")
    assert found.values == pen.defaults() | {"makeup_h": 96}


@pytest.mark.parametrize("typed,value", [("48", 48), (" 96 ", 96), ("12", 12)])
def test_a_typed_value_is_read(typed: str, value: int) -> None:
    makeup = {p.key: p for p in LIBRARY.protocols["skin-needling"].parameters}["makeup_h"]
    assert makeup.read(typed) == value


@pytest.mark.parametrize("typed", ["", "11", "97", "1.5", "-48", "two", "٤٨", "9" * 5000])
def test_a_typed_value_out_of_range_is_refused_with_the_range(typed: str) -> None:
    makeup = {p.key: p for p in LIBRARY.protocols["skin-needling"].parameters}["makeup_h"]
    with pytest.raises(InputError, match="12 to 96"):
        makeup.read(typed)


@pytest.mark.parametrize(
    "name,known",
    [
        ("", True),
        ("Microneedling", True),
        ("MICRO-NEEDLING", True),
        ("SkinPen", True),
        ("skin needling", True),
        ("skin-needling", True),
        ("Dermaroller", True),
        ("RF Microneedling", True),
        ("Microneedling with PRP", True),
        ("Botox", False),
        ("Facial", False),
    ],
)
def test_everyday_names_of_the_treatment_are_known(name: str, known: bool) -> None:
    assert (packaged().protocol_for(name) is not None) is known
