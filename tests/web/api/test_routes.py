"""Every route of the API: no key, another clinic's key and whatever body lead to a plain sentence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any

import pytest

from reminders.app import build
from reminders.rules.keywords import Kind
from reminders.rules.skin_answers import Said
from reminders.settings import Settings
from reminders.store.database import writing
from reminders.store.tables import Question, Reply, SkinAnswer
from reminders.web.api.application import create_api
from reminders.web.api.page import described
from tests.conftest import House, ana
from tests.support.api import Program
from tests.web.desk.test_routes import everything, filled_house

PATHS = {
    "client": "1", "message": "1", "reply": "1", "question": "1", "skin_answer": "1",
    "own_id": "c-77",
    "source": "cliniko", "external_id": "b-1",
}  # fmt: skip
OF_NOBODY = {
    "get-clients", "get-messages", "get-replies", "get-skin-answers", "get-services", "put-services", "get-questions",
    "get-events", "put-clients-own-own_id",
}  # fmt: skip
"""What names no row of the clinic's: it answers with the key's own."""


@cache
def document() -> dict[str, Any]:
    """Return what the API says of itself, which is the same in every house."""
    return described(create_api(build(Settings(database_url="sqlite://"))))


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path.format(**PATHS), operation


def example(operation: dict[str, Any]) -> Any:
    """Return the example of a request's body, as the document has it."""
    content = operation.get("requestBody", {}).get("content", {})
    if not content:
        return None
    name = content["application/json"]["schema"]["$ref"].rpartition("/")[2]
    shape = document()["components"]["schemas"][name]
    return shape["examples"][0]


def worried(house: House) -> SkinAnswer:
    at: dict[str, Any] = {
        "answered_at": house.clock(),
        "changed_at": house.clock(),
        "worried_at": house.clock(),
    }
    whose: dict[str, Any] = {"clinic_id": 1, "client_id": 1, "treatment_id": 1}
    return SkinAnswer(moment="day-1", said=Said.WORRIED, note="called Ana", **at, **whose)


def with_rows(house: House) -> None:
    """Give the first clinic one row of everything that has an address."""
    filled_house(house)
    program = Program(house)
    program.ana()
    program.booked(client={"first_name": "Zoe", "phone": "07700 900177"})
    with writing(house.engine) as session:
        session.add(
            Question(
                clinic_id=1, kind="service", subject="glow", choices='[["none", "No"]]',
                facts='{"sentence": "What is it?", "label": "Glow", "ids": []}', asked_at=house.clock(),
            )
        )  # fmt: skip
        session.add(worried(house))


def test_nothing_is_answered_without_a_key(house: House) -> None:
    program = Program(house)
    program.browser.headers.pop("Authorization")
    for method, path, operation in operations():
        answer = program.browser.request(method, path, json=example(operation))
        assert answer.status_code in {401, 429}, (method, path)
        assert answer.headers["content-type"] == "application/problem+json"


def test_another_clinic_s_key_finds_nothing_and_changes_nothing(house: House) -> None:
    with_rows(house)
    stranger = Program(house, clinic=1)
    before = everything(house)
    for method, path, operation in operations():
        body = example(operation)
        if operation["operationId"] == "put-treatments-source-external_id":
            body = {"status": "cancelled"}
        if operation["operationId"] in OF_NOBODY and method == "GET":
            answer = stranger.browser.request(method, path)
            assert answer.status_code == 200
            assert "Ana" not in answer.text
            assert "Zoe" not in answer.text
        elif operation["operationId"] not in OF_NOBODY:
            answer = stranger.browser.request(method, path, json=body)
            assert answer.status_code == 404, (method, path, answer.text)
            assert everything(house) == before, (method, path)


def test_another_clinic_s_numbers_in_a_body_find_nothing(house: House) -> None:
    with_rows(house)
    stranger = Program(house, clinic=1)
    own = stranger.put("/clients/own/1", first_name="Eve", email="eve@mail.example").json()["client"]["id"]  # fmt: skip
    before = everything(house)
    answers = [
        stranger.post(f"/clients/{own}/merge", gone=1),
        stranger.put("/clients/own/9?same_as=1", first_name="Ana", phone="+12125550143"),
        stranger.put("/treatments/cliniko/z", client={"own_id": "c-77"}, service="Microneedling", starts_at="2026-03-12"),
    ]  # fmt: skip
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert everything(house) == before


def test_the_same_numbers_at_another_clinic_are_others(house: House) -> None:
    with_rows(house)
    before = Program(house).get("/treatments/cliniko/b-1").json()
    stranger = Program(house, clinic=1)
    mine = stranger.booked(client={"first_name": "Eve", "email": "e@mail.example"})
    assert mine["effect"] == "added"
    assert mine["treatment"] != before["treatment"]
    assert Program(house).get("/treatments/cliniko/b-1").json() == before


# --- examples ---------------------------------------------------------------------------------------


