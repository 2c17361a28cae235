"""A client's own link: it shows their name, and they only say yes."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from urllib.parse import urlsplit

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from reminders.consent import ledger
from reminders.enrolment import booked_consents
from reminders.rules.terms import Act, Channel
from reminders.store.database import reading, writing
from reminders.store.queries import consents, people
from reminders.store.tables import Client
from reminders.web import create_web
from tests.conftest import House, ana

pytestmark = pytest.mark.portable


class Invited:
    """A booked client who opens their link."""

    def __init__(self, house: House, **more: object) -> None:
        house.enrol(ana(date(2026, 3, 4), time(9), consents=(), **more))
        self.house = house
        self.browser = TestClient(create_web(house.app), base_url="http://localhost:8000")
        with reading(house.engine) as session:
            url = booked_consents.link(
                house.app.links, people.clinics(session)[0], self.client(session), house.clock()
            )
        self.path = urlsplit(url).path

    @staticmethod
    def client(session: object) -> Client:
        found = people.client(session, 1)  # type: ignore[arg-type]
        assert found is not None
        return found

    def open(self, path: str = "") -> Response:
        return self.browser.get(path or self.path)

    def say(self, *boxes: str, seal: str | None = None) -> Response:
        found = re.search(r'name="seal" value="([^"]*)"', self.open().text)
        sealed = seal if seal is not None else (found[1] if found else "")
        return self.browser.post(self.path, data={"seal": sealed, **dict.fromkeys(boxes, "yes")})


def said(house: House) -> dict[Channel, bool]:
    with reading(house.engine) as session:
        return {
            channel: given for (_, channel), given in consents.consents_of(session, [1]).items()
        }


def test_the_client_sees_their_name_and_says_yes_without_typing_anything(house: House) -> None:
    invited = Invited(house)
    page = invited.open().text
    assert "Hello Ana" in page
    assert "••• 101" in page
    assert "checked" not in page, "a yes is ticked by the client"
    assert "<script" not in page
    assert "Thank you." in invited.say("texts").text
    assert said(house) == {Channel.SMS: True}
    with reading(house.engine) as session:
        (line,) = consents.ledger(session, 1)
        assert (line.act, line.source) == (
            Act.FORM,
            "said yes by their own link to /join/rosewood-skin",
        )
        assert line.wording
        assert "Rosewood Skin" in line.wording
        assert line.network_address == "testclient"


def test_nothing_in_the_address_or_on_the_page_tells_a_stranger_who_it_is(house: House) -> None:
    invited = Invited(house, last_name="Costa")
    page = invited.open().text
    for secret in ("Costa", "7700900101", "07700", "ana@mail", "14:30"):
        assert secret not in page
    assert "Ana" not in invited.path


def test_to_open_the_link_is_no_yes(house: House) -> None:
    invited = Invited(house)
    invited.open()
    invited.browser.head(invited.path)
    assert said(house) == {}


def test_no_box_no_yes(house: House) -> None:
    invited = Invited(house)
    answer = invited.say()
    assert answer.status_code == 422
    assert "Tick a box first" in answer.text
    assert said(house) == {}


@pytest.mark.parametrize("path", ["/join/rosewood-skin/yes/x", "/join/nobody/yes/{}"])
def test_a_link_that_is_not_ours_opens_nothing(house: House, path: str) -> None:
    invited = Invited(house)
    assert invited.open(path.format(invited.path.rpartition("/")[2])).status_code == 404


def test_a_link_ends(house: House) -> None:
    invited = Invited(house)
    house.clock.now += timedelta(days=60)
    assert invited.open().status_code == 404
    assert invited.browser.post(invited.path, data={"texts": "yes"}).status_code == 404
    assert said(house) == {}


def test_a_number_that_changed_meanwhile_is_looked_at_again(house: House) -> None:
    invited = Invited(house)
    answer = invited.say("texts", seal="of another number")
    assert answer.status_code == 422
    assert "has changed meanwhile" in answer.text
    assert said(house) == {}


def test_whoever_stopped_is_not_asked_by_it(house: House) -> None:
    invited = Invited(house, email=None)
    now: datetime = house.clock()
    with writing(house.engine) as session:
        ledger.withdraw(session, invited.client(session), Channel.SMS, source="STOP", now=now)
    assert "There is nothing to do here" in invited.open().text
    invited.say("texts")
    assert said(house) == {Channel.SMS: False}


def test_it_speaks_the_client_s_language(house: House) -> None:
    invited = Invited(house, language="es")
    assert "Hola, Ana" in invited.open().text
