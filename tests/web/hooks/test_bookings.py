"""The address booking systems post to: what each says is done before the answer, whatever goes wrong."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from reminders.intake import told_bookings
from reminders.intake.deliveries import Deliveries
from reminders.rules.told_bookings import SourceKind
from reminders.store.database import writing
from reminders.store.tables import BookingSource
from tests.conftest import House
from tests.support.bookings import (
    ANA,
    END,
    START,
    Vendor,
    calcom,
    clients,
    deliveries,
    standing,
    treatments,
)

pytestmark = pytest.mark.portable

CALCOM, CALENDLY, GENERIC_KIND = SourceKind.CALCOM, SourceKind.CALENDLY, SourceKind.GENERIC
AT_FIRST = ("u1", "12 14:30")


def at(minute: int) -> str:
    return f"2026-03-02T08:{minute:02}:00.000Z"


# --- repeats, orders, crashes ---------------------------------------------------------------------


@pytest.mark.both
def test_the_same_twice_hours_apart_changes_nothing(house: House) -> None:
    vendor = Vendor(house, CALCOM)
    first = vendor.told(calcom())
    vendor.told(calcom("BOOKING_CANCELLED", at(5)))
    house.clock.now = datetime(2026, 3, 2, 20, tzinfo=UTC)
    assert vendor.told(calcom()) == first
    assert standing(house) == []
    assert len(deliveries(house)) == 2


@pytest.mark.both
def test_one_delivery_posted_many_times_at_once_is_taken_once(house: House) -> None:
    vendor = Vendor(house, CALCOM)
    with vendor.web, ThreadPoolExecutor(4) as pool:  # one loop, as a server has
        said = list(pool.map(lambda _: vendor.told(calcom()), range(8)))
    assert {one["delivery"] for one in said} == {1}
    house.app.deliveries.take_waiting()
    assert len(treatments(house)) == len(clients(house)) == len(deliveries(house)) == 1


@pytest.mark.both
def test_what_failed_on_our_side_is_kept_and_taken_in_later(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor = Vendor(house, CALCOM)
    with monkeypatch.context() as patch:
        patch.setattr(told_bookings, "_act", lambda *_: 1 / 0)
        answer = vendor.post(calcom())
        assert answer.status_code == 503, "so that it may come again"
    assert treatments(house) == []
    assert deliveries(house)[0].outcome == "waiting"
    assert house.app.deliveries.take_waiting() == 0, "not at once again"
    house.clock.now = datetime(2026, 3, 2, 8, 1, tzinfo=UTC)
    assert house.app.deliveries.take_waiting() == 1
    assert standing(house) == [AT_FIRST]
    assert deliveries(house)[0].outcome == "taken"


def test_what_failed_on_our_side_is_taken_in_when_it_comes_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor = Vendor(house, CALCOM)
    with monkeypatch.context() as patch:
        patch.setattr(told_bookings, "_act", lambda *_: 1 / 0)
        assert vendor.post(calcom()).status_code == 503
    assert vendor.told(calcom())["outcome"] == "taken"
    assert (len(deliveries(house)), standing(house)) == (1, [AT_FIRST])


def test_what_cannot_be_understood_is_kept_with_its_reason(house: House) -> None:
    vendor = Vendor(house, CALCOM)
    answer = vendor.post(calcom(startTime="next Tuesday"))
    assert (answer.status_code, answer.json()["outcome"]) == (202, "unread")
    (kept,) = deliveries(house)
    assert "date" in kept.reason
    assert json.loads(kept.body)["payload"]["startTime"] == "next Tuesday"
    assert (treatments(house), clients(house)) == ([], []), "nothing half-done was kept"


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
@pytest.mark.both
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


@pytest.mark.both
def test_a_database_that_is_away_is_a_503_so_that_it_comes_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise OperationalError("x", {}, Exception())

    vendor = Vendor(house, CALCOM)
    monkeypatch.setattr(Deliveries, "receive", away)
    assert vendor.post(calcom()).status_code == 503
