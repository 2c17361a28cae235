"""One address is the whole life of a booking: added, moved, cancelled, confirmed, or in doubt."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reminders.rules.terms import Status
from tests.conftest import House
from tests.support.api import AHEAD, ANA, Program
from tests.support.desk import signed_in

pytestmark = pytest.mark.portable


@pytest.mark.both
def test_a_booking_is_added_moved_and_cancelled_and_its_reminders_with_it(house: House) -> None:
    program = Program(house)
    client = program.ana()
    assert program.agreed(client).status_code == 200
    added = program.booked()
    assert (added["effect"], added["state"], added["client"]) == ("added", "booked", client)
    assert added["starts_at"] == AHEAD
    assert added["planned"] > 3
    moved = program.put("/treatments/cliniko/b-1", starts_at="2026-03-13 10:00").json()
    assert (moved["effect"], moved["starts_at"]) == ("moved", "2026-03-13T10:00:00+00:00")
    assert moved["moved"] == added["planned"]
    gone = program.put("/treatments/cliniko/b-1", status="cancelled").json()
    assert (gone["effect"], gone["state"]) == ("cancelled", "cancelled")
    assert gone["cancelled"] == added["planned"]
    house.play(datetime(2026, 5, 1, tzinfo=UTC))
    messages = program.get(f"/clients/{client}/messages").json()["messages"]
    of_treatment = [one for one in messages if one["treatment"]]
    assert {one["status"] for one in of_treatment} == {"cancelled"}
    assert {one["why"] for one in of_treatment} == {"The treatment was cancelled."}


@pytest.mark.both
def test_the_same_twice_changes_nothing(house: House) -> None:
    program = Program(house)
    program.ana()
    first = program.booked()
    again = program.booked()
    assert (again["effect"], again["treatment"]) == ("unchanged", first["treatment"])
    program.put("/treatments/cliniko/b-1", status="no-show")
    assert program.put("/treatments/cliniko/b-1", status="no-show").json()["effect"] == "unchanged"
    assert len(house.lines()) == len({(x.milestone, x.channel) for x in house.lines()})


def test_a_cancelled_booking_that_takes_place_after_all_is_planned_again(house: House) -> None:
    program = Program(house)
    program.agreed(program.ana())
    planned = program.booked()["planned"]
    program.put("/treatments/cliniko/b-1", status="cancelled")
    back = program.put("/treatments/cliniko/b-1", status="booked").json()
    assert (back["state"], back["planned"]) == ("booked", planned)


def test_numbers_of_two_systems_do_not_meet(house: House) -> None:
    program = Program(house)
    program.ana()
    program.booked("1")
    other = program.put(
        "/treatments/acuity/1", client={"own_id": "c-77"}, service="Microneedling",
        starts_at="2026-06-12T09:00",
    ).json()  # fmt: skip
    assert other["effect"] == "added"
    program.put("/treatments/acuity/1", status="cancelled")
    assert program.get("/treatments/cliniko/1").json()["state"] == "booked"


def test_a_number_may_hold_anything_that_can_be_seen(house: House) -> None:
    program = Program(house)
    program.ana()
    number = "https%3A%2F%2Fapi.example%2Fevents%2FAb%20ä"
    assert program.booked(number)["external_id"] == "https://api.example/events/Ab ä"
    assert program.get(f"/treatments/cliniko/{number}").json()["state"] == "booked"


def test_nobody_is_believed_to_have_been_treated_before_the_end(house: House) -> None:
    program = Program(house)
    program.ana()
    early = program.put("/treatments/cliniko/b-1", **_whole(status="treated"))
    assert early.status_code == 422
    assert "not begun" in early.json()["detail"]
    assert program.get("/treatments/cliniko/b-1").status_code == 404, "nothing half-done was kept"
    program.booked()
    refused = program.put("/treatments/cliniko/b-1", status="treated")
    assert refused.status_code == 422
    house.clock.now = datetime(2026, 3, 12, 16, tzinfo=UTC)
    assert program.get("/treatments/cliniko/b-1").json()["state"] == "ended"
    done = program.put("/treatments/cliniko/b-1", status="treated").json()
    assert (done["state"], bool(done["treated_at"])) == ("treated", True)
    later = program.put("/treatments/cliniko/b-1", starts_at="2026-03-12T18:00").json()
    assert (later["state"], later["treated_at"]) == ("booked", None), "what is ahead has not been"


def _whole(**more: Any) -> dict[str, Any]:
    return {"client": {"own_id": "c-77"}, "service": "Microneedling", "starts_at": AHEAD} | more


@pytest.mark.parametrize(
    "told, local",
    [
        ("2026-03-12T14:30:00Z", "2026-03-12T14:30:00+00:00"),
        ("2026-03-12T14:30:00-05:00", "2026-03-12T19:30:00+00:00"),
        ("2026-07-12T14:30:00+02:00", "2026-07-12T13:30:00+01:00"),
        ("2026-07-12T14:30", "2026-07-12T14:30:00+01:00"),
        ("2026-03-12 14:30:59.123456", "2026-03-12T14:30:00+00:00"),
        ("2026-03-12", None),
    ],
)
def test_a_time_with_an_offset_is_an_instant_and_one_without_is_the_clinic_s(
    house: House, told: str, local: str | None
) -> None:
    program = Program(house)
    program.ana()
    assert program.booked(starts_at=told)["starts_at"] == local


def test_a_move_keeps_the_length_and_an_end_may_come_alone(house: House) -> None:
    program = Program(house)
    program.ana()
    program.booked(ends_at="2026-03-12T15:00:00+00:00")
    moved = program.put("/treatments/cliniko/b-1", starts_at="2026-03-14T23:50").json()
    assert moved["ends_at"] == "2026-03-15T00:20:00+00:00"
    longer = program.put("/treatments/cliniko/b-1", ends_at="2026-03-15T01:00").json()
    assert longer["ends_at"] == "2026-03-15T01:00:00+00:00"
    wrong = program.put("/treatments/cliniko/b-1", ends_at="2026-03-14T20:00")
    assert wrong.status_code == 422


# --- what is in doubt -----------------------------------------------------------------------------


def test_an_unknown_service_waits_for_a_person_and_goes_in_once_it_is_answered(
    house: House,
) -> None:
    program = Program(house)
    signed_in(house)
    program.ana()
    asked = program.booked(service="Collagen treatment")
    assert (asked["state"], asked["effect"]) == ("waiting", "asked")
    (question,) = asked["questions"]
    assert program.get("/treatments/cliniko/b-1").json()["questions"] == [question]
    assert [one["id"] for one in program.get("/questions").json()["questions"]] == [question["id"]]
    answered = program.post(
        f"/questions/{question['id']}/answer", choice="skin-needling", by="sam@rosewood.example"
    )
    assert answered.status_code == 200, answered.text
    assert program.get("/treatments/cliniko/b-1").json()["state"] == "booked"


def test_a_cancellation_binds_whoever_is_said_to_be_meant(house: House) -> None:
    """With another's name it would be asked about; meanwhile the reminders would leave."""
    program = Program(house)
    program.agreed(program.ana())
    program.booked()
    stranger = {"first_name": "Boris", "phone": "07700 900999"}
    gone = program.booked(client=stranger, status="Canceled by customer")
    assert (gone["effect"], gone["state"]) == ("cancelled", "cancelled")


