"""Which reminders a treatment calls for, and what a changed date does to them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from reminders.rules import sending_hours
from reminders.rules.caps import USUAL_A_WEEK, TextCap
from reminders.rules.planned import Planned
from reminders.rules.planning import ExistingReminder, plan, replan, timing, useful
from reminders.rules.sending_hours import ChannelHours
from reminders.rules.terms import Channel, Reason, Status
from reminders.wording.library import packaged

LONDON = ZoneInfo("Europe/London")
COURSE = packaged().protocols["skin-needling"]
LATE_ON_SUNDAYS = sending_hours.parse("Mon-Sat 09:00-20:00, Sun 12:00-20:00")
HOURS = ChannelHours(LATE_ON_SUNDAYS, sending_hours.parse_emails(sending_hours.EMAILS_USUAL))
CAP = TextCap(1, USUAL_A_WEEK)
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
    cap: TextCap = CAP,
    texted: frozenset[tuple[str, date]] = frozenset(),
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
        hours=HOURS,
        cap=cap,
        texted=texted,
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
    "ends,channel,expected",
    [
        ("10:00", Channel.EMAIL, "2026-03-02 18:30"),
        ("18:45", Channel.EMAIL, "2026-03-02 19:15"),
        ("19:45", Channel.EMAIL, "2026-03-02 20:15"),  # emails keep later hours
        ("21:45", Channel.EMAIL, "2026-03-03 07:00"),
        ("19:15", Channel.SMS, "2026-03-02 19:45"),
        ("19:45", Channel.SMS, "2026-03-03 09:00"),  # no text may leave that evening any more
    ],
)
def test_the_first_night_is_told_that_evening_or_as_soon_as_hours_allow(
    ends: str, channel: Channel, expected: str
) -> None:
    alone = frozenset({channel})
    found = planned("2026-03-02", "09:00", ends, contacts=alone, reach=alone)
    told = found["same-evening", channel]
    assert local(told.scheduled_at) == expected
    assert useful(told, told.scheduled_at + timedelta(hours=2)), "an outage does not lose it"
    assert told.stale_at < found["day-1", channel].scheduled_at


THREE = TextCap(1, 3)


@pytest.mark.parametrize(
    "ends,cap,gives_way",
    [
        ("15:00", CAP, set()),  # as clinics begin, nobody loses a text
        ("19:45", CAP, set()),
        ("15:00", THREE, {"day-before"}),  # the least important, and never one of the first week
        ("19:45", THREE, {"day-before"}),
        ("15:00", TextCap(1, 2), {"day-before", "day-3"}),  # even the first week has no room
    ],
)
def test_where_a_number_has_no_room_for_a_text_the_least_important_gives_way(
    ends: str, cap: TextCap, gives_way: set[str]
) -> None:
    found = planned("2026-03-02", "09:00", ends, contacts=SMS, reach=SMS, cap=cap)
    assert {row.milestone for row in found.values() if row.gives_way} == gives_way
    days = sorted(row.due_on for row in found.values() if not row.gives_way)
    assert len(set(days)) == len(days), "one text a day"
    assert all(
        sum(day <= other < day + timedelta(days=7) for other in days) <= cap.per_week
        for day in days
    )


def test_a_text_waits_for_a_day_with_room_while_it_helps() -> None:
    # The first night's advice goes at nine, so that day one's, due that evening, goes at the next.
    found = planned("2026-03-02", "09:00", "19:45", contacts=SMS, reach=SMS)
    assert local(found["same-evening", Channel.SMS].scheduled_at) == "2026-03-03 09:00"
    assert local(found["day-1", Channel.SMS].scheduled_at) == "2026-03-04 09:00"
    # With three a week the last of the first week comes a day later, rather than never.
    found = planned("2026-03-02", "09:00", "19:45", contacts=SMS, reach=SMS, cap=THREE)
    assert local(found["week-1", Channel.SMS].scheduled_at) == "2026-03-10 09:00"


def test_texts_that_have_left_take_their_room() -> None:
    left = frozenset({("week-before", date(2026, 2, 27)), ("", date(2026, 2, 28))})
    found = planned("2026-03-02", "09:00", "15:00", contacts=SMS, reach=SMS, texted=left)
    assert {row.milestone for row in found.values() if row.gives_way} == {"day-before"}
    assert local(found["day-3", Channel.SMS].scheduled_at) == "2026-03-06 09:00"


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
        number, row.milestone, row.channel, status, row.scheduled_at, row.stale_at, row.due_on
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


FULL = replace(at(3), gives_way=True)
WAITED = replace(at(-1, good_for=3), scheduled_at=NOW)


@pytest.mark.parametrize(
    "status,reason,old,new,effect",
    [
        (None, None, None, FULL, "no_room"),
        (None, None, None, replace(at(-3), gives_way=True), "late"),
        (Status.PLANNED, None, at(3), FULL, "give_way"),
        (Status.DELIVERED, None, at(3), FULL, ""),
        (Status.SKIPPED, Reason.GIVES_WAY, at(3), FULL, ""),
        (Status.SKIPPED, Reason.GIVES_WAY, at(3), at(3), "add"),  # there is room again
        (Status.SKIPPED, Reason.GIVES_WAY, at(-3), at(-3), ""),
        (Status.SKIPPED, Reason.TAKEN_OUT, at(3), at(4), ""),  # staff said no to it
        (Status.SKIPPED, Reason.TAKEN_OUT, at(3), at(9), "add"),
        (Status.DELIVERED, None, WAITED, at(-1, good_for=3), ""),  # for a day with room
    ],
)
def test_what_gives_way_comes_back_with_room_and_what_staff_took_out_does_not(
    status: Status | None, reason: Reason | None, old: Planned | None, new: Planned, effect: str
) -> None:
    rows = [replace(existing(old, status), reason=reason)] if old and status else []
    change = replan(rows, [new], NOW)
    names = ("add", "late", "move", "too_late", "cancel", "already_sent", "no_room", "give_way")
    assert {name for name in names if getattr(change, name)} == ({effect} if effect else set())
