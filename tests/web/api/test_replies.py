"""Replies, messages, services and questions by the API: what staff see, and what they say."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from reminders.rules.keywords import Kind
from reminders.rules.terms import Channel
from reminders.store.database import reading, writing
from reminders.store.queries import audit
from reminders.store.tables import Client, Reply
from tests.conftest import House
from tests.support.api import Program
from tests.support.desk import signed_in

pytestmark = pytest.mark.portable
SAM = "sam@rosewood.example"


def wrote(house: House, body: str, **more: Any) -> None:
    row: dict[str, Any] = {"clinic_id": 1, "client_id": 1, "contact": "+447700900101", "kind": Kind.REPLY}  # fmt: skip
    with writing(house.engine) as session:
        session.add(Reply(provider_id=f"SM{body}", body=body, received_at=house.clock(), **(row | more)))  # fmt: skip


def asked(house: House) -> Program:
    program = Program(house)
    program.agreed(program.ana())
    signed_in(house)
    wrote(house, "Is this red normal?")
    return program


def test_a_reply_is_read_answered_in_a_person_s_words_and_done(house: House) -> None:
    program = asked(house)
    (reply,) = program.get("/replies").json()["replies"]
    assert (reply["body"], reply["first_name"]) == ("Is this red normal?", "Ana")
    sent = program.post(f"/replies/{reply['id']}/answer", words="Yes, on day one.", by=SAM).json()
    house.play(datetime(2026, 3, 3, tzinfo=UTC))
    message = program.get(f"/messages/{sent['message']}").json()
    assert message["text"] == "Rosewood Skin: Yes, on day one."
    assert (message["milestone"], message["status"]) == ("answer", "accepted")
    assert program.get("/replies").json()["replies"] == []
    assert program.get("/replies", state="all").json()["replies"][0]["done_at"]
    with reading(house.engine) as session:
        lines = [line for line in audit.of_row(session, Client, 1) if "answered" in line.action]
    assert [(line.actor, line.detail) for line in lines] == [
        ("API key “Booking system”", f"by {SAM}")
    ]


@pytest.mark.parametrize(
    "body, sentence",
    [
        ({"words": "Yes.", "by": "robot@elsewhere.example"}, "Nobody at this clinic"),
        ({"words": "   ", "by": SAM}, "empty"),
        ({"words": "x" * 1000, "by": SAM}, "too long"),
        ({"words": "Yes."}, "by: This is missing."),
    ],
)
def test_nobody_answers_but_a_person_who_is_named(
    house: House, body: dict[str, Any], sentence: str
) -> None:
    program = asked(house)
    answer = program.post("/replies/1/answer", **body)
    assert answer.status_code == 422
    assert sentence in answer.json()["detail"]
    assert len(program.get("/replies").json()["replies"]) == 1


def test_a_reply_is_done_without_an_answer(house: House) -> None:
    program = asked(house)
    assert program.post("/replies/1/done").json()["done_at"]
    assert program.get("/replies").json()["replies"] == []


def test_messages_tell_what_will_leave_what_left_and_why_not(house: House) -> None:
    program = Program(house)
    client = program.ana()
    program.agreed(client)
    program.booked()
    planned = program.get("/messages").json()["messages"]
    texts = [one for one in planned if one["channel"] == "sms"]
    assert all(one["text"].startswith("Rosewood Skin:") and one["segments"] for one in texts)
    assert {one["why"] for one in planned if one["channel"] == "email"} == {
        "It will be skipped: the client has not consented to messages this way."
    }
    house.play(datetime(2026, 5, 1, tzinfo=UTC))
    left = program.get("/messages", state="left").json()["messages"]
    assert {one["channel"] for one in left} == {"sms"}
    assert [one["id"] for one in left] == [x.reminder_id for x in sorted(house.lines(Channel.SMS), key=lambda x: x.reminder_id) if x.handoff_at]  # fmt: skip
    rest = program.get("/messages", state="not-sent").json()["messages"]
    assert {one["reason"] for one in rest if one["channel"] == "email"} == {"no-consent"}
    assert program.get("/messages").json()["messages"] == []


def test_a_service_is_seen_said_and_counts_from_then_on(house: House) -> None:
    program = Program(house)
    program.ana()
    assert program.booked(service="Collagen treatment")["state"] == "waiting"
    (service,) = program.get("/services").json()["services"]
    assert (service["service"], service["protocol"]) == ("Collagen treatment", None)
    told = program.put("/services", service="Collagen treatment", protocol="skin-needling").json()
    assert told["services"][0]["protocol"] == "skin-needling"
    assert program.get("/treatments/cliniko/b-1").json()["state"] == "booked"
    assert program.get("/questions").json()["questions"] == []
    wrong = program.put("/services", service="Facial", protocol="nonsense")
    assert wrong.status_code == 422


def test_a_question_is_answered_once_and_by_a_person(house: House) -> None:
    program = Program(house)
    program.ana()
    signed_in(house)
    program.booked(service="Collagen treatment")
    (question,) = program.get("/questions").json()["questions"]
    place = f"/questions/{question['id']}"
    assert program.get(place).json() == question
    for body in ({"choice": "nonsense", "by": SAM}, {"choice": "none", "by": "a@b.example"}):
        assert program.post(f"{place}/answer", **body).status_code == 422
    done = program.post(f"{place}/answer", choice="skin-needling", by=SAM).json()
    assert done["outcome"].startswith("1 row imported: 1 new treatment.")
    assert program.post(f"{place}/answer", choice="none", by=SAM).status_code == 409
    assert program.get(place).status_code == 404
