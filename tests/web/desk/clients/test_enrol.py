"""The desk: enrolling, a client's page, one message held or sent, moving, and two people at once."""

from __future__ import annotations

import html
import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from reminders.rules.terms import Channel, Status
from reminders.store.database import reading
from reminders.store.queries import people
from reminders.store.tables import Consent, Treatment
from tests.conftest import House, ana
from tests.support.desk import Desk, signed_in
from tests.support.enrolment_form import DANA, enrolled, enrolling

pytestmark = pytest.mark.portable


def test_checking_shows_the_exact_messages_and_keeps_nothing(house: House) -> None:
    desk = enrolling(signed_in(house))
    assert "Messages for Dana" in desk.text
    assert "Tomorrow, 10:30" in desk.text
    assert "Rosewood Skin: Dana" in desk.text
    assert "It was too late to be useful" in desk.text
    with reading(house.engine) as session:
        assert people.clients_of(session) == []


def test_enrolling_keeps_what_was_checked_with_consent_and_who_took_it_down(
    house: House,
) -> None:
    desk = enrolled(signed_in(house))
    assert desk.page is not None
    assert desk.page.url.path.endswith("/enrolled")
    assert "Day 1" in desk.text
    with reading(house.engine) as session:
        client = people.clients_of(session)[0]
        assert (client.phone, client.email) == ("+447700900188", "dana@mail.example")
        said = list(session.scalars(select(Consent)))
        assert {(s.channel, s.given, s.act, s.recorded_by) for s in said} == {
            (Channel.SMS, True, "desk", "sam@rosewood.example"),
            (Channel.EMAIL, True, "desk", "sam@rosewood.example"),
        }
    house.play(house.clock.now + timedelta(days=2))
    assert house.line("day-1").status is Status.ACCEPTED


def test_nothing_is_taken_for_a_yes_that_was_not_said(house: House) -> None:
    desk = enrolling(signed_in(house), yes_sms="", yes_email="")
    assert "No messages will be sent" in desk.text
    assert "has not consented" in desk.text


