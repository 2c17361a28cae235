"""Which reminders a treatment calls for, and what a changed date does to them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from reminders.rules import sending_hours
from reminders.rules.planned import Planned
from reminders.rules.planning import ExistingReminder, plan, replan, timing, useful
from reminders.rules.terms import Channel, Status
from reminders.wording.library import packaged

LONDON = ZoneInfo("Europe/London")
COURSE = packaged().protocols["skin-needling"]
USUAL = sending_hours.parse(sending_hours.USUAL)
BOTH = frozenset(Channel)
SMS = frozenset({Channel.SMS})


def planned(
    day: str,
    starts: str | None = "14:30",
    ends: str | None = None,
    *,
    zone: str = "Europe/London",
    client_zone: str | None = None,
    contacts: frozenset[Channel] = BOTH,
    reach: frozenset[Channel] = BOTH,
    hour: int | None = None,
) -> dict[tuple[str, Channel], Planned]:
    when = timing(
        date.fromisoformat(day),
        time.fromisoformat(starts) if starts else None,
        time.fromisoformat(ends) if ends else None,
        COURSE.usual_length,
        ZoneInfo(zone),
    )
    found = plan(
        when,
        COURSE,
        zone=ZoneInfo(client_zone or zone),
        hours=USUAL,
        contacts=contacts,
        reach=reach,
        hour=hour,
    )
    return {(row.milestone, row.channel): row for row in found}


def local(instant: datetime, zone: str = "Europe/London") -> str:
    return f"{instant.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


@pytest.mark.parametrize(
    "milestone,expected",
    [
        ("week-before", "2026-02-26 10:00"),
        ("day-before", "2026-03-04 10:00"),
        ("day-1", "2026-03-06 15:30"),  # not before 24 hours after it ended
        ("day-3", "2026-03-08 12:00"),  # a Sunday
        ("week-1", "2026-03-12 10:00"),
        ("week-2", "2026-03-19 10:00"),
        ("month-1", "2026-04-05 12:00"),  # a Sunday in summer time
    ],
)
def test_each_milestone_has_its_day_and_hour(milestone: str, expected: str) -> None:
    assert local(planned("2026-03-05")[milestone, Channel.SMS].scheduled_at) == expected


@pytest.mark.parametrize(
    "starts,ends,expected",
    [
        ("09:00", "10:00", "2026-03-03 10:00"),  # 24 hours are up at the milestone's own hour
        ("09:00", "09:30", "2026-03-03 10:00"),
        ("16:00", "17:00", "2026-03-03 17:00"),
        ("18:30", "19:30", "2026-03-03 19:30"),
        ("19:30", "20:30", "2026-03-04 09:00"),  # would be after closing: the next morning
        ("23:30", "00:30", "2026-03-04 09:00"),  # ended past midnight
        (None, None, "2026-03-03 18:00"),  # hour unknown: late enough to be safe
    ],
)
def test_sunscreen_advice_never_comes_before_24_hours_have_passed(
    starts: str | None,
    ends: str | None,
    expected: str,
) -> None:
    found = planned("2026-03-02", starts, ends)["day-1", Channel.SMS]
    assert local(found.scheduled_at) == expected


@pytest.mark.parametrize(
    "starts,ends,expected,helps",
    [
        ("09:00", "10:00", "2026-03-02 18:30", True),
        ("17:00", "18:45", "2026-03-02 19:15", True),
        ("18:00", "19:45", "2026-03-03 09:00", False),  # no opening left that evening
    ],
)
def test_the_same_evening_is_that_evening_or_never(
    starts: str,
    ends: str,
    expected: str,
    helps: bool,
) -> None:
    found = planned("2026-03-02", starts, ends)["same-evening", Channel.EMAIL]
    assert local(found.scheduled_at) == expected
    assert useful(found, datetime(2026, 3, 2, 12, tzinfo=UTC)) is helps


def test_a_month_after_the_31st_is_the_last_of_a_shorter_month() -> None:
    assert planned("2026-01-31")["month-1", Channel.SMS].due_on == date(2026, 2, 28)
    assert planned("2028-01-31")["month-1", Channel.SMS].due_on == date(2028, 2, 29)


def test_ten_o_clock_stays_ten_o_clock_when_the_clocks_change() -> None:
    found = planned("2026-03-24")["week-1", Channel.SMS]
    assert local(found.scheduled_at) == "2026-03-31 10:00"
    assert found.scheduled_at == datetime(2026, 3, 31, 9, tzinfo=UTC)


def test_the_day_counts_at_the_clinic_and_the_hour_at_the_client() -> None:
    # Treated on 5 March in Sydney, while it was still the 4th in New York, where the client lives.
    found = planned("2026-03-05", "09:00", zone="Australia/Sydney", client_zone="America/New_York")
    assert (
        local(found["week-1", Channel.SMS].scheduled_at, "America/New_York") == "2026-03-12 10:00"
    )


def test_pre_care_is_stale_once_the_treatment_begins() -> None:
    found = planned("2026-03-05", "08:00", contacts=SMS, reach=SMS)
    assert found["day-before", Channel.SMS].stale_at == datetime(2026, 3, 5, 6, tzinfo=UTC)
    assert found["week-before", Channel.SMS].stale_at == datetime(2026, 3, 1, 10, tzinfo=UTC)
    late = planned("2026-03-05", "05:00", contacts=SMS, reach=SMS)
    assert late["day-before", Channel.SMS].stale_at == datetime(2026, 3, 5, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "contacts,reach,channels",
    [
        (BOTH, BOTH, {Channel.EMAIL}),
        (SMS, SMS, {Channel.SMS}),  # texts alone reach the client
        (BOTH, SMS, {Channel.EMAIL, Channel.SMS}),  # no yes to emails yet: a text goes as well
        (frozenset({Channel.EMAIL}), BOTH, {Channel.EMAIL}),
    ],
)
def test_the_same_evening_goes_by_email_or_by_text_where_emails_cannot_reach(
    contacts: frozenset[Channel],
    reach: frozenset[Channel],
    channels: set[Channel],
) -> None:
    found = planned("2026-03-05", contacts=contacts, reach=reach)
    assert {channel for key, channel in found if key == "same-evening"} == channels


NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


def existing(row: Planned, status: Status, number: int = 1) -> ExistingReminder:
    return ExistingReminder(
        number, row.milestone, row.channel, status, row.scheduled_at, row.stale_at
    )


def at(days: int, *, good_for: int = 1) -> Planned:
    moment = NOW + timedelta(days=days)
    return Planned("day-1", Channel.SMS, moment, moment + timedelta(days=good_for), moment.date())


@pytest.mark.parametrize(
    "status,old,new,effect",
    [
        (None, None, at(3), "add"),
        (None, None, at(-3), "late"),
        (Status.PLANNED, at(3), at(3), ""),
        (Status.PLANNED, at(3), at(5), "move"),
        (Status.CLAIMED, at(0), at(5), "move"),
        (Status.PLANNED, at(3), at(-3), "too_late"),
        (Status.HANDOFF, at(0), at(5), "already_sent"),
        (Status.ACCEPTED, at(-3), at(5), "already_sent"),
        (Status.DELIVERED, at(-3), at(5), "already_sent"),
        (Status.UNKNOWN, at(-3), at(5), "already_sent"),
        (Status.SKIPPED, at(-3), at(-3), ""),
        (Status.SKIPPED, at(-3), at(5), "add"),  # was never sent: the new date deserves it
        (Status.FAILED, at(-3), at(5), "add"),
        (Status.CANCELLED, at(3), at(5), "add"),
        (Status.SKIPPED, at(-3), at(-2), ""),
    ],
)
def test_a_moved_treatment_changes_only_what_has_not_left(
    status: Status | None,
    old: Planned | None,
    new: Planned,
    effect: str,
) -> None:
    rows = [existing(old, status)] if old and status else []
    change = replan(rows, [new], NOW)
    filled = {
        name
        for name in ("add", "late", "move", "too_late", "cancel", "already_sent")
        if getattr(change, name)
    }
    assert filled == ({effect} if effect else set())


def test_what_is_no_longer_wanted_is_cancelled_unless_it_has_left() -> None:
    rows = [existing(at(3), Status.PLANNED, 1), existing(at(-3), Status.DELIVERED, 2)]
    assert [row.reminder_id for row in replan(rows, [], NOW).cancel] == [1]


def test_something_sent_once_is_not_planned_again_beside_a_skipped_one() -> None:
    rows = [existing(at(-9), Status.SKIPPED, 1), existing(at(-3), Status.ACCEPTED, 2)]
    change = replan(rows, [at(5)], NOW)
    assert not change.add
    assert change.already_sent[0][0].reminder_id == 2


@pytest.mark.parametrize(
    "milestone,hour,expected",
    [
        ("week-1", 18, "2026-03-12 18:00"),
        ("week-1", None, "2026-03-12 10:00"),
        ("day-3", 18, "2026-03-08 18:00"),
        ("day-3", 9, "2026-03-08 12:00"),  # a Sunday, which opens later
        ("day-1", 9, "2026-03-06 15:30"),  # never before 24 hours have passed
        ("same-evening", 9, "2026-03-05 18:30"),  # keeps to the treatment's end
    ],
)
def test_reminders_come_at_the_client_s_own_hour(
    milestone: str, hour: int | None, expected: str
) -> None:
    channel = Channel.EMAIL if milestone == "same-evening" else Channel.SMS
    found = planned("2026-03-05", hour=hour)[milestone, channel]
    assert local(found.scheduled_at) == expected
