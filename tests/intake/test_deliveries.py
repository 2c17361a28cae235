"""What is kept is taken in: asked for where its system said little, next where many came at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

import pytest

from reminders.booking_systems import BookingSystems
from reminders.intake import booking_batches, told_bookings
from reminders.intake.deliveries import Post
from reminders.intake.delivery_states import IN_LINE
from reminders.rules.told_bookings import DeliveryOutcome, SourceKind
from reminders.store.database import writing
from reminders.store.tables import BookingSource
from reminders.web.hooks import bookings
from tests.conftest import House
from tests.support.bookings import (  # fmt: skip
    API_KEY,
    END,
    GENERIC,
    LATER,
    Vendor,
    calcom,
    clients,
    deliveries,
    square,
    standing,
    treatments,
)
from tests.support.doubles.booking_systems import VendorDouble, serving

pytestmark = pytest.mark.portable

ACUITY, SQUARE = SourceKind.ACUITY, SourceKind.SQUARE
BOTH_KINDS = [ACUITY, SQUARE]


@pytest.fixture
def double(house: House) -> Iterator[VendorDouble]:
    with serving() as found:
        house.app.deliveries._systems = BookingSystems(found.url, found.url)
        found.hold_appointment()
        found.hold_booking()
        yield found


def acuity(action: str = "scheduled", number: int = 4711) -> bytes:
    return urlencode({"action": action, "id": number, "calendarID": 27, "appointmentTypeID": 1}).encode()  # fmt: skip


def body_of(kind: SourceKind, version: int = 1) -> Any:
    return acuity() if kind is ACUITY else square(version=version)


def wait_over(house: House) -> None:
    house.clock.now += timedelta(hours=1, minutes=1)
    house.app.deliveries.take_waiting()


@pytest.mark.parametrize("kind", BOTH_KINDS)
@pytest.mark.both
def test_a_number_becomes_the_treatment_that_its_system_tells(
    house: House, double: VendorDouble, kind: SourceKind
) -> None:
    answer = Vendor(house, kind).told(body_of(kind))
    assert answer["outcome"] == "waiting", "the answer does not wait for them"
    assert [when for _, when in standing(house)] == ["12 14:30"]
    (client,) = clients(house)
    assert (client.first_name, client.last_name) == ("Ana", "Costa")
    assert (client.phone, client.email) == ("+447700900101", "ana@mail.example")
    assert deliveries(house)[0].outcome is DeliveryOutcome.TAKEN
    lets_in = double.asked[0][1]["Authorization"]
    assert lets_in.startswith("Basic " if kind is ACUITY else "Bearer EAAA")


@pytest.mark.parametrize("kind", BOTH_KINDS)
@pytest.mark.parametrize("trouble", [{"status": 500}, {"status": 429}, {"status": 302}, {"raw": b"<html>"}, {"raw": b"x" * 2_000_000}])  # fmt: skip
def test_while_a_system_is_away_it_is_asked_again_and_nothing_is_lost(
    house: House, double: VendorDouble, kind: SourceKind, trouble: dict[str, Any]
) -> None:
    for name, value in trouble.items():
        setattr(double, name, value)
    Vendor(house, kind).told(body_of(kind))
    (waits,) = deliveries(house)
    assert waits.outcome is DeliveryOutcome.WAITING
    assert waits.reason.startswith("Acuity" if kind is ACUITY else "Square")
    before = len(double.asked)
    house.app.deliveries.take_waiting()
    assert len(double.asked) == before, "not at once again"
    double.status, double.raw = 0, b""
    wait_over(house)
    assert len(treatments(house)) == 1
    assert deliveries(house)[0].outcome is DeliveryOutcome.TAKEN


def test_a_system_that_stays_away_is_given_up_after_days_and_kept(
    house: House, double: VendorDouble
) -> None:
    double.status = 503
    Vendor(house, ACUITY).told(acuity())
    for _ in range(80):
        wait_over(house)
    assert deliveries(house)[0].outcome is DeliveryOutcome.FAILED
    double.status = 0
    house.app.deliveries.try_again(deliveries(house)[0].id, asked=True)
    assert len(treatments(house)) == 1


def test_a_key_that_is_refused_is_said_and_tried_again_by_itself(
    house: House, double: VendorDouble
) -> None:
    double.status = 401
    Vendor(house, SQUARE).told(square())
    assert "refuses our key" in deliveries(house)[0].reason
    double.status = 0
    wait_over(house)
    assert len(treatments(house)) == 1


def test_without_a_key_it_waits_and_says_so(house: House, double: VendorDouble) -> None:
    vendor = Vendor(house, SQUARE)
    with writing(house.engine) as session:
        session.get_one(BookingSource, vendor.source_id).api_key = None
    vendor.told(square())
    assert deliveries(house)[0].reason.startswith("There is no key")
    assert double.asked == []


@pytest.mark.parametrize("kind", BOTH_KINDS)
def test_a_cancellation_counts_before_its_answer_whoever_is_away(
    house: House, double: VendorDouble, kind: SourceKind
) -> None:
    vendor = Vendor(house, kind)
    vendor.told(body_of(kind))
    double.status = 503
    gone = acuity("canceled") if kind is ACUITY else square("CANCELLED_BY_SELLER", 2)
    vendor.told(gone)
    assert standing(house) == []


def test_what_acuity_says_last_stands_whatever_its_notices_say(
    house: House, double: VendorDouble
) -> None:
    vendor = Vendor(house, ACUITY)
    vendor.told(acuity())
    double.hold_appointment(datetime="2026-03-14T10:00:00+0000")
    vendor.told(acuity("rescheduled"))
    vendor.told(acuity("scheduled"))
    assert standing(house) == [("4711", "14 10:00")]
    double.hold_appointment(canceled=True, noShow=True)
    vendor.told(acuity("changed"))
    assert standing(house) == []


def test_a_cancelled_appointment_that_acuity_does_not_know_any_more_stays_cancelled(
    house: House, double: VendorDouble
) -> None:
    vendor = Vendor(house, ACUITY)
    vendor.told(acuity())
    double.at.clear()
    vendor.told(acuity("canceled"))
    assert standing(house) == []
    assert deliveries(house)[-1].outcome is DeliveryOutcome.TAKEN
    vendor.told(acuity("changed", 99))
    assert deliveries(house)[-1].outcome is DeliveryOutcome.UNREAD


@pytest.mark.both
def test_square_s_versions_out_of_order_leave_the_newest(
    house: House, double: VendorDouble
) -> None:
    vendor = Vendor(house, SQUARE)
    vendor.told(square())
    vendor.told(square("CANCELLED_BY_CUSTOMER", 5))
    double.hold_booking(version=4, start_at="2026-03-14T10:00:00Z")
    vendor.told(square("ACCEPTED", 4))
    assert standing(house) == []
    assert deliveries(house)[-1].outcome is DeliveryOutcome.OLDER
    double.hold_booking(version=6, start_at="2026-03-14T10:00:00Z")
    vendor.told(square("ACCEPTED", 6))
    assert [when for _, when in standing(house)] == ["14 10:00"]


def test_a_booking_whose_customer_was_deleted_is_kept_for_a_person(
    house: House, double: VendorDouble
) -> None:
    del double.at["/v2/customers/C1"]
    Vendor(house, SQUARE).told(square())
    assert deliveries(house)[0].outcome is DeliveryOutcome.UNREAD
    assert "name" in deliveries(house)[0].reason


@pytest.mark.both
def test_who_dies_while_asking_leaves_it_to_the_next(
    house: House, double: VendorDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bookings, "_fetch", lambda *_: None)
    Vendor(house, ACUITY).told(acuity())
    assert house.app.deliveries._claim(deliveries(house)[0].id, asked=False), "and then it dies"
    house.app.deliveries.take_waiting()
    assert treatments(house) == [], "somebody may still be asking"
    wait_over(house)
    assert len(treatments(house)) == 1


@pytest.mark.both
def test_the_rest_is_asked_for_with_no_transaction_open(
    house: House, double: VendorDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor, ask = Vendor(house, ACUITY), BookingSystems.ask
    free: list[int] = []

    def look(systems: BookingSystems, kind: SourceKind, key: str, number: str) -> Any:
        with writing(house.engine) as session:  # it would wait for whoever has one open
            session.connection()
            free.append(house.engine.pool.checkedout())  # type: ignore[attr-defined]
        return ask(systems, kind, key, number)

    monkeypatch.setattr(BookingSystems, "ask", look)
    vendor.told(acuity())
    assert free == [1]


def test_no_secret_can_be_read_in_the_database(house: House, double: VendorDouble) -> None:
    vendor = Vendor(house, ACUITY)
    kept = vendor.source().model_dump_json()
    for secret in (vendor.secret, API_KEY[ACUITY], vendor.path.rpartition("/")[2]):
        assert secret not in kept
    assert house.app.deliveries.sealing.opened(vendor.source().api_key) == API_KEY[ACUITY]


# --- many at once ---------------------------------------------------------------------------------


def lined_up(vendor: Vendor, body: dict[str, Any]) -> str:
    """Let a body come while many do, and return what is said of it."""
    raw = json.dumps(body)
    post = Post(raw, sha256(raw.encode()).hexdigest())
    return vendor.house.app.deliveries.receive(vendor.source(), post, at_once=False).reason


@pytest.mark.both
def test_what_comes_while_many_do_is_kept_and_taken_in_next(house: House) -> None:
    vendor = Vendor(house, SourceKind.CALCOM)
    assert lined_up(vendor, calcom()) == IN_LINE
    assert treatments(house) == []
    assert lined_up(vendor, calcom()) == IN_LINE, "a repeat costs nothing"
    assert house.app.deliveries.take_waiting() == 1
    assert standing(house) == [("u1", "12 14:30")]


MOVED = calcom("BOOKING_RESCHEDULED", "2026-03-02T08:05:00Z", uid="u2", rescheduleUid="u1", startTime=LATER, endTime="2026-03-14T11:00:00Z")  # fmt: skip


def test_a_cancellation_passes_the_line_with_all_that_it_was_before(house: House) -> None:
    vendor = Vendor(house, SourceKind.CALCOM)
    lined_up(vendor, calcom())
    gone = lined_up(vendor, calcom("BOOKING_CANCELLED", "2026-03-02T08:06:00Z"))
    assert gone != IN_LINE
    assert standing(house) == []
    house.app.deliveries.take_waiting()
    assert standing(house) == []


def test_what_is_said_of_a_booking_that_is_known_does_not_wait(house: House) -> None:
    vendor = Vendor(house, SourceKind.GENERIC, secret="")
    vendor.told(GENERIC)
    assert lined_up(vendor, GENERIC | {"treated_at": LATER, "ended_at": ""}) != IN_LINE
    assert standing(house) == [("b-1", "14 10:00")]


def test_what_gives_a_booking_another_number_does_not_wait(house: House) -> None:
    vendor = Vendor(house, SourceKind.CALCOM)
    lined_up(vendor, calcom())
    assert lined_up(vendor, MOVED) != IN_LINE
    assert standing(house) == [("u2", "14 10:00")]


def test_a_word_that_only_the_clinic_knows_does_not_wait(house: House) -> None:
    vendor = Vendor(house, SourceKind.GENERIC, secret="")
    assert lined_up(vendor, GENERIC | {"status": "Zapped"}) != IN_LINE


def test_what_waits_in_line_of_one_booking_is_taken_in_together(house: House) -> None:
    vendor = Vendor(house, SourceKind.GENERIC, secret="")
    lined_up(vendor, GENERIC)
    lined_up(vendor, GENERIC | {"treated_at": LATER, "ended_at": ""})
    house.app.deliveries.try_again(deliveries(house)[0].id)
    assert standing(house) == [("b-1", "14 10:00")]
    assert {one.outcome for one in deliveries(house)} == {DeliveryOutcome.TAKEN}


def test_what_is_new_of_a_booking_in_line_comes_after_it(house: House) -> None:
    vendor = Vendor(house, SourceKind.GENERIC, secret="")
    lined_up(vendor, GENERIC)
    vendor.told({"external_id": "b-1", "treated_at": LATER})
    assert standing(house) == [("b-1", "14 10:00")]


def of(number: int, **more: Any) -> dict[str, Any]:
    """Return a booking of somebody of their own."""
    email = f"{'abcdefghij'[number]}@mail.example"
    return calcom(uid=f"u{number}", attendees=[{"name": f"{NAMED[number]} Costa", "email": email}], responses={}, **more)  # fmt: skip


NAMED = ("Ana", "Beatriz", "Clara", "Dora", "Elena")
FIRST = "12 14:30"


@pytest.mark.both
def test_new_bookings_in_line_are_taken_in_together(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor = Vendor(house, SourceKind.CALCOM)
    for number in range(5):
        lined_up(vendor, of(number))
    with monkeypatch.context() as patch:
        patch.setattr(told_bookings, "take", lambda *_: 1 / 0)  # one by one it would not go
        assert house.app.deliveries.take_line() == 5
    assert standing(house) == [(f"u{number}", FIRST) for number in range(5)]
    assert {(one.outcome, one.reason) for one in deliveries(house)} == {(DeliveryOutcome.TAKEN, "New booking.")}  # fmt: skip
    assert vendor.told(of(0))["outcome"] == "taken", "a repeat is answered as the first was"
    older = of(1, startTime=LATER) | {"createdAt": "2026-03-02T07:00:00Z"}
    assert vendor.told(older)["outcome"] == "older", "how new each word was is known"


@pytest.mark.both
def test_one_odd_booking_in_line_keeps_no_other_back(house: House) -> None:
    vendor = Vendor(house, SourceKind.CALCOM)
    odd = {1: {"startTime": "next Tuesday"}, 2: {"eventTitle": "Massage", "type": "x"}, 3: {"startTime": END}}  # fmt: skip
    for number in range(5):
        lined_up(vendor, of(number, **odd.get(number, {})))
    house.app.deliveries.take_waiting()
    assert standing(house) == [("u0", FIRST), ("u4", FIRST)]
    said = [one.outcome for one in deliveries(house)]
    unread, taken = DeliveryOutcome.UNREAD, DeliveryOutcome.TAKEN
    assert (said[0], said[1], said[3], said[4]) == (taken, unread, unread, taken)
    assert said[2] in {DeliveryOutcome.ASKED, DeliveryOutcome.UNCHANGED, DeliveryOutcome.NOTHING}


@pytest.mark.both
def test_a_fault_among_those_taken_in_together_leaves_each_to_itself(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor = Vendor(house, SourceKind.CALCOM)
    for number in range(3):
        lined_up(vendor, of(number))
    monkeypatch.setattr(booking_batches, "take", lambda *_: 1 / 0)
    house.app.deliveries.take_waiting()
    assert len(standing(house)) == 3


@pytest.mark.both
def test_many_that_come_at_once_are_all_kept_and_all_taken_in(house: House) -> None:
    vendor = Vendor(house, SourceKind.CALCOM)
    bodies = [
        calcom(uid=f"u{n}", attendees=[{"name": f"Ana {letter}", "email": f"{letter}@mail.example"}], responses={})
        for n, letter in enumerate("abcdefghijkl")
    ]  # fmt: skip
    with vendor.web, ThreadPoolExecutor(6) as pool:  # one loop, as a server has
        said = list(pool.map(vendor.post, bodies))
    assert {answer.status_code for answer in said} <= {200, 202}
    house.app.deliveries.take_waiting()
    assert len(treatments(house)) + len([one for one in deliveries(house) if one.outcome == "asked"]) == 12  # fmt: skip