@pytest.mark.parametrize(
    "typed,field,words",
    [
        ({"first_name": ""}, "first_name", "Enter the first name"),
        ({"phone": "077", "email": ""}, "phone", "wrong number of digits"),
        ({"phone": "", "email": ""}, "phone", "Enter a mobile number or an email address"),
        ({"email": "dana@"}, "email", "not an email address"),
        ({"when": "day", "day": "soon"}, "day", "not a date"),
        ({"when": "day", "day": ""}, "day", "Enter the date"),
        ({"at": "half past"}, "at", "not a time"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_on_top_and_what_was_typed_stays(
    house: House, typed: dict[str, str], field: str, words: str
) -> None:
    desk = enrolling(signed_in(house), **typed)
    assert desk.page is not None
    assert desk.page.status_code == 422
    assert "There is a problem" in desk.text
    assert re.search(rf'<a href="#{field}">[^<]*{re.escape(words)}', desk.page.text)
    assert 'value="Reed"' in desk.page.text
    assert "<title>Error: " in desk.page.text


@pytest.mark.parametrize("day,expected", [("14 March", date(2026, 3, 14)), ("14/3", date(2026, 3, 14)), ("28 dec", date(2025, 12, 28)), ("1.2.2026", date(2026, 2, 1))])  # fmt: skip
def test_a_day_is_read_as_people_write_it(house: House, day: str, expected: date) -> None:
    enrolled(signed_in(house), when="day", day=day)
    with reading(house.engine) as session:
        assert session.scalars(select(Treatment)).one().treated_on == expected


ANA = {"first_name": "Ana", "last_name": "Costa", "phone": "07700 900101", "email": ""}
"""Ana, as the one the clinic knows."""
COSTA = ana(date(2026, 3, 12), last_name="Costa")


@pytest.mark.parametrize(
    "typed,asked,choices",
    [
        ({}, "", []),
        ({"first_name": "ANA", "last_name": "costa"}, "", []),
        ({"first_name": "Anna"}, "", []),
        ({"last_name": ""}, "", []),
        ({"first_name": "Costa", "last_name": "Ana"}, "", []),
        ({"phone": "", "email": "ana@mail.example"}, "", []),
        ({"phone": "07700 900177"}, "There is already a client Ana Costa", ["Ana Costa, 07700 900101: change to 07700 900177"]),
        ({"phone": "", "email": "new@mail.example"}, "There is already a client Ana Costa", ["Ana Costa, 07700 900101: change to new@mail.example"]),
        ({"first_name": "Ina"}, "Ina Costa has the same phone number or email address as Ana Costa", ["Ana Costa, 07700 900101"]),
        ({"last_name": "Lind"}, "Ana Lind has the same phone number or email address as Ana Costa", ["Ana Costa, 07700 900101"]),
        ({"first_name": "Tom"}, "Ana Costa already has this phone number or email address", ["Ana Costa, 07700 900101"]),
        ({"first_name": "Tom", "phone": "07700 900177"}, "", []),
        ({"first_name": "Ina", "phone": "07700 900177"}, "", []),
        ({"last_name": "", "phone": "07700 900177"}, "", []),
    ],
)  # fmt: skip
def test_who_may_be_known_is_asked_about_as_lists_do_and_whoever_shares_a_number_too(
    house: House, typed: dict[str, str], asked: str, choices: list[str]
) -> None:
    house.enrol(COSTA)
    desk = enrolling(signed_in(house), **(ANA | typed))
    if not asked:
        assert "Messages for" in desk.text
        return
    assert "Is this an existing client?" in desk.text
    assert asked in desk.text
    assert desk.page is not None
    offered = re.findall(r'<input type="radio" name="meant"[^>]*> ([^<]*)<', desk.page.text)
    assert html.unescape(" ".join(offered)).startswith(" ".join(choices) + " New client: ")
    assert "checked" not in desk.page.text


def clients(house: House) -> list[tuple[str, str, str | None, int]]:
    with reading(house.engine) as session:
        return [
            (c.first_name, c.last_name, c.phone, len(list(people.treatments_of(session, [c.id]))))
            for c in people.clients_of(session)
        ]


def enrol_as(house: House, meant: str, **typed: str) -> Desk:
    house.enrol(COSTA)
    desk = enrolling(signed_in(house), when="day", day="28 April", **(ANA | typed))
    desk.post("/enrol/check", meant=meant)
    assert "Messages for" in desk.text
    desk.post("/enrol")
    return desk


def test_who_is_known_keeps_their_name_and_gets_the_new_number(house: House) -> None:
    enrol_as(house, "1", first_name="Ina", phone="07700 900101")
    assert clients(house) == [("Ana", "Costa", "+447700900101", 2)]
    enrol_as(house, "1", phone="07700 900177")
    assert clients(house)[0][:3] == ("Ana", "Costa", "+447700900177")


def test_the_page_to_check_says_whom_we_know_by_another_spelling(house: House) -> None:
    house.enrol(COSTA)
    desk = enrolling(signed_in(house), **(ANA | {"first_name": "Anna"}))
    assert "Ana Costa (you entered Anna Costa)" in desk.text


@pytest.mark.parametrize("first", ["Dana", "Ina"])
def test_somebody_who_shares_a_number_is_entered_as_somebody_else_and_not_asked_about_again(
    house: House, first: str
) -> None:
    desk = enrol_as(house, "new", first_name=first)
    assert [(c[0], c[3]) for c in clients(house)] == [("Ana", 1), (first, 1)]
    desk.get("/")
    assert "Possible duplicate" not in desk.text


def test_a_form_handed_in_unchecked_is_asked_about_before_anything_is_kept(house: House) -> None:
    house.enrol(COSTA)
    desk = signed_in(house)
    desk.get("/enrol")
    desk.post("/enrol", **(DANA | ANA | {"phone": "07700 900177"}))
    assert "Is this an existing client?" in desk.text
    assert [c[0] for c in clients(house)] == ["Ana"]


def test_the_number_is_said_back_while_it_is_typed(house: House) -> None:
    desk = signed_in(house)
    said = desk.browser.get("/enrol/phone", params={"phone": "07911 123456"}).json()
    assert said == {"words": "Texts go to 07911 123456."}
    assert "problem" in desk.browser.get("/enrol/phone", params={"phone": "12"}).json()
