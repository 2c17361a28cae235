"""Cal.com's posts: what each says of which booking, with all that is known to go wrong there."""

from __future__ import annotations

from typing import Any

import pytest

from reminders.rules.payloads import calcom
from reminders.rules.terms import InputError
from reminders.rules.told_bookings import SEAT, NotBooking, Scale, ToldBooking
from tests.support.bookings import ANA, END, START
from tests.support.bookings import calcom as post

BEA = {"name": "Bea Lopes", "email": "Bea@mail.example"}


def read(*told: Any, **more: Any) -> list[ToldBooking]:
    return list(calcom.read(post(*told, **more)))


@pytest.mark.parametrize(
    "event, status",
    [
        ("BOOKING_CREATED", "booked"),
        ("BOOKING_RESCHEDULED", "booked"),
        ("BOOKING_REQUESTED", "pending"),
        ("BOOKING_PAYMENT_INITIATED", "pending"),
        ("BOOKING_REJECTED", "declined"),
        ("BOOKING_CANCELLED", "cancelled"),
        ("MEETING_ENDED", "completed"),
    ],
)
def test_each_event_is_a_status(event: str, status: str) -> None:
    (told,) = read(event)
    assert (told.external_id, told.status) == ("u1", status)


def test_every_field_is_found_and_the_browser_s_are_not_believed() -> None:
    (told,) = read()
    assert told.is_whole
    assert {name: value for name, value in told.fields.items() if value} == {
        "treated_at": START, "ended_at": END, "treatment": "Microneedling",
        "name": "Ana Costa", "email": "ana@mail.example", "phone": "+447700900101",
    }  # fmt: skip
    assert told.mark is not None
    assert told.mark.scale is Scale.INSTANT


@pytest.mark.parametrize(
    "more, replaces, number",
    [
        ({}, "", "u1"),
        ({"rescheduleUid": "u0"}, "u0", "u1"),
        ({"uid": None, "rescheduleUid": "u0"}, "", "u0"),
        ({"rescheduleUid": "u1"}, "", "u1"),
    ],
)
def test_a_new_uid_replaces_the_old_one(more: dict[str, Any], replaces: str, number: str) -> None:
    (told,) = read("BOOKING_RESCHEDULED", **more)
    assert (told.external_id, told.replaces) == (number, replaces)


def test_each_seat_is_a_booking_and_the_form_is_one_s_alone() -> None:
    form = {"email": {"value": "bea@mail.example"}, "attendeePhoneNumber": {"value": "+447700900102"}, "care": {"label": "Texts?", "value": "yes"}}  # fmt: skip
    ana, bea = read(seatsPerTimeSlot=3, attendees=[ANA, BEA], responses=form, rescheduleUid="u0")
    assert ana.external_id != bea.external_id
    assert {one.external_id.partition(SEAT)[0] for one in (ana, bea)} == {"u1"}
    assert (ana.fields["phone"], ana.answers, ana.replaces) == ("", {}, "")
    assert bea.fields["phone"] == "+447700900102"
    assert bea.answers["Texts?"] == "yes"
    assert bea.replaces.removeprefix("u0") == bea.external_id.removeprefix("u1")


@pytest.mark.parametrize(
    "where",
    [
        {"attendees": [ANA | {"phoneNumber": "+447700900101"}]},
        {"responses": {"smsReminderNumber": {"value": "+447700900101"}}},
        {"smsReminderNumber": "+447700900101"},
        {"responses": {"location": {"value": {"value": "phone", "optionValue": "+447700900101"}}}},
    ],
)
def test_a_phone_may_stand_in_several_places(where: dict[str, Any]) -> None:
    (told,) = read(**({"responses": {}} | where))
    assert told.fields["phone"] == "+447700900101"


@pytest.mark.parametrize(
    "name",
    [{"firstName": "Ana", "lastName": "Costa"}, {"firstName": "Ana"}],
)
def test_a_name_may_come_in_two_fields(name: dict[str, str]) -> None:
    (told,) = read(attendees=[{"email": "ana@mail.example"}], responses={"name": {"value": name}})
    assert (told.fields["first_name"], told.fields["name"]) == ("Ana", "")


def test_who_did_not_come_is_told_for_each_with_and_without_seats() -> None:
    payload = {"bookingUid": "u1", "attendees": [{"email": "ana@mail.example", "noShow": True}, {"email": "b@mail.example", "noShow": False}]}  # fmt: skip
    ana, bea = calcom.read({"triggerEvent": "BOOKING_NO_SHOW_UPDATED", "createdAt": START, "payload": payload})  # fmt: skip
    assert (ana.status, bea.status) == ("no-show", "booked")
    assert ana.known_as == ("u1",)
    assert ana.external_id.startswith(f"u1{SEAT}")
    assert not ana.is_whole


def test_what_is_about_no_booking_or_has_no_uid_is_said() -> None:
    with pytest.raises(NotBooking, match="PING"):
        read("PING")
    with pytest.raises(InputError, match="no uid"):
        read(uid=None)
