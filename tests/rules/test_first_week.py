"""The first week reaches everyone: told in time, whenever a visit ends, and lost to no cap or hour."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reminders.rules import first_week, sending_hours
from reminders.rules.caps import USUAL_A_WEEK, TextCap, counts
from reminders.rules.decision import Defer, Send, decide
from reminders.rules.planned import Planned
from reminders.rules.planning import TreatmentTimes, plan, replan, timing
from reminders.rules.quiet_hours import RULES, recipients_hours
from reminders.rules.sending_hours import ChannelHours, SendingHours, resolve
from reminders.rules.terms import Channel, Facts
from reminders.wording.library import packaged
from tests.support.facts import CLINIC, FACTS

COURSE = packaged().protocols["skin-needling"]
TEXTS, EMAILS = frozenset({Channel.SMS}), frozenset({Channel.EMAIL})
HOURS = ChannelHours(
    sending_hours.parse(sending_hours.USUAL), sending_hours.parse_emails(sending_hours.EMAILS_USUAL)
)
CAP = TextCap(1, USUAL_A_WEEK)
ZONES = (
    "Europe/London", "America/New_York", "America/Santiago", "Africa/Cairo", "Asia/Kolkata",
    "Australia/Lord_Howe", "Pacific/Auckland",
)  # fmt: skip
"""With the clocks changed on other nights of the week, by half an hour, and never."""

SOME_ZONES = {"Europe/London", "Australia/Lord_Howe"}

WEEKS = tuple(
    map(
        date.fromisoformat,
        [
            "2026-03-02",
            "2026-03-23",
            "2026-03-30",
            "2026-04-20",
            "2026-08-31",
            "2026-09-21",
            "2026-09-28",
            "2026-10-19",
            "2026-10-26",
        ],
    )
)
"""Weeks in which the clocks of some of these zones change; the others serve as they are."""

Told = dict[str, datetime]


def visit(day: date, ends: time, zone: ZoneInfo) -> TreatmentTimes:
    """A visit of an hour that ends then; one that ends before one began the day before."""
    starts = (datetime.combine(day, ends) - timedelta(hours=1)).time()
    return timing(day - timedelta(days=starts > ends), starts, ends, timedelta(hours=1), zone)


def planned(
    when: TreatmentTimes,
    zone: ZoneInfo,
    channels: frozenset[Channel],
    hours: ChannelHours = HOURS,
    cap: TextCap = CAP,
) -> tuple[Planned, ...]:
    return plan(when, COURSE, zone=zone, hours=hours, cap=cap, contacts=channels, reach=channels)


def sent(
    when: TreatmentTimes, zone: ZoneInfo, channels: frozenset[Channel], enrolled_at: datetime
) -> tuple[Told, Told]:
    """Decide about all that is planned as a worker does, and return when each milestone was first told
    and what was planned of the first week and lost, with when it was due.
    """
    change = replan((), planned(when, zone, channels), enrolled_at)
    told: Told = {}
    lost = {one.milestone: one.scheduled_at for one in change.no_room}
    texts_on: list[date] = []
    for one in sorted(change.add, key=lambda one: one.scheduled_at):
        left_at = _left_at(one, zone, tuple(texts_on), enrolled_at)
        if left_at is None:
            lost[one.milestone] = one.scheduled_at
            continue
        told[one.milestone] = min(told.get(one.milestone, left_at), left_at)
        if one.channel is Channel.SMS:
            texts_on.append(left_at.astimezone(zone).date())
    return told, lost


def _left_at(
    one: Planned, zone: ZoneInfo, texts_on: tuple[date, ...], enrolled_at: datetime
) -> datetime | None:
    now = max(one.scheduled_at, enrolled_at)
    facts = _facts(one, zone, texts_on)
    assert counts(facts)
    while isinstance(decision := decide(facts, now), Defer):
        now = decision.until
    return now if isinstance(decision, Send) else None


def _facts(one: Planned, zone: ZoneInfo, texts_on: tuple[date, ...]) -> Facts:
    hours = HOURS.texts if one.channel is Channel.SMS else HOURS.emails
    clinic = replace(CLINIC, hours=hours, texts_per_day=CAP.per_day, texts_per_week=CAP.per_week)
    return replace(
        FACTS,
        clinic=clinic,
        milestone=one.milestone,
        channel=one.channel,
        scheduled_at=one.scheduled_at,
        stale_at=one.stale_at,
        zone=zone,
        texts_on=texts_on,
    )


def check(when: TreatmentTimes, zone: ZoneInfo, told: Told) -> None:
    """See that the first week is told as promised, and sunscreen advised no sooner than is safe."""
    night, first_day = told["same-evening"] - when.ends_at, told["day-1"] - when.ends_at
    fourth_day = resolve(when.treated_on + timedelta(days=5), time(), zone)
    assert timedelta(minutes=30) <= night <= timedelta(hours=14)
    assert timedelta(hours=24) <= first_day <= timedelta(hours=48)
    assert told["day-1"] < told["day-3"] < fourth_day
    assert told["day-3"] < told["week-1"] < when.ends_at + timedelta(days=10)


@settings(max_examples=400, deadline=None)
@given(
    zone=st.sampled_from(ZONES).map(ZoneInfo),
    monday=st.sampled_from(WEEKS),
    weekday=st.integers(0, 6),
    minute=st.integers(0, 24 * 12 - 1),
    channels=st.sampled_from((TEXTS, EMAILS, TEXTS | EMAILS)),
    ahead=st.timedeltas(timedelta(), timedelta(days=40)),
)
@example(ZoneInfo("Europe/London"), date(2026, 10, 19), 5, 240, TEXTS, timedelta(days=9))
@example(ZoneInfo("Africa/Cairo"), date(2026, 10, 26), 3, 240, TEXTS, timedelta(days=2))
def test_the_first_week_is_told_to_everyone_in_time_and_nothing_of_it_is_lost(
    zone: ZoneInfo,
    monday: date,
    weekday: int,
    minute: int,
    channels: frozenset[Channel],
    ahead: timedelta,
) -> None:
    ends = time(minute // 12, 5 * (minute % 12))
    when = visit(monday + timedelta(days=weekday), ends, zone)
    told, lost = sent(when, zone, channels, when.ends_at - ahead)
    check(when, zone, told)
    soon = ahead < timedelta(days=9)
    assert lost.keys() <= ({"week-before", "day-before"} if soon else set()), "enrolled too late"


@pytest.mark.parametrize(
    "zone",
    [
        pytest.param(ZoneInfo(one), marks=() if one in SOME_ZONES else pytest.mark.slow)
        for one in ZONES
    ],
    ids=ZONES,
)
@pytest.mark.parametrize("channels", [TEXTS, EMAILS], ids=["texts", "emails"])
def test_every_half_hour_of_every_day_of_the_weeks_in_which_clocks_change(
    zone: ZoneInfo, channels: frozenset[Channel]
) -> None:
    for monday in WEEKS:
        for half_hour in range(7 * 48):
            day, at = divmod(half_hour, 48)
            when = visit(monday + timedelta(days=day), time(at // 2, 30 * (at % 2)), zone)
            every = planned(when, zone, channels)
            assert not any(one.gives_way for one in every)
            check(when, zone, {one.milestone: one.scheduled_at for one in every})


def narrow(hours: str, cap: TextCap = CAP) -> dict[str, str]:
    """What falls short of the promise for who is only texted, within such hours and caps."""
    found = first_week.worst(COURSE, sending_hours.parse(hours), cap)
    return {one.milestone.key: f"{one.visit.ends_at:%a %H:%M} {one}" for one in found}


def test_a_clinic_s_own_narrow_hours_and_caps_are_told_to_it() -> None:
    assert not narrow(sending_hours.USUAL)
    assert not narrow(sending_hours.USUAL, TextCap(1, 3)), "the first week has room in three"
    late = narrow("Mon-Sat 09:00-20:00, Sun 12:00-20:00")
    assert late == {
        "same-evening": "Sat 19:30 “The same evening” comes 16 hours after the visit, later than it should."
    }
    weekdays = narrow("Mon-Fri 09:00-18:00")
    assert "finds no room" in weekdays["same-evening"]
    assert set(narrow(sending_hours.USUAL, TextCap(1, 2))) == {"day-3"}


def in_law(place: str) -> SendingHours:
    numbers = {"FR": "+33612345678", "US-RI": "+14015550123", "US-TX": "+12145550123"}
    return recipients_hours(HOURS.texts, "Etc/UTC", numbers[place], numbers[place])


@pytest.mark.parametrize("place", ["FR", "US-RI", "US-TX"])
def test_the_law_s_hours_bind_even_the_first_night_of_who_is_only_texted(place: str) -> None:
    late = {one.milestone.key for one in first_week.worst(COURSE, in_law(place), CAP)}
    assert "same-evening" in late
    assert all(
        RULES[place].hours.week[day] is not None or opening is None
        for day, opening in enumerate(in_law(place).week)
    )


NIGHT = datetime(2026, 3, 2, 15, tzinfo=UTC)
EVENING = TreatmentTimes(NIGHT.date(), NIGHT, NIGHT)


@pytest.mark.parametrize(
    "told,late",
    [
        ([("same-evening", NIGHT + timedelta(hours=14))], []),
        ([("same-evening", NIGHT + timedelta(hours=15))], ["same-evening"]),
        ([("same-evening", None), ("same-evening", NIGHT + timedelta(hours=4))], []),
        ([("day-3", datetime(2026, 3, 6, 23, 59, tzinfo=UTC))], []),
        ([("day-3", datetime(2026, 3, 7, tzinfo=UTC).replace(minute=1))], ["day-3"]),
        ([("day-3", None), ("week-2", None)], ["day-3"]),  # what is promised, and not the rest
    ],
)
def test_one_channel_in_time_keeps_the_promise(
    told: list[tuple[str, datetime | None]], late: list[str]
) -> None:
    found = first_week.shortfalls(COURSE, EVENING, told, ZoneInfo("UTC"))
    assert [one.milestone.key for one in found] == late
