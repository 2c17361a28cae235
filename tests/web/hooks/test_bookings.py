"""The address booking systems post to: what each says is done before the answer, whatever goes wrong."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from reminders.intake import told_bookings
from reminders.intake.deliveries import Deliveries
from reminders.rules.terms import LEFT, Status
from reminders.rules.told_bookings import SEAT, SourceKind
from reminders.store.database import writing
from reminders.store.tables import BookingSource
from tests.conftest import House, ana
from tests.support.bookings import (
    ANA,
    END,
    GENERIC,
    LATER,
    START,
    Vendor,
    calcom,
    calendly,
    clients,
    deliveries,
    invitee,
    standing,
    treatments,
)

CALCOM, CALENDLY, GENERIC_KIND = SourceKind.CALCOM, SourceKind.CALENDLY, SourceKind.GENERIC
AT_FIRST = ("u1", "12 14:30")


def at(minute: int) -> str:
    return f"2026-03-02T08:{minute:02}:00.000Z"


# --- Cal.com --------------------------------------------------------------------------------------


def test_a_booking_becomes_a_treatment_of_whoever_booked(house: House) -> None:
    vendor = Vendor(house, CALCOM)
    answer = vendor.told(calcom())
    assert answer["outcome"] == "taken"
    assert answer["detail"].startswith("A new booking.")
    assert standing(house) == [AT_FIRST]
    (client,) = clients(house)
    assert (client.first_name, client.last_name, client.phone) == ("Ana", "Costa", "+447700900101")
    assert client.time_zone is None, "a browser's zone is not the client's"


def test_a_reschedule_with_a_new_uid_moves_the_treatment_there_was(house: House) -> None:
    vendor = Vendor(house, CALCOM)
    vendor.told(calcom())
    moved = calcom("BOOKING_RESCHEDULED", at(5), uid="u2", rescheduleUid="u1", startTime=LATER, endTime="2026-03-14T11:00:00Z")  # fmt: skip
    assert vendor.told(moved)["detail"].startswith("Moved")
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
    assert vendor.told(asked)["detail"].startswith("Cancelled")
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
    assert "not certain" in vendor.told(calcom("BOOKING_REQUESTED", at(1)))["detail"]
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


# --- repeats, orders, crashes ---------------------------------------------------------------------


def test_the_same_twice_hours_apart_changes_nothing(house: House) -> None:
    vendor = Vendor(house, CALCOM)
    first = vendor.told(calcom())
    vendor.told(calcom("BOOKING_CANCELLED", at(5)))
    house.clock.now = datetime(2026, 3, 2, 20, tzinfo=UTC)
    assert vendor.told(calcom()) == first
    assert standing(house) == []
    assert len(deliveries(house)) == 2


def test_an_older_word_never_overwrites_a_newer_one(house: House) -> None:
    vendor = Vendor(house, CALCOM)
    vendor.told(calcom(at=at(9), startTime=LATER, endTime="2026-03-14T11:00:00Z"))
    assert vendor.told(calcom(at=at(3)))["outcome"] == "older"
    assert standing(house) == [("u1", "14 10:00")]


def test_one_delivery_posted_many_times_at_once_is_taken_once(house: House) -> None:
    vendor = Vendor(house, CALCOM)
    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(lambda _: vendor.told(calcom()), range(8)))
    assert all(one == said[0] for one in said)
    assert len(treatments(house)) == len(clients(house)) == len(deliveries(house)) == 1


def test_many_words_of_one_booking_at_once_leave_the_newest(house: House) -> None:
    vendor = Vendor(house, CALCOM)
    bodies = [calcom(at=at(n), startTime=f"2026-03-12T{10 + n}:00:00Z", endTime=f"2026-03-12T{11 + n}:00:00Z") for n in range(8)]  # fmt: skip
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(vendor.told, reversed(bodies)))
    assert standing(house) == [("u1", "12 17:00")]
    assert len(treatments(house)) == 1


def test_what_failed_on_our_side_is_kept_and_taken_in_later(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor = Vendor(house, CALCOM)
    with monkeypatch.context() as patch:
        patch.setattr(told_bookings, "_act", lambda *_: 1 / 0)
        answer = vendor.post(calcom())
        assert (answer.status_code, answer.json()["outcome"]) == (202, "waiting")
    assert treatments(house) == []
    assert house.app.deliveries.take_waiting() == 0, "not at once again"
    house.clock.now = datetime(2026, 3, 2, 8, 1, tzinfo=UTC)
    assert house.app.deliveries.take_waiting() == 1
    assert standing(house) == [AT_FIRST]
    assert deliveries(house)[0].outcome == "taken"


def test_what_cannot_be_understood_is_kept_with_its_reason(house: House) -> None:
    vendor = Vendor(house, CALCOM)
    answer = vendor.post(calcom(startTime="next Tuesday"))
    assert (answer.status_code, answer.json()["outcome"]) == (202, "unread")
    (kept,) = deliveries(house)
    assert "date" in kept.reason
    assert json.loads(kept.body)["payload"]["startTime"] == "next Tuesday"
    assert (treatments(house), clients(house)) == ([], []), "nothing half-done was kept"


def test_after_a_cancellation_is_answered_no_message_of_it_leaves(house: House) -> None:
    house.enrol(ana(date(2025, 1, 5)))
    vendor = Vendor(house, CALCOM)
    vendor.told(calcom())
    assert [x for x in house.lines() if x.status is Status.PLANNED and x.milestone != "opt-in"]
    vendor.told(calcom("BOOKING_CANCELLED", at(5)))
    house.play(datetime(2026, 5, 1, tzinfo=UTC))
    assert {x.milestone for x in house.lines() if x.status in LEFT} <= {"opt-in"}


# --- the door -------------------------------------------------------------------------------------

EVERY_KIND = list(SourceKind)


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_what_is_not_signed_is_not_believed(house: House, kind: SourceKind) -> None:
    vendor = Vendor(house, kind)
    for body in (calcom(), b"action=canceled&id=1"):
        for headers in ({}, {"X-Cal-Signature-256": "no-secret-provided"}):
            assert vendor.post(body, headers).status_code == 401
    assert deliveries(house) == []


@pytest.mark.parametrize("kind", [one for one in EVERY_KIND if one is not GENERIC_KIND])
def test_a_vendor_without_a_secret_is_never_believed(house: House, kind: SourceKind) -> None:
    vendor = Vendor(house, kind)
    with writing(house.engine) as session:
        session.get_one(BookingSource, vendor.source_id).secret = None
    assert vendor.post(calcom()).status_code == 401


def test_an_address_of_another_kind_or_none_is_nowhere(house: House) -> None:
    vendor = Vendor(house, CALCOM)
    raw = json.dumps(calcom()).encode()
    token = vendor.path.rpartition("/")[2]
    for path in (f"/hooks/bookings/generic/{token}", "/hooks/bookings/calcom/x", "/hooks/bookings/x/y"):  # fmt: skip
        answer = vendor.web.post(path, content=raw, headers=vendor.signed(raw))
        assert answer.status_code == 404
        assert "Copy the address anew" in answer.json()["detail"]
    assert vendor.web.get(vendor.path).status_code == 405


def test_who_tries_many_addresses_is_told_to_stop_and_keeps_nobody_else_out(house: House) -> None:
    vendor = Vendor(house, CALCOM)
    tried = [vendor.web.post("/hooks/bookings/calcom/x").status_code for _ in range(31)]
    assert tried == [404] * 30 + [429]
    assert vendor.told(calcom())["outcome"] == "taken"


HOSTILE: list[tuple[str, bytes]] = [
    ("deep", b'{"a":' * 40_000),
    ("deep-list", b'{"a":' + b"[" * 60 + b"]" * 60 + b"}"),
    ("huge-number", b'{"triggerEvent": "X", "n": 1' + b"0" * 5000 + b"}"),
    ("long-number", b'{"n": ' + b"9" * 60 + b"}"),
    ("infinite", b'{"n": 1e999}'),
    ("nan", b'{"n": NaN}'),
    ("nul", b'{"triggerEvent": "BOOKING_CREATED", "payload": {"uid": "a\\u0000b"}}'),
    ("half-character", b'{"triggerEvent": "BOOKING_CREATED", "payload": {"uid": "\\ud83d"}}'),
    ("half-name", b'{"\\udc00": 1}'),
    ("list", b"[]"),
    ("text", b'"hello"'),
    ("null", b"null"),
    ("empty", b""),
    ("form", b"external_id=b-1&status=booked"),
    ("invalid-utf-8", b'{"a": "\xff\xfe"}'),
    ("utf-16", '{"a": 1}'.encode("utf-16")),
    ("xml", b"<booking/>"),
    ("wrong-event", b'{"triggerEvent": 5, "event": [], "type": {}, "external_id": []}'),
    ("wrong-payload", b'{"triggerEvent": "BOOKING_CREATED", "payload": "x", "event": "invitee.created", "type": "booking.created", "data": 1, "external_id": {}}'),
]  # fmt: skip


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_hostile_bodies_get_a_sentence_and_leave_nothing(house: House, kind: SourceKind) -> None:
    vendor = Vendor(house, kind)
    for name, body in HOSTILE:
        answer = vendor.post(body)
        assert answer.status_code == 400, (name, answer.text)
        assert answer.json()["detail"].endswith("."), name
    large = vendor.post(b'{"a": "' + b"x" * 1_048_576 + b'"}')
    assert large.status_code == 413
    assert "256 KB" in large.json()["detail"]
    assert deliveries(house) == []


ODD: list[Any] = [
    {"uid": ["u1"]}, {"uid": None}, {"uid": ""}, {"startTime": 5}, {"startTime": {}}, {"startTime": "2026-13-45"},
    {"startTime": "9999-12-31T23:59:59Z"}, {"startTime": "0001-01-01T00:00:00+14:00"}, {"endTime": "x"}, {"endTime": START, "startTime": END},
    {"attendees": 5}, {"attendees": []}, {"attendees": [5]}, {"attendees": [{"name": {}, "email": []}]}, {"attendees": [{"name": "x" * 5000}]},
    {"responses": []}, {"responses": {"name": "Ana"}}, {"eventTitle": {}, "type": None}, {"seatsPerTimeSlot": "x", "attendees": [ANA, 7]},
    {"rescheduleUid": {}}, {"rescheduleUid": "u1"}, {"eventTitle": "💉" * 500}, {"uid": "x" * 5000},
    {"responses": {"attendeePhoneNumber": {"value": "not a number"}, "email": {"value": "ana@mail.example"}}},
]  # fmt: skip


@pytest.mark.parametrize("odd", ODD, ids=[str(n) for n in range(len(ODD))])
def test_odd_fields_are_taken_or_kept_and_never_a_fault_of_ours(house: House, odd: Any) -> None:
    answer = Vendor(house, CALCOM).post(calcom(**odd))
    assert answer.status_code in {200, 202}, answer.text
    assert answer.json()["outcome"] != "waiting", answer.text


def test_a_database_that_is_away_is_a_503_so_that_it_comes_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise OperationalError("x", {}, Exception())

    vendor = Vendor(house, CALCOM)
    monkeypatch.setattr(Deliveries, "receive", away)
    assert vendor.post(calcom()).status_code == 503
