"""How far needled skin has come, and what may go on it by then."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from reminders.rules.healing import (
    Advice,
    May,
    Phase,
    Stage,
    advice,
    healing_progress,
    phase_at,
    stage_at,
)
from reminders.wording.library import packaged

NUMBERS = packaged().protocols["skin-needling"].defaults()
DAY = date(2026, 3, 5)
ENDS_AT = datetime(2026, 3, 5, 15, 30, tzinfo=UTC)


def told(hours: float, **numbers: int) -> dict[str, Advice]:
    now = ENDS_AT + timedelta(hours=hours)
    return {one.topic: one for one in advice(DAY, ENDS_AT, now, NUMBERS | numbers)}


@pytest.mark.parametrize(
    "hours,stage,phase",
    [
        (-1, Stage.BEFORE, Phase.INFLAMMATION),
        (0, Stage.FIRST_DAY, Phase.INFLAMMATION),
        (23.9, Stage.FIRST_DAY, Phase.INFLAMMATION),
        (24, Stage.FIRST_DAYS, Phase.INFLAMMATION),
        (72, Stage.FIRST_WEEK, Phase.PROLIFERATION),
        (7 * 24, Stage.FIRST_MONTH, Phase.PROLIFERATION),
        (21 * 24, Stage.FIRST_MONTH, Phase.REMODELLING),
        (28 * 24, Stage.LATER, Phase.REMODELLING),
        (400 * 24, Stage.LATER, Phase.REMODELLING),
    ],
)
def test_skin_goes_through_stages_and_phases(hours: float, stage: Stage, phase: Phase) -> None:
    since = timedelta(hours=hours)
    assert (stage_at(since), phase_at(since)) == (stage, phase)


def test_the_mark_on_the_line_only_ever_moves_on() -> None:
    places = [healing_progress(timedelta(hours=6 * step)) for step in range(-4, 4 * 200)]
    assert places == sorted(places)
    assert places[0] == 0
    assert places[-1] == 1
    assert healing_progress(timedelta(days=3)) == pytest.approx(1 / 3)
    assert healing_progress(timedelta(days=21)) == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    "topic,parameter",
    [
        ("sunscreen", "sunscreen_start_h"),
        ("washing", "first_wash_h"),
        ("make-up", "makeup_h"),
        ("exercise", "heat_sweat_h"),
        ("swimming", "swim_h"),
    ],
)
@pytest.mark.parametrize("hours", [8, 30])
def test_hours_that_clinics_disagree_on_are_the_clinic_s(
    topic: str, parameter: str, hours: int
) -> None:
    before, after = told(hours - 0.1, **{parameter: hours}), told(hours, **{parameter: hours})
    assert before[topic] == Advice(topic, May.WAIT, "wait", ENDS_AT + timedelta(hours=hours))
    assert after[topic] == Advice(topic, May.YES, "go")


@pytest.mark.parametrize("days", [2, 5, 14])
def test_days_that_clinics_disagree_on_are_the_clinic_s(days: int) -> None:
    numbers = {"actives_post_days": days, "direct_sun_days": days}
    for topic in ("actives", "sun"):
        found = told(24 * days - 0.1, **numbers)[topic]
        assert found == Advice(topic, May.WAIT, "wait", DAY + timedelta(days=days))
        assert told(24 * days, **numbers).get(topic, Advice(topic, May.YES, "go")).may is May.YES


def test_picking_is_never_all_right_and_sunscreen_always_worth_saying() -> None:
    for hours in (0, 12, 30, 100, 24 * 10, 24 * 40, 24 * 300):
        found = told(hours)
        assert found["picking"].may is May.NO
        assert {"sunscreen", "moisture", "actives"} <= found.keys()


def test_only_the_clinic_s_own_gel_in_the_first_day_then_a_plain_cream() -> None:
    hows = [told(hours)["moisture"].how for hours in (1, 25, 24 * 8)]
    assert hows == ["first-day", "first-week", "later"]
