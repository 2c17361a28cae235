"""Square's notices, bookings and services, in the order of their versions."""

from __future__ import annotations

from typing import Any

import pytest

from reminders.rules.payloads import square
from reminders.rules.terms import InputError
from reminders.rules.told_bookings import NotBooking, Scale
from tests.support.bookings import square as post


@pytest.mark.parametrize(
    "word, status",
    [
        ("CANCELLED_BY_CUSTOMER", "cancelled"),
        ("CANCELLED_BY_SELLER", "cancelled"),
        ("DECLINED", "declined"),
        ("NO_SHOW", "no-show"),
    ],
)
def test_an_end_is_told_by_the_notice_alone(word: str, status: str) -> None:
    notice = square.read_notice(post(word, 7))
    assert not notice.missing
    assert notice.told is not None
    assert notice.told.status == status
    assert notice.told.mark == (Scale.VERSION, 7)


@pytest.mark.parametrize("word", ["ACCEPTED", "PENDING", "SOMETHING_NEW"])
def test_for_all_else_the_rest_is_asked_for(word: str) -> None:
    notice = square.read_notice(post(word))
    assert (notice.told, notice.missing) == (None, True)


def test_the_segments_of_a_booking_make_its_length() -> None:
    segments: list[Any] = [{"duration_minutes": 60}, {"duration_minutes": 15}, {"duration_minutes": "x"}, 5]  # fmt: skip
    booking = {"id": "B", "start_at": "2026-03-12T14:30:00Z", "status": "ACCEPTED", "version": 2, "appointment_segments": segments}  # fmt: skip
    told = square.read(booking, {"given_name": "Ana"}, "Microneedling")
    assert told.fields["ended_at"] == "2026-03-12T15:45:00+00:00"
    assert told.is_whole


def test_a_service_is_called_as_its_item_is() -> None:
    variation = {"type": "ITEM_VARIATION", "item_variation_data": {"item_id": "I", "name": "60 min"}}  # fmt: skip
    item = {"id": "I", "item_data": {"name": "Microneedling"}}
    assert square.service_name({"object": variation, "related_objects": [item]}) == "Microneedling"
    assert square.service_name({"object": variation}) == "60 min"
    assert square.service_name({}) == ""


def test_what_is_about_no_booking_is_said() -> None:
    with pytest.raises(NotBooking):
        square.read_notice(post(event="payment.created"))
    with pytest.raises(InputError):
        square.read_notice(post(id=None))
