"""The link that stops texts: it only shows, its button acts at once, and nobody can make one."""

from __future__ import annotations

from datetime import date

import pytest
from starlette.testclient import TestClient

from reminders.links import Links
from reminders.rules.terms import Act, Channel, Reason, Status
from reminders.store.database import reading, writing
from reminders.store.queries import consents, people
from tests.conftest import House, ana
from tests.support.aftercare_page import statuses

pytestmark = pytest.mark.portable

TREATED = date(2026, 3, 5)


def path(house: House, client_id: int = 1) -> str:
    return f"/s/{house.app.links.stop_token(client_id)}"


def test_the_link_shows_and_its_button_stops_texts_at_once_but_no_emails(
    house: House, browser: TestClient
) -> None:
    house.enrol(ana(TREATED))
    page = browser.get(path(house))
    assert "Stop texts from Rosewood Skin?" in page.text
    assert "<script" not in page.text
    assert statuses(house, Channel.SMS) == {Status.PLANNED}
    for _ in range(2):
        done = browser.post(path(house))
        assert (done.status_code, "Done. No more texts." in done.text) == (200, True)
        assert "tel:+442079460018" in done.text
    assert statuses(house, Channel.SMS) == {Status.CANCELLED}
    assert Status.PLANNED in statuses(house, Channel.EMAIL)
    with reading(house.engine) as session:
        last = consents.ledger(session, 1)[-1]
        assert (last.channel, last.given, last.act) == (Channel.SMS, False, Act.LINK)
        assert consents.suppressions_of(session, ["+447700900101"]) == {
            (1, "+447700900101"): Reason.OPTED_OUT
        }


def test_whoever_shares_the_number_gets_no_more_texts_either(
    house: House, browser: TestClient
) -> None:
    house.enrol(ana(TREATED))
    house.enrol(ana(TREATED, first_name="Tom", email=None))
    browser.post(path(house))
    assert not [line for line in house.lines(Channel.SMS) if line.status is Status.PLANNED]


def test_the_page_speaks_the_clients_language(house: House, browser: TestClient) -> None:
    house.enrol(ana(TREATED))
    with writing(house.engine) as session:
        people.clients_of(session)[0].language = "de"
    assert "Keine SMS mehr von Rosewood Skin?" in browser.get(path(house)).text


@pytest.mark.parametrize(
    "token", ["x", "Aw1ADq65Yoh", "AQAAAAAAA", "AQ!!!!!!!", "%20", "AAAAAAAAA"]
)
def test_a_link_that_we_did_not_make_stops_nothing(
    house: House, browser: TestClient, token: str
) -> None:
    house.enrol(ana(TREATED))
    assert browser.get(f"/s/{token}").status_code == 404
    assert browser.post(f"/s/{token}").status_code == 404
    assert statuses(house, Channel.SMS) == {Status.PLANNED}


def test_whoever_tries_many_links_has_to_wait(house: House, browser: TestClient) -> None:
    for number in range(20):
        browser.get(f"/s/AQ{number:07}")
    assert browser.get(path(house)).status_code == 429


def test_tokens_are_short_and_name_one_client_each() -> None:
    links = Links("k" * 32, "https://clinic.example")
    others = Links("l" * 32, "https://clinic.example")
    newer = Links("m" * 32, "https://clinic.example", ["k" * 32])
    for number in (1, 255, 256, 65_535, 65_536, 200_000, 16_777_216):
        token = links.stop_token(number)
        assert links.client_to_stop(token) == number
        assert others.client_to_stop(token) is None
        assert newer.client_to_stop(token) == number  # after SECRET_KEY was changed
        assert len(token) <= 13
    assert len(links.stop_token(200_000)) == 11


def test_a_client_who_is_gone_is_told_that_nothing_is_left_to_do(
    house: House, browser: TestClient
) -> None:
    page = browser.post(path(house, 77))
    assert (page.status_code, "nothing left to do" in page.text) == (200, True)
