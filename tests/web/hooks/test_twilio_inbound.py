"""The address Twilio posts inbound texts to: only what is proven, each text once, and nothing lost."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256

import pytest

from reminders.inbox.missed_texts import InboundTexts
from reminders.rules.terms import Reason
from tests.conftest import House, ana
from tests.support.inbound_texts import (
    ANAS,
    STRANGER,
    TREATED,
    Door,
    Doors,
    kept,
    stops,
    told,
)
from tests.support.twilio_posts import ACCOUNT, TOKEN, URL, sign

pytestmark = pytest.mark.portable


@pytest.mark.both
def test_the_same_text_posted_again_gets_the_same_answer_and_changes_nothing(
    house: House, door: Door
) -> None:
    house.enrol(ana(TREATED))
    first = door.text("hello", sid="SMa")
    house.clock.now += timedelta(days=2)
    assert [door.text("hello", sid="SMa") for _ in range(3)] == [first] * 3
    assert len(kept(house)) == 1
    assert told(house) == ["reply"]


@pytest.mark.both
def test_one_text_posted_many_times_at_once_is_taken_once(house: House, door: Door) -> None:
    house.enrol(ana(TREATED))
    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(lambda _: door.text("STOP", sid="SMa"), range(8)))
    assert len(set(said)) == 1
    assert said[0]
    assert len(kept(house)) == 1


@pytest.mark.both
def test_many_texts_of_one_number_at_once_are_told_once(house: House, door: Door) -> None:
    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(lambda n: door.text("hello", STRANGER, sid=f"SM{n}"), range(8)))
    assert len([answer for answer in said if answer]) == 1


@pytest.mark.parametrize(
    "fields,headers",
    [
        ({}, {}),
        ({}, {"X-Twilio-Signature": ""}),
        ({}, {"X-Twilio-Signature": "RSOYDt4T1cUTdK1PDd93/VVr8B8="}),
        ({"AccountSid": "AC" + "9" * 32}, {}),
    ],
)
def test_whatever_is_not_proven_is_refused(
    house: House, door: Door, fields: dict[str, str], headers: dict[str, str]
) -> None:
    house.enrol(ana(TREATED))
    sent = {"AccountSid": ACCOUNT, "MessageSid": "SMa", "From": ANAS, "Body": "STOP"} | fields
    if fields:  # another account of the same owner's may sign with a token that we know
        headers = {"X-Twilio-Signature": sign(f"{URL}/hooks/twilio/inbound", sent)}
    answer = door.web.post("/hooks/twilio/inbound", data=sent, headers=headers)
    assert answer.status_code == 403
    assert kept(house) == []
    assert stops(house) == {}


def test_a_house_without_a_token_believes_nobody(house: House, door_of: Doors) -> None:
    door = door_of(twilio_auth_token="")
    assert door.post(MessageSid="SMa", From=ANAS, Body="STOP").status_code == 403


def test_the_token_before_is_believed_while_it_is_set(house: House, door_of: Doors) -> None:
    new = {"twilio_auth_token": "another-token-altogether-0000000"}
    assert door_of(**new).post(MessageSid="SMa", From=ANAS).status_code == 403
    old = new | {"twilio_auth_token_old": TOKEN}
    assert door_of(**old).post(MessageSid="SMa", From=ANAS).status_code == 200


def test_looking_is_not_posting(door: Door) -> None:
    assert door.web.get("/hooks/twilio/inbound").status_code == 405
    assert door.web.put("/hooks/twilio/inbound").status_code == 405


def post_json(door: Door, body: str, query: str) -> int:
    path = f"/hooks/twilio/inbound{query}"
    signature = sign(URL + path, {})
    return door.web.post(
        path,
        content=body,
        headers={"Content-Type": "application/json", "X-Twilio-Signature": signature},
    ).status_code


def test_json_counts_with_its_hash_alone(house: House, door: Door) -> None:
    house.enrol(ana(TREATED))
    sent = {"AccountSid": ACCOUNT, "MessageSid": "SMa", "From": ANAS, "Body": "STOP"}
    body = json.dumps(sent)
    hashed = f"?bodySHA256={sha256(body.encode()).hexdigest()}"
    assert post_json(door, body, "") == 403
    assert post_json(door, body + " ", hashed) == 403
    assert kept(house) == []
    assert post_json(door, body, hashed) == 200
    assert stops(house) == {1: Reason.OPTED_OUT}


@pytest.mark.parametrize("body", ["[]", "1", "{", "null", "[" * 5000, '"' + "x" * 70_000 + '"'])
def test_json_that_is_no_object_is_refused_quietly(door: Door, body: str) -> None:
    assert post_json(door, body, f"?bodySHA256={sha256(body.encode()).hexdigest()}") == 403


@pytest.mark.parametrize("body", [b"x" * 100_000, b"\xff\xfe", b"a=1&b", b"{}", b""])
def test_nonsense_is_refused_quietly(door: Door, body: bytes) -> None:
    assert door.web.post("/hooks/twilio/inbound", content=body).status_code == 403


@pytest.mark.parametrize("missing", ["MessageSid", "From"])
def test_a_text_without_an_id_or_a_number_is_let_go(house: House, door: Door, missing: str) -> None:
    fields = {"MessageSid": "SMa", "From": ANAS, "Body": "STOP"}
    del fields[missing]
    assert door.post(**fields).status_code == 200
    assert kept(house) == []


@pytest.mark.parametrize("body", ["a\x00b", "🙂" * 700, "=1+1", "<Response><Message>x", "\u202e"])
@pytest.mark.both
def test_whatever_is_written_is_kept(house: House, door: Door, body: str) -> None:
    house.enrol(ana(TREATED))
    door.text(body)
    assert kept(house)[0].body == body.replace("\x00", "")


@pytest.mark.both
def test_a_database_that_is_away_is_a_503_so_that_twilio_comes_again(
    house: House, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy.exc import OperationalError

    def away(*_: object) -> str:
        raise OperationalError("x", {}, Exception())

    monkeypatch.setattr(InboundTexts, "receive", away)
    assert door.post(MessageSid="SMa", From=ANAS, Body="STOP").status_code == 503
