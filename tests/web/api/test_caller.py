"""Keys, roles, rates and repeats: who may call, how often, and that twice is once."""

from __future__ import annotations

import asyncio
from contextlib import AbstractContextManager
from datetime import timedelta
from threading import Event, Thread
from typing import Any

import pytest
from httpx2 import ASGITransport, AsyncClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from reminders.rules.roles import Role
from reminders.store.database import reading
from reminders.store.tables import ApiKey, Client, Consent
from reminders.web import create_web
from reminders.web.api import caller
from tests.conftest import House
from tests.support.api import ANA, BOOKING, Program
from tests.support.desk import signed_in

pytestmark = pytest.mark.portable


def count(house: House, table: type[SQLModel]) -> int:
    with reading(house.engine) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer rmd_wrong", "Basic cm1kOg==", "Bearer x", "Bearer rmd_ä"]
)
def test_without_a_key_nothing_is_read_or_said(house: House, header: str | None) -> None:
    program = Program(house)
    program.ana()
    headers = {} if header is None else {"Authorization": header.encode()}
    program.browser.headers.pop("Authorization")
    answer = program.browser.get("/clients", headers=headers)  # type: ignore[arg-type]
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/problem+json"
    assert "Ana" not in answer.text


@pytest.mark.both
def test_a_key_is_kept_as_a_hash_and_its_last_use_is_known(house: House) -> None:
    program = Program(house)
    with reading(house.engine) as session:
        key = session.get_one(ApiKey, program.key_id)
        assert program.token not in str(key.model_dump())
        assert program.token.startswith(key.begins)
        assert key.used_at is None
    program.get("/clients")
    with reading(house.engine) as session:
        assert session.get_one(ApiKey, program.key_id).used_at == house.clock()


def test_a_key_is_made_on_the_desk_shown_once_and_revoked(house: House) -> None:
    desk = signed_in(house, Role.OWNER)
    desk.get("/clinic/keys")
    page = desk.post("/clinic/keys", name="Cliniko bridge", role="viewer")
    token = page.text.partition(">rmd_")[2].partition("</code>")[0]
    program = Program(house)
    program.browser.headers["Authorization"] = f"Bearer rmd_{token}"
    assert program.get("/clients").status_code == 200
    assert program.put("/clients/own/1", **ANA).status_code == 403
    assert token not in desk.get("/clinic/keys").text
    assert "used" in desk.text
    desk.post("/clinic/keys/1/revoke")
    assert "API key revoked." in desk.text
    assert program.get("/clients").status_code == 401
    assert "Created an API key" in desk.get("/clinic/record").text


def test_a_key_without_a_name_is_not_made(house: House) -> None:
    desk = signed_in(house, Role.OWNER)
    desk.get("/clinic/keys")
    page = desk.post("/clinic/keys", name="  ")
    assert page.status_code == 422
    assert "The API key has no name." in desk.text
    assert count(house, ApiKey) == 0


