"""Counting: what a month adds up to."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from reminders.rules.statistics import MessageCounts, MonthFigures, month_of, waits
from reminders.rules.terms import Channel, Reason, Status

MARCH = MonthFigures(
    date(2026, 3, 1),
    [
        MessageCounts(Channel.SMS, Status.DELIVERED, None, 90, 95),
        MessageCounts(Channel.SMS, Status.UNDELIVERED, None, 10, 10),
        MessageCounts(Channel.SMS, Status.ACCEPTED, None, 5, 5),
        MessageCounts(Channel.SMS, Status.PLANNED, Reason.BUDGET, 7, 0),
        MessageCounts(Channel.EMAIL, Status.ACCEPTED, None, 40, 0),
        MessageCounts(Channel.EMAIL, Status.SKIPPED, Reason.STALE, 3, 0),
        MessageCounts(Channel.SMS, Status.SKIPPED, Reason.STALE, 2, 0),
        MessageCounts(Channel.SMS, Status.FAILED, Reason.INVALID_CONTACT, 1, 1),
        MessageCounts(Channel.SMS, Status.CANCELLED, Reason.MOVED, 9, 0),
    ],
)


def test_what_left_is_counted_by_channel_with_its_segments() -> None:
    assert (MARCH.sent(Channel.SMS), MARCH.sent(Channel.EMAIL)) == (105, 40)
    assert MARCH.segments == 110
    assert MARCH.planned == 7


def test_the_delivery_rate_is_of_texts_whose_fate_is_known() -> None:
    assert MARCH.delivery_rate == 0.9
    assert MonthFigures(date(2026, 3, 1)).delivery_rate is None


def test_reasons_are_of_what_was_skipped_or_failed_and_not_of_plans_that_changed() -> None:
    assert MARCH.reasons == {Reason.STALE: 5, Reason.INVALID_CONTACT: 1}


def test_replies_that_nobody_answered_make_no_wait() -> None:
    at = datetime(2026, 3, 2)  # noqa: DTZ001
    found = waits([(at, at + timedelta(minutes=5)), (at, None), (at, at + timedelta(minutes=15))])
    assert MonthFigures(date(2026, 3, 1), answered_in=found).median_wait == timedelta(minutes=10)
    assert MonthFigures(date(2026, 3, 1)).median_wait is None


@pytest.mark.parametrize(
    "ago, begins",
    [
        (0, "2026-03-01"),
        (1, "2026-02-01"),
        (3, "2025-12-01"),
        (14, "2025-01-01"),
        (-1, "2026-04-01"),
        (-10, "2027-01-01"),
    ],
)
def test_months_are_counted_over_the_years_end(ago: int, begins: str) -> None:
    assert month_of(date(2026, 3, 31), ago) == date.fromisoformat(begins)
