"""What clients see of what is kept about them, behind a code sent to their contact."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from reminders.enrolment import texted_countries
from reminders.store.database import reading, writing
from reminders.store.queries import people
from reminders.store.tables import Alert, VerificationCode
from tests.conftest import House, ana
from tests.support.aftercare_page import TREATED, address

pytestmark = pytest.mark.portable


def opened(house: House, browser: TestClient, by: str = "sms") -> str:
    """Prove by a code that it is the client, and return the page that shows what we keep."""
    browser.post(address(house) + "/personal-data", data={"by": by})
    house.tick()
    sent = house.left()[-1].read_text("utf-8")
    code = re.findall(r"code is (\d{6})", sent)[-1]
    return browser.post(address(house) + "/personal-data/see", data={"by": by, "code": code}).text


@pytest.mark.parametrize("by", ["sms", "email"])
def test_a_code_to_the_client_s_own_contact_shows_what_we_keep(
    house: House, browser: TestClient, by: str
) -> None:
    house.enrol(ana(TREATED, last_name="Okafor"))
    page = opened(house, browser, by)
    for kept in ("Ana Okafor", "+44 7700 900101", "ana@mail.example", "Thu 5 Mar", "Texts: yes, "):
        assert kept in page


def test_a_client_downloads_everything_and_asks_to_be_erased(
    house: House, browser: TestClient
) -> None:
    house.enrol(ana(TREATED))
    key = re.findall(r'name="pass" value="([^"]+)"', opened(house, browser))[0]
    answer = browser.post(address(house) + "/personal-data/download", data={"pass": key})
    assert answer.headers["Content-Disposition"].startswith("attachment")
    held = answer.json()
    assert held["client"][0]["email"] == "ana@mail.example"
    assert {"consent", "treatment", "reminder"} <= held.keys()
    page = browser.post(address(house) + "/personal-data/erase", data={"pass": key})
    assert "We told the clinic" in page.text
    with reading(house.engine) as session:
        assert [alert.kind for alert in session.scalars(select(Alert))] == ["erasure-asked"]


@pytest.mark.parametrize("part", ["download", "erase"])
@pytest.mark.parametrize("key", ["", "99999999999.00", "1.é", "99999999999"])
def test_nothing_is_handed_out_without_a_code(
    house: House, browser: TestClient, part: str, key: str
) -> None:
    house.enrol(ana(TREATED))
    answer = browser.post(f"{address(house)}/personal-data/{part}", data={"pass": key})
    assert "we first send a code" in answer.text
    assert "ana@mail.example" not in answer.text
    with reading(house.engine) as session:
        assert not list(session.scalars(select(Alert)))


def test_what_a_code_opened_closes_after_ten_minutes(house: House, browser: TestClient) -> None:
    house.enrol(ana(TREATED))
    key = re.findall(r'name="pass" value="([^"]+)"', opened(house, browser))[0]
    house.clock.now += timedelta(minutes=10)
    answer = browser.post(address(house) + "/personal-data/download", data={"pass": key})
    assert "we first send a code" in answer.text


def test_a_wrong_code_shows_nothing(house: House, browser: TestClient) -> None:
    house.enrol(ana(TREATED))
    browser.post(address(house) + "/personal-data", data={"by": "sms"})
    page = browser.post(address(house) + "/personal-data/see", data={"code": "000000"})
    assert page.status_code == 422
    assert "This is not the right code" in page.text
    assert "ana@mail.example" not in page.text


@pytest.mark.parametrize("email", ["ana@mail.example", None])
def test_no_code_is_texted_to_a_country_the_clinic_does_not_text(
    house: House, browser: TestClient, email: str | None
) -> None:
    house.enrol(ana(TREATED, phone="+33612345678", email=email))
    place = address(house) + "/personal-data"
    page = browser.get(place).text
    assert "Text me a code" not in page
    assert ("Email me a code" in page) == (email is not None)
    assert "We do not text numbers of this country" in page
    assert 'href="tel:+442079460018"' in page
    posted = browser.post(place, data={"by": "sms"})
    assert (posted.status_code, "please call us" in posted.text) == (422, True)
    with reading(house.engine) as session:
        assert not list(session.scalars(select(VerificationCode)))
        clinic = people.clinics(session)[0]
    with writing(house.engine) as session:
        texted_countries.add(session, people.clinic(session, clinic.id), "FR", "sam", house.clock())
    assert "Text me a code" in browser.get(place).text
