"""A text to a country that the clinic did not choose waits, staff are asked, and their answer counts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reminders.enrolment import texted_countries
from reminders.intake import answers
from reminders.questions import questions
from reminders.questions.questions import OpenQuestion
from reminders.rules.questions import QuestionKind
from reminders.rules.roles import Role
from reminders.rules.terms import Channel, InputError, Reason, Status
from reminders.store.database import reading, writing
from reminders.store.queries import people
from reminders.store.tables import Attempt
from tests.conftest import MONDAY, House, ana
from tests.support.desk import signed_in

pytestmark = pytest.mark.portable

IRISH = "+353851234567"
YESTERDAY = MONDAY.date() - timedelta(days=1)


def asked(house: House) -> list[OpenQuestion]:
    with reading(house.engine) as session:
        return questions.open_questions(session, 1)


def answer(house: House, number: int, choice: str) -> None:
    with writing(house.engine) as session:
        answers.answer(session, house.app.library, number, choice, "olga", house.clock())


def abroad(house: House) -> None:
    house.enrol(ana(YESTERDAY, phone=IRISH, email=None))
    house.tick(MONDAY + timedelta(hours=9))


def test_staff_are_asked_once_and_a_yes_lets_the_text_go(house: House) -> None:
    abroad(house)
    waiting = house.line("day-1")
    assert (waiting.status, waiting.reason) == (Status.PLANNED, Reason.COUNTRY)
    house.tick(MONDAY + timedelta(hours=10))
    (question,) = asked(house)
    assert question.kind is QuestionKind.COUNTRY
    assert "Ireland (+353)" in question.sentence
    assert IRISH not in str(question)
    answer(house, question.id, "yes")
    assert house.clinic().other_countries == "IE"
    house.tick()
    assert house.line("day-1").status is Status.ACCEPTED
    with reading(house.engine) as session:
        assert [one.country for one in session.query(Attempt)] == ["IE"]


def test_a_no_is_remembered_and_the_text_is_skipped_in_the_end(house: House) -> None:
    abroad(house)
    answer(house, asked(house)[0].id, "no")
    house.play(MONDAY + timedelta(days=3))
    assert not asked(house)
    assert not house.left()
    late = house.line("day-1")
    assert (late.status, late.reason) == (Status.SKIPPED, Reason.COUNTRY)


def test_a_country_that_is_chosen_is_asked_about_no_more_and_one_taken_out_neither(
    house: House,
) -> None:
    abroad(house)
    with writing(house.engine) as session:
        clinic = people.clinics(session)[0]
        texted_countries.choose(session, clinic, ["IE", "GB"], "olga", house.clock())
        assert clinic.other_countries == "IE"
        with pytest.raises(InputError):
            texted_countries.choose(session, clinic, ["XX"], "olga", house.clock())
    assert not asked(house)
    with writing(house.engine) as session:
        clinic = people.clinics(session)[0]
        texted_countries.choose(session, clinic, [], "olga", house.clock())
    house.tick()
    assert not house.left()
    assert not asked(house)


def test_emails_know_no_countries(house: House) -> None:
    house.enrol(ana(YESTERDAY, phone=IRISH))
    house.play(MONDAY + timedelta(hours=9))
    assert {path.suffix for path in house.left()} <= {".eml"}
    assert house.line("day-1", Channel.SMS).status is Status.PLANNED


def test_an_owner_ticks_countries_and_says_what_they_cost(house: House) -> None:
    abroad(house)
    desk = signed_in(house, Role.OWNER)
    desk.get("/clinic")
    assert "Ireland" in desk.text
    desk.post("/clinic/countries", **{"country-IE": "yes", "another_country": "DE"})
    assert house.clinic().other_countries == "DE IE"
    desk.get("/clinic")
    assert "Price per segment to Germany" in desk.text
    prices = {"price-DE": "0.075", "price-IE": ""}
    desk.post("/clinic/money", segment_price="0.04", currency="GBP", segment_budget="", **prices)
    clinic = house.clinic()
    assert (clinic.segment_price, clinic.country_prices) == (40_000, "DE=75000")
    desk.get("/clinic")
    desk.post("/clinic/money", segment_price="", currency="", **{"price-DE": "0.1"})
    assert "Choose the currency" in desk.text
    house.tick()
    assert house.line("day-1").status is Status.ACCEPTED


def test_a_dearer_country_costs_more_in_the_report_and_of_the_months_limit(house: House) -> None:
    with writing(house.engine) as session:
        clinic = people.clinics(session)[0]
        clinic.other_countries, clinic.country_prices = "IE", "IE=1000000"
        clinic.segment_price, clinic.currency, clinic.segment_budget = 40_000, "GBP", 24
    house.enrol(ana(YESTERDAY, phone=IRISH, email=None))
    house.enrol(ana(YESTERDAY, first_name="Bob", phone="+447700900102", email=None))
    house.play(MONDAY + timedelta(hours=9))
    desk = signed_in(house, Role.VIEWER)
    desk.get("/numbers")
    assert "£1.04" in desk.text or "£1.00" in desk.text
    house.play(MONDAY + timedelta(days=3))
    reasons = [line.reason for line in house.lines(Channel.SMS)]
    assert Reason.BUDGET in reasons
    csv = signed_in(house, Role.VIEWER).get("/numbers.csv").content.decode("utf-8-sig")
    assert "Cost (GBP)" in csv
