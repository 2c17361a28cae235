"""Acuity's notices and appointments, and Square's, read as they are told."""

from __future__ import annotations

import pytest

from reminders.rules.payloads import acuity
from reminders.rules.told_bookings import NotBooking, Unfit


@pytest.mark.parametrize("action", ["scheduled", "rescheduled", "changed", "appointment.changed"])
def test_a_notice_names_an_appointment_to_be_asked_for(action: str) -> None:
    notice = acuity.read_notice(f"action={action}&id=4711&calendarID=1&appointmentTypeID=2".encode())  # fmt: skip
    assert (notice.external_id, notice.told, notice.missing) == ("4711", None, True)


def test_a_cancellation_counts_at_once_and_is_asked_about_too() -> None:
    notice = acuity.read_notice(b"action=canceled&id=4711")
    assert notice.told is not None
    assert (notice.told.external_id, notice.told.status) == ("4711", "cancelled")
    assert notice.missing


@pytest.mark.parametrize("body", [b"", b"{}", b"action=changed&id=", b"action=changed&id=../x", b"action=changed&id=" + b"9" * 40, b"action=\xff", b"&&&", b"id=1"])  # fmt: skip
def test_what_is_no_form_of_acuity_s_is_refused(body: bytes) -> None:
    with pytest.raises(Unfit):
        acuity.read_notice(body)


def test_an_order_is_no_appointment() -> None:
    with pytest.raises(NotBooking):
        acuity.read_notice(b"action=order.completed&id=3")


@pytest.mark.parametrize(
    "more, status",
    [
        ({}, "booked"),
        ({"canceled": True}, "cancelled"),
        ({"noShow": True, "canceled": True}, "no-show"),
    ],
)
def test_an_appointment_is_what_it_is_now(more: dict[str, bool], status: str) -> None:
    told = acuity.read({"id": 5, "firstName": "Ana", "datetime": "2026-03-12T14:30:00-0700", "duration": "45", "type": "Microneedling"} | more)  # fmt: skip
    assert told.status == status
    assert told.fields["ended_at"] == "2026-03-12T15:15:00-07:00"


@pytest.mark.parametrize("minutes", ["", "x", "1e9", "9" * 12, None])
def test_a_length_that_is_none_is_left_out(minutes: str | None) -> None:
    told = acuity.read({"id": 5, "datetime": "2026-03-12T14:30:00-0700", "duration": minutes})
    assert told.fields["ended_at"] == ""
