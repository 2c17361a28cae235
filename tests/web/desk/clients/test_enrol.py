"""The desk: enrolling, a client's page, one message held or sent, moving, and two people at once."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from reminders.rules.terms import Channel, Status
from reminders.store.database import reading
from reminders.store.queries import people
from reminders.store.tables import Consent, Treatment
from tests.conftest import House, ana
from tests.support.desk import signed_in
from tests.support.enrolment_form import enrolled, enrolling

pytestmark = pytest.mark.portable


def test_checking_shows_the_exact_messages_and_keeps_nothing(house: House) -> None:
    desk = enrolling(signed_in(house))
    assert "What Dana will get" in desk.text
    assert "Tomorrow, 10:30" in desk.text
    assert "Rosewood Skin: Dana" in desk.text
    assert "its moment had passed" in desk.text
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
    assert "Nothing will be sent" in desk.text
    assert "has not said yes" in desk.text


@pytest.mark.parametrize(
    "typed,field,words",
    [
        ({"first_name": ""}, "first_name", "first name is missing"),
        ({"phone": "077", "email": ""}, "phone", "wrong number of digits"),
        ({"phone": "", "email": ""}, "phone", "one is enough"),
        ({"email": "dana@"}, "email", "not an email address"),
        ({"when": "day", "day": "soon"}, "day", "not a date"),
        ({"when": "day", "day": ""}, "day", "Which day?"),
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


def test_somebody_known_is_offered_not_entered_twice(house: House) -> None:
    house.enrol(ana(date(2026, 3, 12)))
    desk = enrolling(signed_in(house), phone="07700 900101", when="day", day="28 April")
    assert "Somebody is on this number or address already" in desk.text
    desk.post("/enrol/check", meant="1")
    assert "What Ana will get" in desk.text or "What Dana will get" in desk.text
    desk.post("/enrol")
    with reading(house.engine) as session:
        (client,) = people.clients_of(session)
        assert client.first_name == "Ana"
        assert len(list(people.treatments_of(session, [client.id]))) == 2


def test_somebody_who_shares_a_number_is_entered_as_somebody_else(house: House) -> None:
    house.enrol(ana(date(2026, 3, 12)))
    desk = enrolling(signed_in(house), phone="07700 900101")
    desk.post("/enrol/check", meant="new")
    desk.post("/enrol")
    with reading(house.engine) as session:
        assert [c.first_name for c in people.clients_of(session)] == ["Ana", "Dana"]


def test_the_number_is_said_back_while_it_is_typed(house: House) -> None:
    desk = signed_in(house)
    said = desk.browser.get("/enrol/phone", params={"phone": "07911 123456"}).json()
    assert said == {"words": "We’ll text +44 7911 123456."}
    assert "problem" in desk.browser.get("/enrol/phone", params={"phone": "12"}).json()