def test_what_waits_is_given_up_with_its_cancellation(house: House) -> None:
    program = Program(house)
    program.ana()
    program.booked()
    stranger = {"first_name": "Boris", "phone": "07700 900999"}
    assert program.booked(client=stranger)["state"] == "waiting"
    assert program.booked("b-2", client={"own_id": "c-77"})["state"] == "booked"
    program.put("/treatments/cliniko/b-1", status="cancelled")
    assert program.get("/questions").json()["questions"] == []


def test_another_service_is_left_out_in_a_sentence(house: House) -> None:
    program = Program(house)
    program.ana()
    told = program.booked(service="Haircut")
    assert (told["state"], told["treatment"]) == ("left-out", None)
    assert told["why"] == "This service has no reminders."
    assert program.get("/treatments/cliniko/b-1").status_code == 404


@pytest.mark.parametrize(
    "body, sentence",
    [
        ({"starts_at": AHEAD}, "not known here"),
        ({"status": "cancelled"}, "not known here"),
        ({"service": "Microneedling", "starts_at": AHEAD}, "needs client, service"),
        ({"client": {"own_id": "nobody"}, "service": "Microneedling", "starts_at": AHEAD}, "There is no client"),
        ({"client": {}, "service": "Microneedling", "starts_at": AHEAD}, "first name"),
        ({"client": ANA, "service": "Microneedling", "starts_at": "2026-02-30"}, "no such day"),
        ({"client": ANA, "service": "Microneedling", "starts_at": "12/03/2026 14:30"}, "like 2026-03-12T14:30:00+00:00"),
        ({"client": ANA, "service": "Micro\nneedling", "starts_at": AHEAD}, "one line of text"),
        ({"client": ANA, "service": "Microneedling", "starts_at": "2036-02-20"}, "five years"),
        ({"client": ANA, "service": "Microneedling", "starts_at": "2026-03-29T01:30"}, "clocks go forward"),
        ({"client": ANA | {"phone": "12"}, "service": "Microneedling", "starts_at": AHEAD}, "phone"),
        ({"client": ANA, "service": "Microneedling", "starts_at": AHEAD, "ends_at": "2026-03-12T13:00"}, "ends"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_said_in_a_sentence(
    house: House, body: dict[str, Any], sentence: str
) -> None:
    answer = Program(house).put("/treatments/cliniko/b-1", **body)
    assert answer.status_code in {404, 422}
    assert sentence in answer.json()["detail"]
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_system_has_a_name_of_small_letters(house: House) -> None:
    answer = Program(house).put("/treatments/Cliniko/b-1", status="cancelled")
    assert (answer.status_code, "like cliniko" in answer.json()["detail"]) == (422, True)


def test_a_treatment_of_long_ago_moves_and_is_cancelled_like_any_other(house: House) -> None:
    """As an integrator does who brings the past in, or takes the manual's days as they stand."""
    program = Program(house)
    program.agreed(program.ana())
    assert program.booked(starts_at="2025-03-12T14:30:00+00:00")["state"] == "ended"
    moved = program.put("/treatments/cliniko/b-1", starts_at="2025-03-13").json()
    assert moved["effect"] == "moved"
    gone = program.put("/treatments/cliniko/b-1", status="cancelled").json()
    assert (gone["effect"], gone["state"]) == ("cancelled", "cancelled")


def test_what_is_moved_to_a_wrong_year_keeps_no_reminder_of_the_right_one(house: House) -> None:
    program = Program(house)
    program.agreed(program.ana())
    program.booked()
    program.put("/treatments/cliniko/b-1", starts_at="2025-03-12T14:30")
    house.play(datetime(2026, 5, 1, tzinfo=UTC))
    assert {line.status for line in house.lines() if line.treated_on} == {Status.SKIPPED}
    back = program.put("/treatments/cliniko/b-1", starts_at="2026-05-20T14:30").json()
    assert back["planned"] > 3


def test_day_one_still_waits_for_its_day(house: House) -> None:
    """Said to be over by the API, a treatment of this morning has no message before its time."""
    program = Program(house)
    program.agreed(program.ana())
    house.clock.now = datetime(2026, 3, 12, 16, tzinfo=UTC)
    program.booked(starts_at="2026-03-12T09:00", status="treated")
    house.play(datetime(2026, 3, 14, tzinfo=UTC))
    line = house.line("day-1")
    assert line.handoff_at is not None
    assert line.handoff_at >= datetime(2026, 3, 12, 10, tzinfo=UTC) + timedelta(hours=24)
    assert line.status is not Status.CANCELLED