def test_each_key_has_its_rate_and_is_told_what_is_left(house: House, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setattr(caller, "PER_MINUTE", 3)
    program, other = Program(house), Program(house)
    left = [program.get("/clients").headers["ratelimit"] for _ in range(3)]
    assert left == ['"key";r=2;t=60', '"key";r=1;t=60', '"key";r=0;t=60']
    full = program.get("/clients")
    assert (full.status_code, full.headers["retry-after"]) == (429, "60")
    assert full.headers["ratelimit-policy"] == '"key";q=3;w=60'
    assert other.get("/clients").status_code == 200
    house.clock.now += timedelta(seconds=60)
    assert program.get("/clients").status_code == 200


def test_guessing_keys_is_slowed_down(house: House) -> None:
    program = Program(house)
    program.browser.headers["Authorization"] = "Bearer rmd_guess"
    answers = [program.get("/clients").status_code for _ in range(caller.WRONG_KEYS + 1)]
    assert answers == [401] * caller.WRONG_KEYS + [429]


@pytest.mark.both
def test_a_repeat_gets_the_same_answer_and_does_nothing_again(house: House) -> None:
    program = Program(house)
    client = program.ana()
    told: dict[str, Any] = {
        "channel": "sms", "given": True, "contact": ANA["phone"], "given_at": "2026-03-01",
        "how": "a", "where": "b", "wording": "c",
    }  # fmt: skip
    first = program.post(f"/clients/{client}/consents", "n-1", **told)
    again = program.post(f"/clients/{client}/consents", "n-1", **told)
    assert first.json() == again.json() == {"effect": "recorded", "client": client, "channel": "sms", "given": True}  # fmt: skip
    assert again.headers["idempotent-replayed"] == "true"
    assert count(house, Consent) == 1
    other = program.post(f"/clients/{client}/consents", "n-1", **(told | {"where": "z"}))
    assert (other.status_code, other.json()["type"].rpartition("#")[2]) == (422, "repeated")
    assert count(house, Consent) == 1
    assert Program(house).post(f"/clients/{client}/consents", "n-1", **told).json()["effect"] == "unchanged"  # fmt: skip


def test_what_was_refused_may_be_tried_again_under_the_same_name(house: House) -> None:
    program = Program(house)
    assert program.put("/treatments/cliniko/b-1", "n-1", **BOOKING).status_code == 404
    program.ana()
    assert program.put("/treatments/cliniko/b-1", "n-1", **BOOKING).json()["effect"] == "added"


@pytest.mark.parametrize("repeat", ["n-1", ""])
@pytest.mark.both
def test_the_same_at_once_is_done_once(house: House, repeat: str) -> None:
    programs = [Program(house) for _ in range(1)]
    program = programs[0]
    body = BOOKING | {"client": ANA}
    effects: list[str] = []

    def put() -> None:
        effects.append(program.put("/treatments/cliniko/b-1", repeat, **body).json()["effect"])

    program.at_once(Thread(target=put) for _ in range(4))
    assert sorted(effects) == (["added"] * 4 if repeat else ["added", *["unchanged"] * 3])
    assert count(house, Client) == 1


@pytest.mark.both
def test_new_clients_of_two_bookings_at_once_are_one(house: House) -> None:
    program = Program(house)
    program.at_once(
        Thread(target=program.put, args=(f"/treatments/cliniko/b-{n}",), kwargs=BOOKING | {"client": ANA, "starts_at": f"2026-0{n}-12"})
        for n in (4, 6, 8)
    )  # fmt: skip
    assert count(house, Client) == 1


@pytest.mark.both
def test_however_many_programs_call_at_once_pages_are_answered(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, desk = Program(house), signed_in(house)
    go_on, usual = Event(), caller.Caller.reading

    def wait_and_read(self: caller.Caller) -> AbstractContextManager[Session]:
        go_on.wait(20)
        return usual(self)

    async def call() -> tuple[int, set[int]]:
        transport, cookies = ASGITransport(create_web(house.app)), desk.browser.cookies
        headers = {"Authorization": f"Bearer {program.token}"}
        async with AsyncClient(
            transport=transport, base_url="http://localhost:8000", cookies=cookies
        ) as client:
            calls = [
                asyncio.create_task(client.get("/api/v1/clients", headers=headers))
                for _ in range(12)
            ]
            await asyncio.sleep(0.5)
            page = await asyncio.wait_for(client.get("/clients"), 10)
            go_on.set()
            return page.status_code, {answer.status_code for answer in await asyncio.gather(*calls)}

    monkeypatch.setattr(caller.Caller, "reading", wait_and_read)
    assert asyncio.run(call()) == (200, {200})


def test_a_misspelled_parameter_is_refused(house: House) -> None:
    answer = Program(house).get("/messages", status="left")
    assert answer.status_code == 422
    assert answer.json()["detail"] == "There is no parameter “status”. There are: after, state."


def test_browsers_of_other_sites_are_not_let_in(house: House) -> None:
    headers = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "GET"}
    program = Program(house)
    asked = program.browser.options("/clients", headers=headers)
    read = program.browser.get("/clients", headers=headers)
    for answer in (asked, read):
        assert not [name for name in answer.headers if name.startswith("access-control")]
    assert read.headers["cache-control"] == "no-store"
