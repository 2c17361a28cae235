"""Every staff page: sessions that end while typing, roles, and faults."""

from __future__ import annotations

import re
from datetime import date, time, timedelta

import pytest
from sqlalchemy.exc import OperationalError

from reminders.rules.roles import Role
from tests.conftest import House, ana
from tests.support.desk import signed_in
from tests.support.enrolment_form import DANA

pytestmark = pytest.mark.portable


def test_a_form_typed_in_a_session_that_ended_is_handed_back(house: House) -> None:
    desk = signed_in(house)
    desk.get("/enrol")
    house.clock.now += timedelta(minutes=40)
    desk.post("/enrol/check", **DANA)
    assert "What you typed has been kept" in desk.text
    desk.post("/sign-in", email="sam@rosewood.example", password="correct horse battery staple")
    assert "You are signed in again" in desk.text
    desk.post("/enrol/check")
    assert "Messages for Dana" in desk.text


def test_what_was_typed_is_not_handed_to_somebody_else(house: House) -> None:
    signed_in(house, email="kim@rosewood.example")
    desk = signed_in(house)
    desk.get("/enrol")
    house.clock.now += timedelta(minutes=40)
    desk.post("/enrol/check", **DANA)
    desk.post("/sign-in", email="kim@rosewood.example", password="correct horse battery staple")
    assert desk.page is not None
    assert "Dana" not in desk.page.text


def test_a_viewer_sees_no_button_that_changes_anything(house: House) -> None:
    house.enrol(ana(date(2026, 3, 2), time(9)))
    desk = signed_in(house, Role.VIEWER)
    for path in ("/", "/clients", "/clients/1"):
        page = desk.get(path).text
        assert re.findall(r'<form[^>]*method="post"[^>]*action="([^"]*)"', page) == ["/sign-out"]


@pytest.mark.parametrize(
    "fault,status,words",
    [
        (
            OperationalError("SELECT", {}, Exception("locked")),
            503,
            "What you typed is kept on this page",
        ),
        (ZeroDivisionError("Dana 07700 900188"), 500, "Sorry, something went wrong"),
    ],
)
def test_a_fault_loses_nothing_typed_and_tells_nobody_its_insides(
    house: House,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    fault: Exception,
    status: int,
    words: str,
) -> None:
    desk = signed_in(house)
    desk.get("/enrol")
    with monkeypatch.context() as patch:
        patch.setattr(
            "reminders.web.desk.clients.enrol.read", lambda _: (_ for _ in ()).throw(fault)
        )
        answer = desk.post("/enrol/check", **DANA)
    assert answer.status_code == status
    assert words in desk.text
    assert "Traceback" not in answer.text
    assert "900188" not in capfd.readouterr().err
    if status == 503:
        desk.post("/enrol/check")
        assert "Messages for Dana" in desk.text
