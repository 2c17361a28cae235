"""When a client is asked how the skin is, what is told then, and how long a clinic has been open."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from reminders.rules import skin_answers
from reminders.rules.sending_hours import parse_emails
from reminders.rules.skin_answers import Outcome, Said
from reminders.rules.terms import Channel, Reason

ON = date(2026, 1, 31)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    "days,asked,opened,wording",
    [
        (0, None, None, "same-evening"),
        (1, "day-1", "day-1", "day-1"),
        (2, "day-1", "day-1", "day-1"),
        (3, "day-3", "day-3", "day-3"),
        (4, "day-3", "day-3", "day-3"),
        (5, None, None, "day-3"),
        (6, None, None, "day-3"),
        (7, "week-1", "week-1", "week-1"),
        (9, "week-1", None, "week-1"),
        (10, None, None, "week-1"),
        (14, None, None, "week-2"),
        (27, None, None, "week-2"),
        (28, "month-1", "month-1", "month-1"),  # of 31 January: 28 February
        (29, "month-1", "month-1", "month-1"),
        (34, "month-1", None, "month-1"),
        (35, None, None, "month-1"),
        (90, None, None, "month-3"),
    ],
)
def test_each_day_has_its_question_and_its_words(
    days: int, asked: str | None, opened: str | None, wording: str
) -> None:
    assert skin_answers.asked_at(ON, ON + days * DAY) == asked
    assert skin_answers.opened_at(ON, ON + days * DAY) == opened
    assert skin_answers.wording_at(days) == wording


@pytest.mark.parametrize(
    "treated_on,begins",
    [
        (date(2026, 3, 5), date(2026, 4, 5)),
        (date(2026, 12, 31), date(2027, 1, 31)),
        (date(2028, 1, 30), date(2028, 2, 29)),
    ],
)
def test_a_month_is_one_of_the_calendar(treated_on: date, begins: date) -> None:
    assert skin_answers.asked_at(treated_on, begins) == "month-1"
    assert skin_answers.asked_at(treated_on, begins - DAY) is None


YES = {Channel.SMS: True, Channel.EMAIL: True}
BOTH = frozenset(Channel)


@pytest.mark.parametrize(
    "said,suppressed,reach,takes",
    [
        (YES, {}, BOTH, True),
        ({}, {}, BOTH, False),
        ({Channel.SMS: False, Channel.EMAIL: True}, {}, BOTH, True),
        ({Channel.SMS: False, Channel.EMAIL: False}, {}, BOTH, False),
        (YES, {Channel.SMS: Reason.OPTED_OUT}, BOTH, True),
        (YES, dict.fromkeys(Channel, Reason.OPTED_OUT), BOTH, False),
        (YES, dict.fromkeys(Channel, Reason.ERASED), BOTH, False),
        (YES, {Channel.EMAIL: Reason.INVALID_CONTACT}, frozenset({Channel.EMAIL}), True),
        (YES, {Channel.SMS: Reason.WRONG_NUMBER}, frozenset({Channel.SMS}), False),
        (YES, {}, frozenset(), False),
    ],
)
def test_a_page_takes_answers_unless_everything_was_stopped(
    said: dict[Channel, bool],
    suppressed: dict[Channel, Reason],
    reach: frozenset[Channel],
    *,
    takes: bool,
) -> None:
    assert skin_answers.takes_answers(said, suppressed, reach) is takes


LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    "since,now,minutes",
    [
        ("2026-03-06 10:00", "2026-03-06 10:29", 29),  # a Friday
        ("2026-03-06 16:50", "2026-03-06 22:00", 10),
        ("2026-03-06 22:00", "2026-03-09 08:59", 0),  # over the weekend
        ("2026-03-06 22:00", "2026-03-09 09:30", 30),
        ("2026-03-06 10:00", "2026-03-09 10:00", 7 * 60 + 60),
        ("2026-03-27 16:50", "2026-03-30 08:10", 10 + 10),  # the clocks go forward on Sunday
        ("2026-03-06 10:00", "2026-03-06 09:00", 0),
    ],
)
def test_only_opening_hours_count(since: str, now: str, minutes: int) -> None:
    hours = parse_emails("Mon-Fri 09:00-17:00")
    at = [datetime.fromisoformat(one).replace(tzinfo=UTC) for one in (since, now)]
    assert skin_answers.time_open(at[0], at[1], hours, LONDON) == timedelta(minutes=minutes)


def test_an_answer_may_be_changed_for_a_day() -> None:
    at = datetime(2026, 3, 6, 14, tzinfo=UTC)
    assert skin_answers.may_change(at, at + DAY - timedelta(seconds=1))
    assert not skin_answers.may_change(at, at + DAY)


def test_the_words_kept_in_rows_stay_as_they_are() -> None:
    assert [*Said, *Outcome] == ["described", "unsure", "worried", "fine", "called"]
    assert skin_answers.day_of("own-12") == 12
    assert [skin_answers.day_of(one.key) for one in skin_answers.MOMENTS] == [1, 3, 7, None]
