"""In every zone there is, on every day of four years: one local date, inside sending hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reminders.rules import sending_hours
from reminders.rules.caps import USUAL_A_WEEK, TextCap
from reminders.rules.planning import plan, timing
from reminders.rules.sending_hours import ChannelHours
from reminders.rules.terms import Channel
from reminders.wording.library import packaged

ZONES = sorted(available_timezones())
FIRST = date(2026, 1, 1)
DAYS = [FIRST + timedelta(days=n) for n in range(4 * 365 + 1)]
USUAL = sending_hours.parse("Mon-Sat 09:00-20:00, Sun 12:00-20:00")
SEVEN_DAYS = sending_hours.parse("Mon-Sun 09:00-20:00")
COURSE = packaged().protocols["skin-needling"]


@pytest.mark.slow
@pytest.mark.parametrize("part", range(8))
def test_ten_o_clock_comes_once_a_day_everywhere(part: int) -> None:
    """Each day's ten o'clock is that day's, within hours, and later than the day before's."""
    for name in ZONES[part::8]:
        zone, before = ZoneInfo(name), datetime.min.replace(tzinfo=UTC)
        for day in DAYS:
            moment = sending_hours.next_open(
                sending_hours.resolve(day, time(10), zone), SEVEN_DAYS, zone
            )
            wall = moment.astimezone(zone)
            assert wall.date() == day, (name, day)
            assert time(9) <= wall.time() < time(20), (name, day)
            assert moment > before, (name, day)
            before = moment
        sending_hours.resolve.cache_clear()


@settings(max_examples=400, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    client_zone=st.sampled_from(ZONES),
    day=st.sampled_from(DAYS),
    starts=st.none() | st.times().map(lambda at: at.replace(microsecond=0)),
    minutes=st.integers(0, 300),
)
def test_every_milestone_has_one_local_date_and_keeps_the_rules(
    zone: str,
    client_zone: str,
    day: date,
    starts: time | None,
    minutes: int,
) -> None:
    here, there = ZoneInfo(zone), ZoneInfo(client_zone)
    when = timing(day, starts, None, timedelta(minutes=minutes), here)
    hours = ChannelHours(USUAL, USUAL)
    cap = TextCap(1, USUAL_A_WEEK)
    found = plan(when, COURSE, zone=there, hours=hours, cap=cap, contacts=BOTH, reach=BOTH)
    for row in found:
        wall = row.scheduled_at.astimezone(there)
        milestone = COURSE.milestone(row.milestone)
        span = sending_hours.opening_on(wall.date(), USUAL, there)
        assert row.due_on == wall.date()
        assert span is not None
        assert span[0] <= row.scheduled_at < span[1]
        if milestone.comes_before:
            assert row.stale_at <= when.begins_at
        else:
            assert row.scheduled_at >= when.ends_at + milestone.not_before
    counted = [(row.milestone, row.channel) for row in found]
    assert len(set(counted)) == len(counted) == sum(len(m.channels) for m in COURSE.milestones)


BOTH = frozenset(Channel)


@settings(max_examples=300, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    instant=st.datetimes(datetime(2026, 1, 1), datetime(2029, 12, 31)),  # noqa: DTZ001
)
def test_the_next_opening_is_open_and_none_was_missed(zone: str, instant: datetime) -> None:
    here, now = ZoneInfo(zone), instant.replace(tzinfo=UTC)
    opens, closes = sending_hours.next_opening(now, USUAL, here)
    assert now <= opens < closes
    probe = now
    while probe < opens:
        assert sending_hours.next_opening(probe, USUAL, here) == (opens, closes)
        probe += timedelta(minutes=20)
