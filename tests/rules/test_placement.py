"""Placing: a clinic moves milestones, and what makes no sense is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

import pytest

from reminders.rules.placement import Placement, check, place_of, placed, spell
from reminders.rules.protocols import Offset
from reminders.rules.terms import Channel, InputError
from reminders.wording.library import packaged

COURSE = packaged().protocols["skin-needling"]
DAY_3 = COURSE.milestone("day-3")
TEXT = (Channel.SMS,)


@pytest.mark.parametrize("text", ["P1D", "-P7D", "P1M", "PT4H", "PT30M", "P0D", "P14D", "P2DT3H"])
def test_a_stretch_is_spelled_as_it_is_read(text: str) -> None:
    assert spell(Offset.read(text)) == text


def test_a_milestone_left_where_it_is_changes_nothing() -> None:
    for milestone in COURSE.milestones:
        moved = placed(COURSE, [place_of(milestone)]).milestone(milestone.key)
        assert replace(moved, fallback=milestone.fallback) == milestone


def test_the_same_places_make_the_same_course_so_that_plans_are_remembered() -> None:
    places = [
        Placement("day-3", "P4D", time(11), "P2D", TEXT),
        Placement("week-1", "P8D", time(9), "P2D", TEXT),
    ]
    assert placed(COURSE, places) is placed(COURSE, reversed(places))
    assert placed(COURSE, []) is COURSE


def test_a_milestone_moves_and_the_others_stay() -> None:
    moved = placed(COURSE, [Placement("day-3", "P4D", time(11), "P1D", TEXT)])
    assert moved.milestone("day-3").after.days == 4
    assert moved.milestone("day-3").channels == TEXT
    assert [m.key for m in moved.milestones] == [m.key for m in COURSE.milestones]
    assert moved.milestone("week-1") == COURSE.milestone("week-1")


def test_a_milestone_without_channels_is_left_out_even_where_it_has_a_fallback() -> None:
    evening = place_of(COURSE.milestone("same-evening"))
    assert (
        placed(COURSE, [replace(evening, channels=())]).milestone("same-evening").fallback is None
    )


def test_what_may_not_come_sooner_keeps_that_wherever_it_is_put() -> None:
    day_1 = replace(place_of(COURSE.milestone("day-1")), after="P0D")
    assert placed(COURSE, [day_1]).milestone("day-1").not_before.total_seconds() == 24 * 3600


@pytest.mark.parametrize(
    "change, says",
    [
        ({"after": "-P1D"}, "sent after the treatment"),
        ({"after": "P400D"}, "six months"),
        ({"after": "soon"}, "not a whole number"),
        ({"at": time(7, 59)}, "Nothing is sent at that hour"),
        ({"at": time(21)}, "Nothing is sent at that hour"),
        ({"good_for": "P40D"}, "1 hour to 31 days"),
        ({"good_for": "-P1D"}, "1 hour to 31 days"),
    ],
)
def test_a_place_that_makes_no_sense_is_refused(change: dict[str, object], says: str) -> None:
    with pytest.raises(InputError, match=says):
        check(DAY_3, replace(place_of(DAY_3), **change))  # type: ignore[arg-type]


def test_preparation_stays_before_the_treatment() -> None:
    before = COURSE.milestone("week-before")
    with pytest.raises(InputError, match="sent before"):
        check(before, replace(place_of(before), after="P1D"))


def test_every_packaged_place_makes_sense() -> None:
    for milestone in COURSE.milestones:
        check(milestone, place_of(milestone))
