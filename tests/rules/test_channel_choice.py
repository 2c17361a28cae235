"""Which of two channels a milestone goes by."""

from __future__ import annotations

from datetime import date, time
from zoneinfo import ZoneInfo

import pytest

from reminders.rules import sending_hours
from reminders.rules.caps import TextCap
from reminders.rules.channel_choice import once_each
from reminders.rules.planning import plan, timing
from reminders.rules.terms import Channel
from reminders.wording.library import packaged

COURSE = packaged().protocols["skin-needling"].course({})
LONDON = ZoneInfo("Europe/London")
HOURS = sending_hours.ChannelHours(
    sending_hours.parse(sending_hours.USUAL), sending_hours.parse_emails(sending_hours.EMAILS_USUAL)
)
ROOMY = TextCap(1, 7)
BOTH, TEXTS, EMAILS = frozenset(Channel), frozenset({Channel.SMS}), frozenset({Channel.EMAIL})
MORE_BY_EMAIL = {"week-before", "same-evening", "day-1", "week-1", "month-1", "next-session"}


def planned(
    reach: frozenset[Channel], *, both: bool = False, cap: TextCap = ROOMY
) -> dict[Channel, set[str]]:
    when = timing(date(2026, 3, 3), time(10), None, COURSE.usual_length, LONDON)
    rows = plan(
        when,
        COURSE if both else once_each(COURSE),
        zone=LONDON,
        hours=HOURS,
        cap=cap,
        contacts=BOTH,
        reach=reach,
    )
    stays = [row for row in rows if not row.gives_way]
    return {channel: {x.milestone for x in stays if x.channel is channel} for channel in Channel}


def test_with_both_a_milestone_goes_by_text_and_by_email_only_where_that_says_more() -> None:
    found = planned(BOTH)
    assert found[Channel.EMAIL] == MORE_BY_EMAIL
    assert {"day-before", "day-1", "day-3", "week-1", "week-2"} <= found[Channel.SMS]


@pytest.mark.parametrize("both", [False, True])
def test_who_has_one_channel_gets_everything_by_it(both: bool) -> None:
    by_email = planned(EMAILS, both=both)[Channel.EMAIL]
    by_text = planned(TEXTS, both=both)[Channel.SMS]
    assert by_email == by_text == {m.key for m in COURSE.milestones} - {"month-3"}


def test_who_chose_both_gets_by_email_what_goes_by_text() -> None:
    found = planned(BOTH, both=True)
    assert found[Channel.SMS] < found[Channel.EMAIL]


@pytest.mark.parametrize("per_week", [1, 2, 3])
def test_a_text_that_gives_way_goes_by_email_to_who_agreed_to_emails(per_week: int) -> None:
    roomy, scarce = planned(BOTH), planned(BOTH, cap=TextCap(1, per_week))
    lost = roomy[Channel.SMS] - scarce[Channel.SMS]
    assert bool(lost) is (per_week < 3)
    assert scarce[Channel.EMAIL] == roomy[Channel.EMAIL] | lost
    by_text = planned(TEXTS, cap=TextCap(1, per_week))
    assert not by_text[Channel.EMAIL] & lost


def test_the_same_course_is_the_same_object_so_that_plans_are_remembered() -> None:
    assert once_each(COURSE) is once_each(COURSE)
    assert once_each(once_each(COURSE)) is once_each(COURSE)