@pytest.mark.portable
def test_every_example_of_the_document_works_as_it_stands(house: House) -> None:
    from tests.support.desk import signed_in

    house.enrol(ana(date(2026, 3, 2), last_name="Costa", client_id="c-77", email="ana@mail.example", consents=()))  # fmt: skip
    house.enrol(ana(date(2026, 3, 2), first_name="Bea", phone="+447700900102", email=None, consents=()))  # fmt: skip
    signed_in(house)
    program = Program(house)
    program.put("/clients/own/c-77", phone="+44 7700 900123")
    program.booked("q", service="Collagen treatment")
    with writing(house.engine) as session:
        row: dict[str, Any] = {"clinic_id": 1, "client_id": 1, "contact": "+447700900123"}
        session.add(Reply(provider_id="SM1", body="?", kind=Kind.REPLY, received_at=house.clock(), **row))  # fmt: skip
        session.add(worried(house))
    last = lambda each: each[0] == "DELETE"  # noqa: E731
    for method, path, operation in sorted(operations(), key=last):
        body = example(operation)
        answer = program.browser.request(method, path, json=body)
        asked = operation["operationId"] in {"get-questions-question", "get-treatments-source-external_id"}  # fmt: skip
        assert answer.status_code == 200 or asked, (method, path, answer.text)


# --- hostile bodies ---------------------------------------------------------------------------------

JSON = {"Content-Type": "application/json"}
HOSTILE = {
    "nothing": (b"", JSON),
    "half of it": (b'{"service": ', JSON),
    "deep": (b"[" * 100_000, JSON),
    "deep in a field": (b'{"service": ' + b"[" * 50_000 + b"]" * 50_000 + b"}", JSON),
    "a huge number": (b'{"gone": ' + b"9" * 5_000 + b', "same_as": 1}', JSON),
    "a large number": (b'{"gone": 99999999999999999999}', JSON),
    "an exponent": (b'{"gone": 1e999}', JSON),
    "not a number": (b'{"gone": NaN}', JSON),
    "a zero byte": (b'{"first_name": "A\\u0000na", "words": "\\u0000", "how": "\\u0000", "service": "\\u0000", "choice": "\\u0000", "gone": "\\u0000"}', JSON),
    "half a character": (b'{"first_name": "\\ud800", "words": "\\udfff", "how": "\\ud800", "service": "\\ud800", "choice": "\\ud800", "gone": "\\ud800"}', JSON),
    "bytes that are no text": (b'{"first_name": "\xff\xfe"}', JSON),
    "a list": (b"[]", JSON),
    "a word": (b'"hello"', JSON),
    "null": (b"null", JSON),
    "a truth": (b"true", JSON),
    "wrong types": (b'{"first_name": 1, "phone": {}, "client": "Ana", "service": [], "gone": "2", "given": "yes", "words": 5, "choice": null}', JSON),
    "unknown fields": (b'{"admin": true, "clinic_id": 2}', JSON),
    "one megabyte": (b'{"first_name": "' + b"a" * 1_048_576 + b'"}', JSON),
    "one megabyte of spaces": (b" " * 1_048_576, JSON),
    "a form": (b"first_name=Ana&gone=2", {"Content-Type": "application/x-www-form-urlencoded"}),
    "a file": (b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\nb\r\n--x--", {"Content-Type": "multipart/form-data; boundary=x"}),
    "XML": (b"<a/>", {"Content-Type": "application/xml"}),
    "no type": (b'{"first_name": "Ana"}', {}),
}  # fmt: skip


OF_DATABASES = {
    "a huge number",
    "a large number",
    "a zero byte",
    "half a character",
    "not a number",
}
"""What each database would refuse in its own way; the others end before there is one."""


ALIKE = (pytest.mark.portable, pytest.mark.slow)
"""Of the others every second one is tried quickly, on SQLite."""

NAMES = [
    pytest.param(name, marks=() if name in OF_DATABASES else ALIKE[: 2 - n % 2])
    for n, name in enumerate(HOSTILE)
]


@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_body_gets_a_sentence_and_changes_nothing(house: House, name: str) -> None:
    with_rows(house)
    program = Program(house)
    before = everything(house)
    body, headers = HOSTILE[name]
    for method, path, operation in operations():
        if "requestBody" not in operation:
            continue
        answer = program.browser.request(method, path, content=body, headers=headers)
        assert 400 <= answer.status_code < 500, (method, path, answer.status_code, answer.text)
        told = answer.json()
        assert answer.headers["content-type"] == "application/problem+json"
        assert told["detail"].endswith((".", "…")), told
        assert "pydantic" not in answer.text
    assert everything(house) == before


@pytest.mark.portable
@pytest.mark.parametrize(
    "path",
    [
        "/clients/0", "/clients/-1", "/clients/99999999999999999999", "/clients/1.5", "/clients/ana",
        "/clients/%00", "/clients/own/%00", "/treatments/cliniko/%00", "/treatments/cliniko/%1F",
        "/treatments/cliniko/", "/treatments/CLINIKO/1", "/treatments/cliniko/%ED%A0%80",
        f"/treatments/cliniko/{'x' * 300}", "/messages/99999999999", "/clients?after=-1",
        "/clients?after=99999999999999", "/clients?q=%00", "/clients?own_id=%00", "/events?limit=0",
        "/events?limit=501", "/events?after=x", "/messages?state=all", "/skin-answers?state=open",
        "/skin-answers/0", "/clients/1/skin-answers?after=-1", "/nowhere", "/clients/1/nowhere",
    ],
)  # fmt: skip
def test_a_hostile_address_gets_a_sentence(house: House, path: str) -> None:
    answer = Program(house).browser.get(path)
    assert answer.status_code in {404, 405, 422}, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_fault_of_ours_is_said_without_its_cause(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    from reminders.store.queries import desk

    def broken(*_: object) -> list[object]:
        raise RuntimeError("Ana +447700900101")

    monkeypatch.setattr(desk, "clients_page", broken)
    answer = Program(house).get("/clients")
    assert answer.status_code == 500
    assert "Ana" not in answer.text
    assert answer.json()["title"] == "An error occurred on our side."
