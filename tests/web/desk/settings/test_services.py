"""The page of a clinic's services: what each is, by its name or by a person."""

from __future__ import annotations

import pytest

from reminders.intake import answers, services
from reminders.questions import questions
from reminders.rules.questions import about_service, about_status
from reminders.rules.roles import Role
from reminders.store.database import reading, writing
from reminders.store.queries import audit
from tests.conftest import MONDAY, House
from tests.support.desk import Desk, signed_in
from tests.support.questions import ask, row

pytestmark = pytest.mark.portable


def with_services(house: House) -> Desk:
    with writing(house.engine) as session:
        shown = {"botox": ("Botox", "none"), "skinpen": ("SkinPen", "skin-needling")}
        questions.show_services(session, 1, shown, house.clock())
    ask(house, about_service("Glow", house.app.library.protocols.values()), row())
    desk = signed_in(house, Role.OWNER)
    desk.get("/clinic/services")
    return desk


def known(house: House) -> dict[str, tuple[str | None, str | None]]:
    with reading(house.engine) as session:
        return {one.service: (one.protocol, one.said_by) for one in services.known(session, 1)}


def test_each_service_stands_there_with_who_says_what_it_is(house: House) -> None:
    desk = with_services(house)
    assert "Glow Open question Not answered yet Skin needling" in desk.text
    assert "Botox Recognised by its name" in desk.text
    assert desk.page is not None
    assert desk.page.text.count(" selected") == 3


def test_what_is_changed_is_remembered_and_recorded_and_the_rest_left_alone(house: House) -> None:
    desk = with_services(house)
    same = {"service:skinpen": "skin-needling", "service:glow": ""}
    desk.post("/clinic/services", **same, **{"service:botox": "skin-needling"})
    assert "Saved." in desk.text
    assert "Set by sam@rosewood.example" in desk.text
    assert known(house) == {
        "Glow": (None, None),
        "Botox": ("skin-needling", "sam@rosewood.example"),
        "SkinPen": ("skin-needling", None),
    }
    with reading(house.engine) as session:
        line = audit.page(session, 1)[0]
    assert (line.action, line.detail) == ("changed a service", "Botox: none → skin-needling")


def test_choosing_for_one_that_is_asked_about_answers_the_question(house: House) -> None:
    desk = with_services(house)
    desk.post("/clinic/services", **{"service:glow": "skin-needling"})
    assert "Saved. 1 row imported: 1 new treatment." in desk.text
    with reading(house.engine) as session:
        assert questions.open_questions(session, 1) == []


def test_what_a_status_means_is_changed_for_the_next_list(house: House) -> None:
    asked = ask(house, about_status("Parked"), row(treatment="Microneedling"))
    with writing(house.engine) as session:
        library = house.app.library
        answers.answer(session, library, asked, "takes-place", "sam@rosewood.example", MONDAY)
    desk = signed_in(house, Role.OWNER)
    desk.get("/clinic/services")
    assert "Parked Set by sam@rosewood.example" in desk.text
    desk.post("/clinic/services", **{"status:parked": "not-taking-place"})
    assert "Saved." in desk.text
    with reading(house.engine) as session:
        assert list(questions.answers(session, 1).given.values()) == ["not-taking-place"]
        assert audit.page(session, 1)[0].detail == "Parked: takes-place → not-taking-place"
    assert desk.post("/clinic/services", **{"status:parked": "maybe"}).status_code == 422


def test_an_unknown_treatment_is_refused_and_nothing_saved(house: House) -> None:
    desk = with_services(house)
    before = known(house)
    answer = desk.post(
        "/clinic/services", **{"service:glow": "skin-needling", "service:botox": "fillers"}
    )
    assert answer.status_code == 422
    assert "is not a known kind of treatment" in desk.text
    assert known(house) == before


def test_before_the_first_list_it_says_so(house: House) -> None:
    desk = signed_in(house, Role.OWNER)
    desk.get("/clinic/services")
    assert "No services yet." in desk.text
