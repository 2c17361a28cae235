"""What booking systems say, in any order and however often: one treatment, as it was last told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any

import pytest

from reminders.rules.terms import LEFT, Status
from reminders.rules.told_bookings import SEAT, SourceKind
from tests.conftest import House, ana
from tests.support.bookings import (
    ANA,
    GENERIC,
    LATER,
    Vendor,
    calcom,
    calendly,
    clients,
    invitee,
    standing,
    treatments,
)

pytestmark = pytest.mark.portable

CALCOM, CALENDLY, GENERIC_KIND = SourceKind.CALCOM, SourceKind.CALENDLY, SourceKind.GENERIC
AT_FIRST = ("u1", "12 14:30")


def at(minute: int) -> str:
    return f"2026-03-02T08:{minute:02}:00.000Z"


# --- Cal.com --------------------------------------------------------------------------------------


@pytest.mark.both
def test_a_booking_becomes_a_treatment_of_whoever_booked(house: House) -> None:
    vendor = Vendor(house, CALCOM)
    answer = vendor.told(calcom())
    assert answer["outcome"] == "taken"
    assert answer["detail"].startswith("New booking.")
    assert standing(house) == [AT_FIRST]
    (client,) = clients(house)
    assert (client.first_name, client.last_name, client.phone) == ("Ana", "Costa", "+447700900101")
    assert client.time_zone is None, "a browser's zone is not the client's"


def test_a_reschedule_with_a_new_uid_moves_the_treatment_there_was(house: House) -> None:
    vendor = Vendor(house, CALCOM)
    vendor.told(calcom())
    moved = calcom("BOOKING_RESCHEDULED", at(5), uid="u2", rescheduleUid="u1", startTime=LATER, endTime="2026-03-14T11:00:00Z")  # fmt: skip
    assert vendor.told(moved)["detail"].startswith("Booking moved")
    assert standing(house) == [("u2", "14 10:00")]
    assert len(treatments(house)) == 1
    late = calcom("BOOKING_CANCELLED", at(6))
    assert vendor.told(late)["outcome"] == "older", "the old uid means nothing any more"
    assert standing(house) == [("u2", "14 10:00")]


def test_of_a_chain_of_moves_in_any_order_the_last_stands_alone(house: House) -> None:
    vendor = Vendor(house, CALCOM)
    vendor.told(calcom())
    vendor.told(calcom("BOOKING_RESCHEDULED", at(9), uid="u3", rescheduleUid="u2", startTime=LATER, endTime="2026-03-14T11:00:00Z"))  # fmt: skip
    vendor.told(calcom("BOOKING_RESCHEDULED", at(5), uid="u2", rescheduleUid="u1", startTime="2026-03-13T09:00:00Z", endTime="2026-03-13T10:00:00Z"))  # fmt: skip
    assert standing(house) == [("u3", "14 10:00")]


def test_a_host_s_request_to_reschedule_cancels_until_another_time_is_chosen(house: House) -> None:
    vendor = Vendor(house, CALCOM)
    vendor.told(calcom())
    asked = calcom("BOOKING_CANCELLED", at(5), requestReschedule=True, rescheduledToUid=None)
    assert vendor.told(asked)["detail"].startswith("Booking cancelled")
    assert standing(house) == []
    vendor.told(calcom("BOOKING_RESCHEDULED", at(9), uid="u2", rescheduleUid="u1", startTime=LATER, endTime="2026-03-14T11:00:00Z"))  # fmt: skip
    assert standing(house) == [("u2", "14 10:00")]
    assert len(treatments(house)) == 1


def test_a_reschedule_that_is_to_be_confirmed_waits_and_the_old_time_is_over(house: House) -> None:
    vendor = Vendor(house, CALCOM)
    vendor.told(calcom())
    moved = {"uid": "u2", "startTime": LATER, "endTime": "2026-03-14T11:00:00Z"}
    vendor.told(calcom("BOOKING_REQUESTED", at(5), rescheduleUid="u1", status="PENDING", **moved))
    assert standing(house) == []
    vendor.told(calcom("BOOKING_CREATED", at(9), **moved))
    assert standing(house) == [("u2", "14 10:00")]
    assert len(treatments(house)) == 1


def test_a_request_is_planned_once_it_is_confirmed_and_never_if_it_is_declined(
    house: House,
) -> None:
    vendor = Vendor(house, CALCOM)
    assert "not confirmed yet" in vendor.told(calcom("BOOKING_REQUESTED", at(1)))["detail"]
    assert treatments(house) == []
    vendor.told(calcom("BOOKING_CREATED", at(2)))
    assert standing(house) == [AT_FIRST]
    vendor.told(calcom("BOOKING_REJECTED", at(3)))
    assert standing(house) == []


BEA = {"name": "Bea Lopes", "email": "bea@mail.example"}


def test_seats_that_share_a_uid_are_treatments_of_their_own(house: House) -> None:
    vendor = Vendor(house, CALCOM)
    vendor.told(calcom(seatsPerTimeSlot=4))
    both = calcom(at=at(2), seatsPerTimeSlot=4, attendees=[ANA, BEA], responses={"name": {"value": "Bea Lopes"}, "email": {"value": "bea@mail.example"}})  # fmt: skip
    vendor.told(both)
    assert [one.first_name for one in clients(house)] == ["Ana", "Bea"]
    assert [one.phone for one in clients(house)] == ["+447700900101", None], "each has their own"
    numbers = [number for number, _ in standing(house)]
    assert len(set(numbers)) == 2
    assert {number.partition(SEAT)[0] for number in numbers} == {"u1"}
    vendor.told(calcom("BOOKING_CANCELLED", at(5), seatsPerTimeSlot=4, attendees=[ANA], requestReschedule=True))  # fmt: skip
    assert [number for number, _ in standing(house)] == numbers[1:]
    vendor.told(calcom("BOOKING_RESCHEDULED", at(6), seatsPerTimeSlot=4, attendees=[BEA], uid="u2", rescheduleUid="u1", startTime=LATER, endTime="2026-03-14T11:00:00Z", responses={}))  # fmt: skip
    assert [when for _, when in standing(house)] == ["14 10:00"]
    assert len(treatments(house)) == 2


def test_without_seats_only_who_booked_is_treated_and_guests_are_not(house: House) -> None:
    Vendor(house, CALCOM).told(calcom(attendees=[ANA, BEA]))
    assert [one.first_name for one in clients(house)] == ["Ana"]


def test_a_meeting_that_ended_confirms_the_treatment_and_a_no_show_ends_it(house: House) -> None:
    vendor = Vendor(house, CALCOM)
    vendor.told(calcom())
    house.clock.now = datetime(2026, 3, 12, 15, 30, 5, tzinfo=UTC)
    ended = calcom("MEETING_ENDED")["payload"] | {"triggerEvent": "MEETING_ENDED"}
    vendor.told(ended)
    assert treatments(house)[0].treated_marked_at == house.clock.now
    nobody = {"triggerEvent": "BOOKING_NO_SHOW_UPDATED", "createdAt": "2026-03-12T16:00:00Z",
              "payload": {"bookingUid": "u1", "message": "x", "attendees": [{"email": "ana@mail.example", "noShow": True}]}}  # fmt: skip
    vendor.told(nobody)
    assert standing(house) == []


@pytest.mark.parametrize("event", ["PING", "FORM_SUBMITTED", "OOO_CREATED", "RECORDING_READY"])
def test_what_is_about_no_booking_is_kept_and_does_nothing(house: House, event: str) -> None:
    answer = Vendor(house, CALCOM).told(calcom(event))
    assert answer["outcome"] == "nothing"
    assert event in answer["detail"]
    assert treatments(house) == []


# --- Calendly -------------------------------------------------------------------------------------

OLD_GONE = calendly("invitee.canceled", at(5), status="canceled", rescheduled=True, new_invitee=invitee("e2"))  # fmt: skip
NEW_MADE = calendly(
    "invitee.created", at(5), "e2", old_invitee=invitee("e1"), scheduled_event={"name": "Microneedling", "start_time": LATER, "end_time": "2026-03-14T11:00:00Z"}
)  # fmt: skip


@pytest.mark.parametrize("order", [(OLD_GONE, NEW_MADE), (NEW_MADE, OLD_GONE)])
def test_a_reschedule_told_in_two_parts_in_either_order_moves_one_treatment(
    house: House, order: tuple[Any, Any]
) -> None:
    vendor = Vendor(house, CALENDLY)
    vendor.told(calendly())
    for body in (*order, *order):
        vendor.told(body)
    assert standing(house) == [("e2", "14 10:00")]
    assert len(treatments(house)) == 1


def test_a_cancellation_that_comes_before_its_booking_stands(house: House) -> None:
    vendor = Vendor(house, CALENDLY)
    assert vendor.told(calendly("invitee.canceled", at(5)))["outcome"] in {"nothing", "unchanged"}
    assert vendor.told(calendly())["outcome"] == "older"
    assert treatments(house) == []


def test_a_phone_that_was_asked_for_in_the_form_is_the_client_s(house: House) -> None:
    asked = [{"question": "Allergies?", "answer": "none"}, {"question": "Your mobile number", "answer": "07700 900101"}]  # fmt: skip
    Vendor(house, CALENDLY).told(calendly(text_reminder_number=None, questions_and_answers=asked))
    assert clients(house)[0].phone == "+447700900101"


def test_of_a_group_each_invitee_is_one_and_a_no_show_is_theirs_alone(house: House) -> None:
    vendor = Vendor(house, CALENDLY)
    group = calendly()["payload"]["scheduled_event"] | {"invitees_counter": {"limit": 6}}
    vendor.told(calendly(scheduled_event=group))
    vendor.told(calendly(scheduled_event=group, uri=invitee("e1", "i2"), first_name="Bea", last_name="Lopes", name="Bea Lopes", email="bea@mail.example", text_reminder_number=None))  # fmt: skip
    assert len(standing(house)) == 2
    vendor.told({"event": "invitee_no_show.created", "created_at": "2026-03-12T16:00:00Z", "payload": {"uri": "https://api.calendly.com/invitee_no_shows/n1", "invitee": invitee("e1", "i2")}})  # fmt: skip
    assert [number for number, _ in standing(house)] == [f"e1{SEAT}i1"]


# --- anything else --------------------------------------------------------------------------------


def test_a_booking_in_our_own_words_is_added_moved_and_cancelled(house: House) -> None:
    vendor = Vendor(house, GENERIC_KIND, secret="")
    assert vendor.told(GENERIC)["outcome"] == "taken"
    vendor.told(GENERIC | {"treated_at": LATER, "ended_at": ""})
    assert standing(house) == [("b-1", "14 10:00")]
    assert vendor.told({"external_id": "b-1", "status": "cancelled"})["outcome"] == "taken"
    assert standing(house) == []


def test_what_says_when_it_was_changed_is_taken_in_that_order(house: House) -> None:
    vendor = Vendor(house, GENERIC_KIND, secret="")
    vendor.told(GENERIC | {"as_of": "2026-03-02T07:00:00Z"})
    vendor.told(GENERIC | {"as_of": "2026-03-02T07:30:00Z", "status": "cancelled"})
    late = vendor.told(GENERIC | {"as_of": "2026-03-02T07:10:00Z", "treated_at": LATER, "ended_at": ""})  # fmt: skip
    assert late["outcome"] == "older"
    assert standing(house) == []


def test_a_service_that_nobody_knows_waits_for_a_person(house: House) -> None:
    answer = Vendor(house, GENERIC_KIND, secret="").told(GENERIC | {"treatment": "Collagen treatment"})  # fmt: skip
    assert answer["outcome"] == "asked"


# --- orders ---------------------------------------------------------------------------------------


@pytest.mark.both
def test_an_older_word_never_overwrites_a_newer_one(house: House) -> None:
    vendor = Vendor(house, CALCOM)
    vendor.told(calcom(at=at(9), startTime=LATER, endTime="2026-03-14T11:00:00Z"))
    assert vendor.told(calcom(at=at(3)))["outcome"] == "older"
    assert standing(house) == [("u1", "14 10:00")]


@pytest.mark.both
def test_many_words_of_one_booking_at_once_leave_the_newest(house: House) -> None:
    vendor = Vendor(house, CALCOM)
    bodies = [calcom(at=at(n), startTime=f"2026-03-12T{10 + n}:00:00Z", endTime=f"2026-03-12T{11 + n}:00:00Z") for n in range(8)]  # fmt: skip
    with vendor.web, ThreadPoolExecutor(4) as pool:  # one loop, as a server has
        list(pool.map(vendor.told, reversed(bodies)))
    house.app.deliveries.take_waiting()
    assert standing(house) == [("u1", "12 17:00")]
    assert len(treatments(house)) == 1


@pytest.mark.both
def test_after_a_cancellation_is_answered_no_message_of_it_leaves(house: House) -> None:
    house.enrol(ana(date(2025, 1, 5)))
    vendor = Vendor(house, CALCOM)
    vendor.told(calcom())
    assert [x for x in house.lines() if x.status is Status.PLANNED and x.milestone != "opt-in"]
    vendor.told(calcom("BOOKING_CANCELLED", at(5)))
    house.play(datetime(2026, 5, 1, tzinfo=UTC))
    assert {x.milestone for x in house.lines() if x.status in LEFT} <= {"opt-in"}
