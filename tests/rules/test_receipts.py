"""Receipts: the same reports come to the same end in every order, and never step back."""

from __future__ import annotations

from itertools import permutations

import pytest

from reminders.rules.receipts import advance
from reminders.rules.terms import Status

WORDS = ("queued", "sending", "sent", "delivered", "undelivered", "failed", "read")


@pytest.mark.parametrize(
    "reported,end",
    [
        ({"queued"}, Status.ACCEPTED),
        ({"queued", "sent"}, Status.ACCEPTED),
        ({"sent", "delivered"}, Status.DELIVERED),
        ({"sent", "undelivered"}, Status.UNDELIVERED),
        ({"failed"}, Status.UNDELIVERED),
        ({"delivered", "undelivered"}, Status.DELIVERED),
        ({"delivered", "read"}, Status.DELIVERED),
        ({"something new"}, Status.HANDOFF),
    ],
)
def test_reports_settle_a_handoff(reported: set[str], end: Status) -> None:
    assert advance(Status.HANDOFF, reported) is end


def test_every_order_of_any_five_reports_ends_the_same() -> None:
    for chosen in permutations(WORDS, 5):
        status, seen = Status.HANDOFF, set[str]()
        for word in chosen:
            seen.add(word)
            status = advance(status, seen)
        assert status is advance(Status.HANDOFF, set(chosen))


@pytest.mark.parametrize("status", list(Status))
def test_an_early_report_never_steps_back(status: Status) -> None:
    known = status in {Status.DELIVERED, Status.UNDELIVERED}
    assert advance(status, {"queued"}) is (status if known else Status.ACCEPTED)
