"""Consents by the API prove what they prove and no more; a stop binds whoever tells otherwise."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from reminders.consent import ledger
from reminders.rules.roles import Role
from reminders.rules.terms import Act, Channel
from reminders.store.database import writing
from reminders.store.tables import Client
from tests.conftest import House, ana, consent_answer
from tests.support.api import Program

pytestmark = pytest.mark.portable


def test_without_a_consent_nothing_leaves_whatever_is_booked(house: House) -> None:
    program = Program(house)
    client = program.ana()
    program.booked()
    house.play(datetime(2026, 5, 1, tzinfo=UTC))
    assert house.left() == []
    messages = program.get(f"/clients/{client}/messages").json()["messages"]
    assert {one["why"] for one in messages} == {
        "The client has not consented to messages this way."
    }


@pytest.mark.both
def test_a_yes_stands_in_the_ledger_with_its_proof_and_lets_messages_leave(house: House) -> None:
    program = Program(house)
    client = program.ana()
    assert program.agreed(client).json()["effect"] == "recorded"
    (line,) = program.get(f"/clients/{client}/consents").json()["consents"]
    assert line["wording"] == "Send me care advice."
    assert line["given_at"] == "2026-03-01T10:00:00+00:00"
    assert (line["act"], line["source"]) == ("import", "ticked the box; booking form 4711")
    assert line["recorded_by"] == "API key “Booking system”"
    assert line["contact"] == "+447700900101"
    program.booked()
    house.play(datetime(2026, 5, 1, tzinfo=UTC))
    assert house.left()
    assert program.agreed(client).json()["effect"] == "unchanged"


@pytest.mark.parametrize(
    "more, status",
    [
        ({"wording": None}, 422),
        ({"wording": "   "}, 422),
        ({"given_at": "2026-03-03"}, 422),
        ({"given_at": "2026-02-30"}, 422),
        ({"contact": "07700 900155"}, 409),
        ({"contact": "not a number"}, 422),
        ({"channel": "email", "contact": "other@mail.example"}, 409),
        ({"how": ""}, 422),
        ({"where": ""}, 422),
        ({"given": "yes"}, 422),
        ({"purpose": "anything"}, 422),
    ],
)
def test_a_yes_without_its_whole_proof_is_none(
    house: House, more: dict[str, Any], status: int
) -> None:
    program = Program(house)
    client = program.ana()
    answer = program.agreed(client, **more)
    assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert program.get(f"/clients/{client}/consents").json()["consents"] == []


def test_a_yes_to_marketing_lets_no_care_message_leave(house: House) -> None:
    program = Program(house)
    program.agreed(program.ana(), purpose="marketing")
    program.booked()
    house.play(datetime(2026, 5, 1, tzinfo=UTC))
    assert house.left() == []


@pytest.mark.both
def test_a_stop_binds_at_once_and_everybody_on_that_number(house: House) -> None:
    house.enrol(ana(date(2026, 3, 12), first_name="Bea", email=None, consents=(consent_answer(Channel.SMS),)))  # fmt: skip
    program = Program(house)
    client = program.put("/clients/own/c-77?same_as=0", first_name="Ana", phone="07700 900101").json()["client"]["id"]  # fmt: skip
    program.agreed(client)
    program.booked()
    no = program.agreed(client, given=False, wording=None)
    assert no.json()["effect"] == "recorded"
    assert program.agreed(client, given=False, wording=None).json()["effect"] == "unchanged"
    house.play(datetime(2026, 5, 1, tzinfo=UTC))
    assert [x for x in house.lines(Channel.SMS) if x.handoff_at] == []


@pytest.mark.parametrize("how", ["texted", "list", "api"])
def test_no_yes_of_a_program_takes_back_a_no(house: House, how: str) -> None:
    if how == "list":
        house.enrol(ana(date(2026, 3, 1), consents=(consent_answer(Channel.SMS, given=False),)))
    program = Program(house)
    client = program.ana()
    with writing(house.engine) as session:
        found = session.get_one(Client, client)
        if how == "texted":
            ledger.withdraw(session, found, Channel.SMS, source="text message", now=house.clock(), act=Act.KEYWORD)  # fmt: skip
    if how == "api":
        program.agreed(client, given=False)
    before = program.get(f"/clients/{client}/consents").json()
    refused = program.agreed(client)
    assert refused.status_code == 409
    assert "only the client" in refused.json()["detail"].lower()
    assert program.get(f"/clients/{client}/consents").json() == before


def test_a_booking_brings_no_consent_and_has_no_field_for_one(house: House) -> None:
    program = Program(house)
    program.ana()
    body: dict[str, Any] = {"client": {"own_id": "c-77", "sms_consent": True}, "service": "Microneedling", "starts_at": "2026-03-12"}  # fmt: skip
    answer = program.put("/treatments/cliniko/b-1", **body)
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"field": "client.sms_consent", "detail": "There is no field of this name."}
    ]


def test_a_booking_is_answered_with_the_link_at_which_its_client_says_yes(house: House) -> None:
    """A program puts it into its own confirmation mail; whoever may only read is not told it."""
    program = Program(house)
    client = program.ana()
    link = program.booked()["consent_link"]
    page = program.browser.get(link)
    assert "Hello Ana" in page.text
    told = Program(house, Role.VIEWER).get("/treatments/cliniko/b-1")
    assert "/yes/" not in told.text
    for channel in Channel:
        assert program.agreed(client, channel).status_code == 200
    assert program.booked()["consent_link"] is None, "there is nothing to ask any more"


def test_there_is_no_link_for_whom_nobody_knows_or_who_does_not_come(house: House) -> None:
    program = Program(house)
    program.ana()
    assert program.booked("q", service="Collagen treatment")["consent_link"] is None
    assert program.booked()["consent_link"]
    assert program.put("/treatments/cliniko/b-1", status="cancelled").json()["consent_link"] is None
