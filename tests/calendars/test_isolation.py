"""Calendars made to do harm end in one sentence, in a process that has nothing to take along."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from reminders.calendars import isolation
from reminders.calendars.isolation import calendar_content
from reminders.calendars.terms import LARGEST, LIMITS
from reminders.rules.terms import InputError
from tests.support.calendars import NOW, event, ics


def test_a_calendar_is_read_as_a_whole() -> None:
    old = event("DTSTART:20100101T100000Z", uid="old")
    bad = event("DTSTART:tomorrow", uid="bad")
    found = calendar_content(
        ics(event(), old, bad, more=("X-WR-CALNAME:Room 1",)), "Europe/London", NOW
    )
    assert (found.name, found.total, found.unreadable) == (
        "Room 1", 3, {"its date cannot be read": 1},
    )  # fmt: skip
    (one,) = found.events
    assert (one.title, f"{one.begins:%d %H:%M %Z}") == ("Microneedling", "03 14:00 UTC")


def nested(depth: int) -> bytes:
    return ics("BEGIN:VEVENT\r\n" * depth + "END:VEVENT\r\n" * depth)


HOSTILE = {
    "five megabytes and one": (ics("X-NOTE:" + "x" * LARGEST), "too large"),
    "forty series of every day": (
        ics(*(event("RRULE:FREQ=DAILY", uid=f"{n}") for n in range(40))), "too large"),
    "a day that never comes, all over again": (
        ics(*(event("RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", uid=f"{n}") for n in range(50))),
        "too large|too long"),
    "no calendar": (b"\x00\x01\x02" * 1000, "not to a calendar"),
    "cut off": (ics(event())[:-9], "was incomplete"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_whatever_a_calendar_does_there_it_ends_in_one_sentence(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, problem = HOSTILE[name]
    if "long" in problem:
        soon = replace(isolation.READER, limits=replace(LIMITS, patience=2))
        monkeypatch.setattr(isolation, "READER", soon)
    with pytest.raises(InputError, match=problem) as refused:
        calendar_content(file, "Europe/London", NOW)
    assert refused.value.mend


HARMLESS = {
    "deep nesting": nested(20_000),
    "every second for ever": ics(event("RRULE:FREQ=SECONDLY"), event(uid="e2")),
    "years beyond all calendars": ics(event("DTSTART:99990303T140000Z"), event(uid="e2")),
    "letters that are none": ics(event(title="\x00\ud7ff\U0001f489")),
    "a length of a million days": ics(event("DTSTART:20260303T140000Z", "DURATION:P1000000D")),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_what_looks_like_a_trap_is_read_as_far_as_it_goes(name: str) -> None:
    found = calendar_content(HARMLESS[name], "Europe/London", NOW)
    assert len(found.events) <= 2


@pytest.mark.slow
def test_five_megabytes_of_old_years_are_read_within_the_limits() -> None:
    old = (event(f"DTSTART:2010{n % 12 + 1:02}03T140000Z", uid=f"{n}") for n in range(30_000))
    began = time.monotonic()
    found = calendar_content(ics(*old, event(uid="now")), "Europe/London", NOW)
    assert (found.total, len(found.events)) == (30_001, 1)
    assert began < time.monotonic()
