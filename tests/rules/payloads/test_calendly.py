"""Calendly's posts: which booking each is about, and which it takes the place of."""

from __future__ import annotations

from typing import Any

import pytest

from reminders.rules.payloads import calendly
from reminders.rules.terms import InputError
from reminders.rules.told_bookings import SEAT, NotBooking, ToldBooking
from tests.support.bookings import calendly as post
from tests.support.bookings import invitee


def read(*told: Any, **more: Any) -> ToldBooking:
    (found,) = calendly.read(post(*told, **more))
    return found


def test_a_booking_has_its_event_s_number_as_in_the_export() -> None:
    told = read()
    assert (told.external_id, told.status) == ("e1", "booked")
    assert told.fields["phone"] == "+44 7700 900101"
    group = {"invitees_counter": {"limit": 5}, "start_time": "x"}
    assert read(scheduled_event=group).external_id == f"e1{SEAT}i1"


def test_the_new_one_of_a_reschedule_takes_the_place_of_the_old() -> None:
    new = read("invitee.created", old_invitee=invitee("e0", "i0"))
    assert (new.external_id, new.replaces) == ("e1", "e0")
    old = read("invitee.canceled", old_invitee=invitee("e0"), new_invitee=invitee("e2"))
    assert (old.status, old.replaces) == ("cancelled", "")


@pytest.mark.parametrize(
    "question, is_phone",
    [
        ("Phone", True),
        ("What is your mobile number?", True),
        ("Teléfono", True),
        ("Handy", True),
        ("Do you take any medicine?", False),
        ("Cellulite?", False),
    ],
)
def test_a_phone_is_told_by_its_question(question: str, is_phone: bool) -> None:
    told = read(text_reminder_number=None, questions_and_answers=[{"question": question, "answer": "07700 900101"}])  # fmt: skip
    assert bool(told.fields["phone"]) is is_phone
    assert told.answers == {question: "07700 900101"}


def test_what_is_about_no_invitee_is_said() -> None:
    with pytest.raises(NotBooking):
        read("routing_form_submission.created")
    with pytest.raises(InputError):
        read(uri="https://api.calendly.com/users/me")
