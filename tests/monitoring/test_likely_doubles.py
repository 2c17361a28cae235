"""Clients who may be one person, found without comparing everybody with everybody."""

from __future__ import annotations

from datetime import date, timedelta
from time import perf_counter
from typing import Any

import pytest
from sqlalchemy import event, insert, text

from reminders.store.database import reading, writing
from reminders.store.queries import doubles, people
from reminders.store.tables import Client
from tests.conftest import MONDAY, House, ana

NUMBER, OTHER = "+447700900101", "+447700900177"


def client(first: str, last: str, phone: str | None = None, email: str | None = None) -> Client:
    return Client(
        clinic_id=1, first_name=first, last_name=last, phone=phone, email=email, created_at=MONDAY
    )


def found(house: House, *clients: Client) -> list[tuple[int, int, str]]:
    with writing(house.engine) as session:
        session.add_all(clients)
    with reading(house.engine) as session:
        return [
            (p.first, p.second, p.why)
            for p in house.app.doubles.find(session, 1, house.clock(), 50)
        ]


@pytest.mark.parametrize(
    "one, other, why",
    [
        (("Ana", "Costa", NUMBER), ("Anna", "Costa", NUMBER), "same phone number"),
        (("Kate", "Reid", NUMBER), ("Catherine", "Reid", NUMBER), "same phone number"),
        (("Costa", "Ana", NUMBER), ("Ana", "Costa", NUMBER), "same phone number"),
        (("Ana", "Costa", NUMBER), ("Ana", "Lind", NUMBER), "same phone number"),
        (
            ("Ana", "Costa", None, "a@b.example"),
            ("Ana", "", None, "a@b.example"),
            "same email address",
        ),
        (("Ana", "Costa", NUMBER), ("ANA", "Costá", OTHER), "same name"),
        (("Ana", "Costa", NUMBER), ("Costa", "Ana", OTHER), "same name"),
        (("Ana", "Costa", NUMBER), ("COSTÁ", "ana", None, "a@b.example"), "same name"),
        (
            ("Ana Maria", "Silva Costa", NUMBER),
            ("Silva Costa", "Ana Maria", OTHER),
            "same name",
        ),
        (("Ana Maria", "Silva", NUMBER), ("Maria Silva", "Ana", OTHER), "same name"),
        (("Ana", "Costa", NUMBER), ("Bea", "Costa", NUMBER), ""),
        (("Ana", "Costa", NUMBER), ("Ana", "Ana", OTHER), ""),
        (("Ana Costa", "", NUMBER), ("Costa", "Ana", OTHER), ""),
        (("Ana", "Ana", NUMBER), ("Bea", "Bea", OTHER), ""),
        (("Ana", "Costa", NUMBER), ("Anna", "Costa", OTHER), ""),
        (("Ana", "", NUMBER), ("Ana", "", OTHER), ""),
    ],
)
@pytest.mark.portable
def test_a_contact_with_names_alike_or_a_full_name_is_asked_about(
    house: House, one: Any, other: Any, why: str
) -> None:
    pairs = found(house, client(*one), client(*other))
    assert pairs == ([(1, 2, why)] if why else [])


def test_a_number_or_name_of_many_is_nobodys(house: House) -> None:
    assert not found(house, *(client("Ana", "Costa", NUMBER) for _ in range(doubles.SHARING + 1)))


@pytest.mark.portable
def test_a_name_that_many_have_in_either_order_is_nobodys(house: House) -> None:
    few, many = doubles.SHARING - 2, 3
    names = [("Ana", "Costa")] * few + [("Costa", "Ana")] * many
    assert not found(house, *(client(*name, f"+4477009002{n:02}") for n, name in enumerate(names)))


@pytest.mark.portable
def test_a_pair_is_asked_about_once_however_it_is_found(house: House) -> None:
    assert (
        len(found(house, *(client("Ana", "Costa", NUMBER, "a@b.example") for _ in range(2)))) == 1
    )


@pytest.mark.portable
def test_two_people_stay_two(house: House) -> None:
    found(house, client("Ana", "Costa", NUMBER), client("Anna", "Costa", NUMBER))
    with writing(house.engine) as session:
        for _ in range(2):
            doubles.note_two_people(session, 1, doubles.pair(2, 1), "Mia", house.clock())
    assert not found(house)


@pytest.mark.portable
def test_of_what_a_search_found_only_what_still_holds_is_shown(house: House) -> None:
    assert found(house, client("Ana", "Costa", NUMBER), client("Anna", "Costa", NUMBER))
    with writing(house.engine) as session:
        session.get_one(Client, 2).phone = OTHER
    assert not found(house)


def test_a_double_made_by_a_change_is_found_within_ten_minutes(house: House) -> None:
    assert not found(house, client("Ana", "Costa", NUMBER), client("Anna", "Costa", OTHER))
    with writing(house.engine) as session:
        session.get_one(Client, 2).phone = NUMBER
    house.clock.now += timedelta(minutes=11)
    assert found(house) == [(1, 2, "same phone number")]


@pytest.mark.portable
def test_clients_are_searched_once_while_nobody_is_added(house: House) -> None:
    found(house, client("Ana", "Costa", NUMBER), client("Anna", "Costa", NUMBER))
    asked: list[str] = []
    event.listen(house.engine, "before_cursor_execute", lambda *a: asked.append(a[2]))
    found(house)
    assert not [statement for statement in asked if "GROUP BY" in statement]


def test_another_clinics_clients_and_erased_ones_are_left_out(house: House) -> None:
    house.enrol(ana(date(2026, 3, 2), last_name="Costa"))
    erased = client("Ana", "Costa", OTHER)
    erased.erased_at = MONDAY
    assert not found(house, erased)


def test_many_clients_are_searched_by_a_few_questions(house: House) -> None:
    many = [
        {
            "clinic_id": 1, "first_name": f"First{n % 997}", "last_name": f"Last{n}",
            "phone": f"+4477{n:08}", "language": "en", "created_at": MONDAY,
        }
        for n in range(20_000)
    ]  # fmt: skip
    with writing(house.engine) as session:
        session.execute(text("ANALYZE client"))  # as they were last counted: none
        session.execute(insert(Client), [row | people.search_keys(row) for row in many])
    began = perf_counter()
    assert found(house, client("First1", "Last1", OTHER)) == [(2, 20_001, "same name")]
    assert perf_counter() - began < 1
