"""Quiet hours: whose rules bind a message, as far as a number, a zone and a clinic can tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from reminders.rules.decision import LONGEST_VALIDITY, Defer, Send, decide, validity
from reminders.rules.quiet_hours import RULES, place_of, places, recipients_hours
from reminders.rules.sending_hours import EARLIEST, LATEST, parse
from reminders.rules.terms import Reason
from tests.support.facts import CLINIC, FACTS

USUAL = "Mon-Sat 09:00-20:00, Sun 12:00-20:00"
OURS = parse(USUAL)
NEW_YORK, MIAMI, LOUISVILLE, PROVIDENCE = (
    "+12125550142",
    "+13055550142",
    "+15025550142",
    "+14015550142",
)
TOLL_FREE = "+18005550142"
EAST, WEST, CENTRAL = "America/New_York", "America/Los_Angeles", "America/Chicago"


def test_every_rule_says_where_it_was_found_and_as_of_when() -> None:
    for place, rule in RULES.items():
        assert place == rule.place
        assert rule.source
        assert date(2026, 1, 1) <= rule.as_of <= date(2027, 12, 31)
        for opening in rule.hours.week:
            assert opening is None or EARLIEST <= opening[0] < opening[1] <= LATEST


@pytest.mark.parametrize(
    "phone,place",
    [
        (MIAMI, "US-FL"), (NEW_YORK, "US-NY"), ("+14165550142", "CA"), ("+33612345678", "FR"),
        ("+919812345678", "IN"), (TOLL_FREE, None), ("+447700900123", None), ("", None), (None, None),
    ],
)  # fmt: skip
def test_a_number_tells_where_it_was_given_out(phone: str | None, place: str | None) -> None:
    assert place_of(phone) == place


@pytest.mark.parametrize(
    "zone,phone,clinic,expected",
    [
        (EAST, MIAMI, NEW_YORK, {"US-FL", "US-NY"}),  # the client may live in either
        (EAST, NEW_YORK, NEW_YORK, {"US-NY"}),
        (WEST, "+14155550142", MIAMI, {"US-CA"}),  # the zone rules Florida out
        (EAST, None, MIAMI, {"US-FL"}),  # reached by email only
        ("Europe/London", "+447700900123", "+442079460018", set()),
        ("America/Toronto", "+14165550142", "+14165550100", {"CA"}),
    ],
)
def test_every_place_where_the_client_may_be_is_meant(
    zone: str, phone: str | None, clinic: str, expected: set[str]
) -> None:
    assert places(zone, phone, clinic) == expected


def test_where_neither_number_tells_every_state_of_the_zone_is_meant() -> None:
    assert places(EAST, TOLL_FREE, TOLL_FREE) >= {"US-FL", "US-RI", "US-CT", "US-KY"}
    hours = recipients_hours(OURS, EAST, TOLL_FREE, TOLL_FREE)
    assert str(hours) == "Mon-Fri 10:00-18:00, Sat 10:00-17:00, Sun 12:00-17:00"


@pytest.mark.parametrize(
    "zone,phone,clinic,expected",
    [
        ("Europe/London", "+447700900123", "+442079460018", USUAL),
        (EAST, NEW_YORK, NEW_YORK, USUAL),
        (EAST, LOUISVILLE, LOUISVILLE, "Mon-Sat 10:00-20:00, Sun 12:00-20:00"),
        (EAST, PROVIDENCE, PROVIDENCE, "Mon-Fri 09:00-18:00, Sat 10:00-17:00, Sun 12:00-17:00"),
        (EAST, PROVIDENCE, LOUISVILLE, "Mon-Fri 10:00-18:00, Sat 10:00-17:00, Sun 12:00-17:00"),
        ("Europe/Paris", "+33612345678", "+33140000000", "Mon-Sat 09:00-20:00"),
    ],
)
def test_the_clinic_s_hours_are_cut_to_what_binds(
    zone: str, phone: str, clinic: str, expected: str
) -> None:
    assert str(recipients_hours(OURS, zone, phone, clinic)) == expected


def test_a_clinic_can_only_narrow_what_the_law_allows() -> None:
    wide = parse("Mon-Sun 08:00-21:00")
    for rule in RULES.values():
        phone = next(p for p in _numbers() if place_of(p) == rule.place)
        kept = recipients_hours(wide, "Etc/UTC", phone, phone)
        assert kept == rule.hours


def test_where_the_clinic_s_hours_and_the_law_s_never_meet_the_law_s_hold() -> None:
    early = parse("Mon-Sun 08:00-09:00")
    assert recipients_hours(early, EAST, LOUISVILLE, LOUISVILLE) == RULES["US-KY"].hours


def test_all_rules_together_still_open() -> None:
    everywhere = OURS
    for phone in _numbers():
        everywhere = recipients_hours(everywhere, "Etc/UTC", phone, phone)
    assert sum(opening is not None for opening in everywhere.week) >= 6


def _numbers() -> list[str]:
    every = [f"+1{code}5550142" for code in range(200, 1000)]
    return [p for p in (*every, "+33612345678", "+919812345678") if place_of(p) in RULES]


KENTUCKY = replace(
    FACTS,
    clinic=replace(CLINIC, hours=recipients_hours(CLINIC.hours, EAST, LOUISVILLE, LOUISVILLE)),
    zone=ZoneInfo(EAST),
    stale_at=datetime(2026, 3, 4, 15, tzinfo=UTC),
)


def test_a_message_is_held_until_the_client_s_state_lets_it_go_and_says_so() -> None:
    nine = datetime(2026, 3, 3, 14, tzinfo=UTC)  # 9:00 in Kentucky
    assert decide(FACTS, nine.replace(hour=9)) == Send(datetime(2026, 3, 3, 20, tzinfo=UTC))
    assert decide(KENTUCKY, nine) == Defer(nine + timedelta(hours=1), Reason.QUIET_HOURS)


def test_the_provider_never_holds_a_text_past_the_window() -> None:
    """Minute by minute through a day: whenever it may go, its validity ends inside the window."""
    zone, day = ZoneInfo(EAST), datetime(2026, 3, 3, 5, tzinfo=UTC)
    ends = set()
    for minute in range(24 * 60):
        now = day + timedelta(minutes=minute)
        decision = decide(KENTUCKY, now)
        if isinstance(decision, Send):
            last = now + validity(now, decision.until)
            ends.add(last.astimezone(zone).time())
            assert validity(now, decision.until) <= LONGEST_VALIDITY
            opens, closes = KENTUCKY.clinic.hours.week[1] or (None, None)
            assert opens is not None
            assert closes is not None
            assert opens <= now.astimezone(zone).time() < last.astimezone(zone).time() <= closes
    assert max(ends).hour == 20
    assert all(a < b for a, b in pairwise(sorted(ends)))


def test_no_clinic_s_caps_count_beyond_one_a_day() -> None:
    loose = replace(FACTS, clinic=replace(CLINIC, texts_per_day=9, texts_per_week=9))
    now = datetime(2026, 3, 4, 12, tzinfo=UTC)
    days = [now.date() - timedelta(days=n) for n in range(7)]
    decision = decide(replace(loose, texts_on=(days[0],)), now)
    assert not isinstance(decision, Send)
    assert decision.reason is Reason.CAP
    assert isinstance(decide(replace(loose, texts_on=tuple(days[1:])), now), Send)
