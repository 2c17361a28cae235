"""When a wall time really is, and when sending hours are open."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from reminders.rules import sending_hours

LONDON = ZoneInfo("Europe/London")
USUAL = sending_hours.parse("Mon-Sat 09:00-20:00, Sun 12:00-20:00")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "day,at,zone,expected",
    [
        ("2026-03-02", "10:00", "Europe/London", "2026-03-02 10:00"),
        ("2026-06-02", "10:00", "Europe/London", "2026-06-02 09:00"),
        # The clocks go from 01:00 to 02:00: the first moment after the gap.
        ("2026-03-29", "01:30", "Europe/London", "2026-03-29 01:00"),
        # 01:30 comes twice: the first occurrence, still in summer time.
        ("2026-10-25", "01:30", "Europe/London", "2026-10-25 00:30"),
        # Midnight does not exist.
        ("2026-03-29", "00:00", "Asia/Beirut", "2026-03-28 22:00"),
        ("2026-04-24", "00:30", "Africa/Cairo", "2026-04-23 22:00"),
        # Half an hour, and two hours.
        ("2026-10-04", "02:15", "Australia/Lord_Howe", "2026-10-03 15:30"),
        ("2026-03-29", "02:00", "Antarctica/Troll", "2026-03-29 01:00"),
        # A whole day left out: 30 December 2011 in Apia.
        ("2011-12-30", "10:00", "Pacific/Apia", "2011-12-30 10:00"),
    ],
)
def test_a_wall_time_is_one_instant(day: str, at: str, zone: str, expected: str) -> None:
    found = sending_hours.resolve(date.fromisoformat(day), time.fromisoformat(at), ZoneInfo(zone))
    assert found == utc(expected)


@pytest.mark.parametrize(
    "instant,expected",
    [
        ("2026-03-02 08:59", "2026-03-02 09:00"),  # Monday before opening
        ("2026-03-02 09:00", "2026-03-02 09:00"),  # at opening
        ("2026-03-02 19:59", "2026-03-02 19:59"),
        ("2026-03-02 20:00", "2026-03-03 09:00"),  # closing is closed
        ("2026-02-28 20:30", "2026-03-01 12:00"),  # Saturday night: Sunday noon
        ("2026-03-01 09:00", "2026-03-01 12:00"),  # Sunday morning
        ("2026-03-28 20:30", "2026-03-29 11:00"),  # Sunday the clocks change: noon is 11 UTC
    ],
)
def test_messages_leave_at_the_next_opening(instant: str, expected: str) -> None:
    assert sending_hours.next_open(utc(instant), USUAL, LONDON) == utc(expected)


def test_a_closed_day_is_passed_over() -> None:
    weekdays = sending_hours.parse("Mon-Fri 09:00-18:00")
    assert sending_hours.next_open(utc("2026-03-06 18:30"), weekdays, LONDON) == utc(
        "2026-03-09 09:00"
    )


def test_closing_is_when_the_present_opening_ends() -> None:
    span = sending_hours.next_opening(utc("2026-03-02 10:00"), USUAL, LONDON)
    assert span == (utc("2026-03-02 10:00"), utc("2026-03-02 20:00"))


@pytest.mark.parametrize(
    "typed,shown",
    [
        ("Mon-Sat 09:00-20:00, Sun 12:00-20:00", "Mon-Sat 09:00-20:00, Sun 12:00-20:00"),
        ("mon 9:00 - 17:30", "Mon 09:00-17:30"),
        ("Monday-Friday 09:00-18:00, Saturday 10:00-14:00", "Mon-Fri 09:00-18:00, Sat 10:00-14:00"),
    ],
)
def test_sending_hours_are_read_and_shown_the_same(typed: str, shown: str) -> None:
    assert str(sending_hours.parse(typed)) == shown
    assert sending_hours.parse(shown) == sending_hours.parse(typed)


@pytest.mark.parametrize(
    "typed",
    ["", "always", "Mon 07:00-20:00", "Mon 09:00-22:00", "Mon 20:00-09:00", "Fri-Mon 09:00-17:00",
     "Mon 09:00-25:00", "Xyz 09:00-17:00"],
)  # fmt: skip
def test_sending_hours_at_night_or_without_sense_are_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"[.“]"):
        sending_hours.parse(typed)
