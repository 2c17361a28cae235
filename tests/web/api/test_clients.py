"""Clients by the API: found, added, changed, made one, erased; nobody is made twice or taken for another."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from reminders.rules.roles import Role
from tests.conftest import House, ana
from tests.support.api import ANA, Program

pytestmark = pytest.mark.portable


@pytest.mark.both
def test_a_client_is_added_changed_and_found_by_the_clinic_s_own_number(house: House) -> None:
    program = Program(house)
    number = program.ana()
    same = program.put("/clients/own/c-77", **ANA).json()
    assert (same["effect"], same["client"]["id"]) == ("unchanged", number)
    changed = program.put("/clients/own/c-77", email="ana.costa@mail.example").json()
    assert changed["effect"] == "updated"
    assert changed["client"]["phone"] == "+447700900101", "what is left out stays"
    found = program.get("/clients", own_id="c-77").json()["clients"]
    assert [one["email"] for one in found] == ["ana.costa@mail.example"]
    gone = program.put("/clients/own/c-77", phone="").json()
    assert gone["client"]["phone"] is None
    assert program.put("/clients/own/c-77", email="").status_code == 422, "one way has to remain"


def test_a_new_spelling_under_the_same_number_is_taken_over(house: House) -> None:
    program = Program(house)
    program.ana()
    told = program.put("/clients/own/c-77", first_name="Ána").json()
    assert told["client"]["first_name"] == "Ána"


@pytest.mark.parametrize(
    "own_id, told",
    [
        ("c-77", {"first_name": "Boris", "last_name": "Novak"}),
        ("c-78", {"first_name": "Anna", "phone": "07700 900101"}),
        ("c-78", {"first_name": "Ana", "last_name": "Costa", "phone": "07700 900155"}),
    ],
    ids=["another's number", "a similar name on the same phone", "a namesake"],
)
def test_in_doubt_nothing_is_done_until_it_is_said_who_is_meant(
    house: House, own_id: str, told: dict[str, Any]
) -> None:
    program = Program(house)
    number = program.ana()
    before = program.get(f"/clients/{number}").json()
    asked = program.put(f"/clients/own/{own_id}", **told)
    assert asked.status_code == 409
    assert asked.json()["type"].endswith("#in-doubt")
    assert [one["client"] for one in asked.json()["candidates"]] == [number]
    assert program.get("/clients").json()["clients"] == [before]
    meant = program.put(f"/clients/own/{own_id}?same_as={number}", **told)
    assert meant.json()["client"]["id"] == number
    assert meant.json()["client"]["first_name"] == told["first_name"]
    assert len(program.get("/clients").json()["clients"]) == 1


def test_somebody_new_is_somebody_new_when_that_is_said(house: House) -> None:
    program = Program(house)
    number = program.ana()
    told = {"first_name": "Anna", "phone": "07700 900101"}
    new = program.put("/clients/own/c-78?same_as=0", **told).json()
    assert new["effect"] == "added"
    assert new["client"]["id"] != number
    again = program.put("/clients/own/c-78", **told).json()
    assert (again["effect"], again["client"]["id"]) == ("unchanged", new["client"]["id"])


def test_a_number_never_goes_from_one_client_to_another_unasked(house: House) -> None:
    program = Program(house)
    number = program.ana()
    for more in ("", "?same_as=0"):
        assert program.put(f"/clients/own/c-78{more}", **ANA).status_code == 409
    assert program.get(f"/clients/{number}").json()["external_id"] == "c-77"
    told = program.put(f"/clients/own/c-78?same_as={number}", **ANA).json()
    assert (told["client"]["id"], told["client"]["external_id"]) == (number, "c-78")


def test_who_is_known_from_a_list_gets_the_number_and_is_not_made_twice(house: House) -> None:
    house.enrol(ana(date(2026, 3, 12)))
    told = Program(house).put("/clients/own/c-77", first_name="ANA", phone="+447700900101").json()
    assert (told["effect"], told["client"]["id"]) == ("updated", 1)
    assert told["client"]["external_id"] == "c-77"
    assert told["client"]["first_name"] == "Ana", "a known name keeps its spelling"


@pytest.mark.parametrize("q", ["ana", "COSTA a", "07700 900101", "ana@mail.example", "+44 7700 900101"])  # fmt: skip
@pytest.mark.both
def test_a_client_is_found_by_name_number_or_address(house: House, q: str) -> None:
    program = Program(house)
    number = program.ana()
    assert [one["id"] for one in program.get("/clients", q=q).json()["clients"]] == [number]
    assert program.get("/clients", q="zz").json()["clients"] == []


def test_all_clients_are_read_page_by_page(house: House) -> None:
    program = Program(house)
    for n in range(53):
        told = {"first_name": "Bea", "last_name": f"No{chr(97 + n // 26)}{chr(97 + n % 26)}", "email": f"bea{n}@mail.example"}  # fmt: skip
        assert program.put(f"/clients/own/{n}?same_as=0", **told).status_code == 200
    first = program.get("/clients").json()
    rest = program.get("/clients", after=first["next"]).json()
    ids = [one["id"] for page in (first, rest) for one in page["clients"]]
    assert (len(ids), len(set(ids)), rest["next"]) == (53, 53, None)


@pytest.mark.both
def test_two_records_become_one_and_the_other_number_leads_there(house: House) -> None:
    program = Program(house)
    keep = program.ana()
    other = program.put("/clients/own/c-78?same_as=0", first_name="Anna", email="a@mail.example").json()["client"]["id"]  # fmt: skip
    shown = program.post(f"/clients/{keep}/merge", gone=other, only_show=True).json()
    assert (shown["done"], program.get(f"/clients/{other}").json()["id"]) == (False, other)
    assert program.post(f"/clients/{keep}/merge", gone=other).json()["done"] is True
    assert program.get(f"/clients/{other}").json()["id"] == keep
    assert program.post(f"/clients/{keep}/merge", gone=other).status_code == 409
    again = program.put(f"/clients/own/c-78?same_as={keep}", **ANA)
    assert (again.status_code, again.json()["client"]["id"]) == (200, keep)
    assert program.put("/clients/own/c-78", last_name="Costarica").json()["client"]["id"] == keep


def test_an_erased_client_is_gone_and_so_are_answers_that_named_them(house: House) -> None:
    program = Program(house)
    number = program.ana()
    named = program.put("/clients/own/c-77", "once", last_name="Costarica")
    assert named.json()["client"]["last_name"] == "Costarica"
    done = program.delete(f"/clients/{number}")
    assert done.status_code == 200, done.text
    assert program.get("/clients").json()["clients"] == []
    assert "Costarica" not in program.get(f"/clients/{number}").text
    assert program.delete(f"/clients/{number}").status_code == 409
    repeated = program.put("/clients/own/c-77", "once", last_name="Costarica")
    assert (repeated.status_code, "Costarica" in repeated.text) == (409, False)


@pytest.mark.parametrize(
    "role, method, path, status",
    [
        (Role.VIEWER, "GET", "/clients/1", 200),
        (Role.VIEWER, "PUT", "/clients/own/c-77", 403),
        (Role.STAFF, "PUT", "/clients/own/c-77", 200),
        (Role.STAFF, "DELETE", "/clients/1", 403),
        (Role.STAFF, "PUT", "/services", 403),
    ],
)
def test_a_key_does_what_its_role_may(
    house: House, role: Role, method: str, path: str, status: int
) -> None:
    Program(house).ana()
    bodies = {"/services": {"service": "Facial", "protocol": "none"}}
    body = bodies.get(path, {"last_name": "Costa"}) if method == "PUT" else None
    answer = Program(house, role).browser.request(method, path, json=body)
    assert answer.status_code == status, answer.text
