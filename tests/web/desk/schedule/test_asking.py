"""Who is booked and was not asked stands on Today, the soonest first, and one tap records the answer."""

from __future__ import annotations

import re
from datetime import date, time, timedelta

import pytest

from reminders.rules.roles import Role
from reminders.rules.terms import Act, Channel
from reminders.store.database import reading
from reminders.store.queries import consents
from tests.conftest import MONDAY, House, ana
from tests.support.desk import Desk, signed_in

pytestmark = pytest.mark.portable


def unasked(house: House, name: str, days: int, **more: object) -> None:
    number = f"+4477009001{len(name):02}"
    on = (MONDAY + timedelta(days=days)).date()
    told = {"first_name": name, "phone": number, "email": None, "consents": ()} | more
    house.enrol(ana(on, time(10), **told))


def to_ask(desk: Desk) -> list[str]:
    desk.get("/")
    assert desk.page is not None
    return re.findall(r'Ask<span class="unseen">: (\w+)', desk.page.text)


def test_the_soonest_comes_first_and_whoever_said_anything_not_at_all(house: House) -> None:
    unasked(house, "Later", 9)
    for days in (1, 8):
        unasked(house, "Soon", days, external_id=f"b-{days}", source="cal")
    unasked(house, "Beyond", 40)
    unasked(house, "Gone", 2, cancelled=True)
    house.enrol(ana(date(2026, 3, 3)))
    desk = signed_in(house)
    assert to_ask(desk) == ["Soon", "Later"]


def test_one_tap_records_the_answer_with_the_words_that_were_said(house: House) -> None:
    unasked(house, "Soon", 1, email="soon@mail.example")
    desk = signed_in(house)
    desk.get("/")
    asked = "May Rosewood Skin send you texts about caring for your skin, up to 4 a week?"
    assert asked in desk.text
    desk.post("/clients/1/asked", said="sms")
    assert "Consent recorded." in desk.text
    assert to_ask(desk) == []
    with reading(house.engine) as session:
        (line,) = consents.ledger(session, 1)
    assert (line.channel, line.given, line.act) == (Channel.SMS, True, Act.DESK)
    assert line.wording is not None
    assert line.wording.startswith(asked)
    assert line.recorded_by == "sam@rosewood.example"


def test_a_no_is_an_answer(house: House) -> None:
    unasked(house, "Soon", 1)
    desk = signed_in(house)
    desk.get("/")
    desk.post("/clients/1/asked", said="no")
    assert to_ask(desk) == []
    with reading(house.engine) as session:
        assert consents.consents_of(session, [1]) == {(1, Channel.SMS): False}


def test_the_words_are_the_client_s_own_language(house: House) -> None:
    unasked(house, "Soon", 1, language="es")
    desk = signed_in(house)
    desk.get("/")
    assert "¿Puede Rosewood Skin enviarle" in desk.text


def test_a_viewer_sees_who_it_is_and_records_nothing(house: House) -> None:
    unasked(house, "Soon", 1)
    desk = signed_in(house, Role.VIEWER)
    assert to_ask(desk) == []
    assert "Soon" in desk.text
    desk.post("/clients/1/asked", said="both")
    with reading(house.engine) as session:
        assert consents.consents_of(session, [1]) == {}


def test_a_client_s_page_has_their_own_link_until_they_have_said_yes(house: House) -> None:
    unasked(house, "Soon", 1)
    desk = signed_in(house)
    desk.get("/clients/1")
    assert desk.page is not None
    link = re.search(r'value="(http[^"]*/join/rosewood-skin/yes/[^"]*)"', desk.page.text)
    assert link
    desk.post("/clients/1/asked", said="both", back="/clients/1")
    desk.get("/clients/1")
    assert "/yes/" not in desk.page.text
