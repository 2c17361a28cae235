"""Questions about lists on the desk: one tap takes in every row that waited, and says so."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from reminders.rules.questions import Doubt, about_name, about_service, about_status, about_vanished
from reminders.rules.roles import Role
from reminders.store.database import reading, writing
from reminders.store.queries import audit
from reminders.store.tables import Client
from tests.conftest import House, ana
from tests.support.desk import Desk, signed_in
from tests.support.questions import ask, row, subject_of

pytestmark = pytest.mark.portable

CELLS = """First name\tLast name\tMobile\tTreatment\tDate\tSMS consent
Ana\tCosta\t07700 900101\tSkin rejuvenation\t12 March 2026 14:30\tyes
Bea\tLind\t07700 900102\tskin rejuvenation\t13 March 2026 11:00\tyes
"""


def with_a_list(house: House, cells: str = CELLS) -> Desk:
    desk = signed_in(house)
    desk.get("/lists")
    desk.post("/lists", cells=cells)
    desk.post("/lists/1/take")
    return desk


def names(house: House) -> list[str]:
    with reading(house.engine) as session:
        return [client.first_name for client in session.scalars(select(Client))]


def glow(house: House) -> Doubt:
    return about_service("Glow", house.app.library.protocols.values())


def test_today_and_the_lists_say_that_there_are_questions(house: House) -> None:
    desk = with_a_list(house)
    assert "1 question needs an answer" in desk.text
    desk.get("/")
    assert "1 question needs an answer" in desk.text
    assert "Today 1 to do" in desk.text
    ask(house, about_status("Parked"), row())
    desk.get("/")
    assert "2 questions need an answer" in desk.text
    assert "Today 1 to do" in desk.text
    desk.get("/lists")
    assert "2 questions need an answer" in desk.text


def test_a_question_shows_the_rows_as_they_came_and_who_brought_them(house: House) -> None:
    desk = with_a_list(house)
    desk.get("/questions")
    assert "Which reminders does the service “Skin rejuvenation” get?" in desk.text
    assert "2 rows are waiting for this answer" in desk.text
    assert "Row 2 of Pasted rows Imported today, 08:00 by sam@rosewood.example" in desk.text
    assert "Mobile 07700 900101" in desk.text


def test_one_tap_takes_in_every_row_that_waited_and_says_what_it_did(house: House) -> None:
    desk = with_a_list(house)
    desk.get("/questions")
    answer = desk.post("/questions/1", choice="skin-needling")
    assert answer.status_code == 200
    assert "2 rows imported: 2 new treatments." in desk.text
    assert "No open questions." in desk.text
    assert names(house) == ["Ana", "Bea"]
    with reading(house.engine) as session:
        line = audit.page(session, 1)[0]
    assert (line.action, line.actor, line.detail) == ("answered a question", "sam@rosewood.example", "service")  # fmt: skip


def test_an_answer_to_a_name_is_one_button_with_what_we_will_write(house: House) -> None:
    desk = signed_in(house)
    ask(
        house,
        about_name(subject_of(house, "Ana (VIP)"), "Ana (VIP)", "Ana"),
        row("Ana (VIP)", treatment="Microneedling"),
    )
    desk.get("/questions")
    assert "Messages will greet this client as “Ana”." in desk.text
    assert desk.page is not None
    assert 'name="choice" value="Ana">Yes, Ana<' in desk.page.text


def test_how_to_greet_somebody_may_be_written(house: House) -> None:
    desk = signed_in(house)
    doubt = about_name(subject_of(house, "A. Costarica"), "A. Costarica", "")
    ask(house, doubt, row("A.", treatment="Microneedling"))
    desk.get("/questions")
    assert desk.post("/questions/1", choice="see www.example.com").status_code == 422
    desk.post("/questions/1", choice=" ")
    assert "is not one of the answers" in desk.text
    desk.post("/questions/1", choice="Anaïs")
    assert "1 row imported: 1 new treatment." in desk.text
    assert names(house) == ["Anaïs"]


def test_what_vanished_is_cancelled_by_one_tap(house: House) -> None:
    house.enrol(ana(date(2026, 3, 12)))
    desk = signed_in(house)
    ask(house, about_vanished("march", {1: "Ana"}))
    desk.get("/questions")
    desk.post("/questions/1", choice="cancelled")
    assert "Done: 1 treatment cancelled." in desk.text


@pytest.mark.parametrize(
    "first,choice,said",
    [
        ("skin-needling", "none", "This question has already been answered."),
        ("", "botox", "is not one of the answers"),
    ],
)
def test_what_cannot_be_taken_is_said_kindly(
    house: House, first: str, choice: str, said: str
) -> None:
    desk = signed_in(house)
    ask(house, glow(house), row())
    desk.get("/questions")
    if first:
        desk.post("/questions/1", choice=first)
    answer = desk.post("/questions/1", choice=choice, csrf=desk.hidden("/sign-out")["csrf"])
    assert answer.status_code == 422
    assert said in desk.text


def test_another_clinic_neither_sees_nor_answers_it(house: House) -> None:
    from reminders.enrolment import clinics
    from tests.support.samples import CLINIC

    with writing(house.engine) as session:
        clinics.add(session, CLINIC | {"name": "Willow Skin"}, house.clock(), live=True)
    ask(house, glow(house), row())
    desk = signed_in(house, Role.STAFF, 1)
    desk.get("/questions")
    assert "No open questions." in desk.text
    csrf = desk.hidden("/sign-out")["csrf"]
    assert desk.post("/questions/1", choice="none", csrf=csrf).status_code == 404
    with reading(house.engine) as session:
        assert [one.detail for one in audit.page(session, 1) if "question" in one.action] == []
