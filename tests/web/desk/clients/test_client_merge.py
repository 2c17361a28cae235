"""Two clients side by side: made one, kept apart, and had back for a day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from reminders.consent import ledger
from reminders.rules.terms import Channel
from reminders.store.database import reading, writing
from reminders.store.queries import consents, people
from tests.conftest import House, ana
from tests.support.desk import Desk, signed_in
from tests.support.erasure import client_of

pytestmark = pytest.mark.portable

TREATED = date(2026, 3, 12)
ASKED = "Possible duplicate: Ana Costa and Anna Costa (same phone number)"


def two(house: House) -> Desk:
    house.enrol(ana(TREATED, last_name="Costa"))
    other: dict[str, Any] = {
        "first_name": "Anna",
        "last_name": "Costa",
        "email": "old@mail.example",
    }
    house.enrol(ana(TREATED, **other, phone="+447700900177"))
    with writing(house.engine) as session:
        client_of(session, 2).phone = "+447700900101"
    return signed_in(house)


def listed(house: House) -> list[int]:
    with reading(house.engine) as session:
        return [client.id for client in people.clients_of(session)]


def test_a_likely_double_is_asked_about_and_made_one(house: House) -> None:
    desk = two(house)
    desk.get("/")
    assert ASKED in desk.text
    desk.get("/clients/1/same?with=2")
    assert "Kept" in desk.text
    assert "both have a treatment on this day, so its messages are sent once" in desk.text
    desk.post("/clients/1/same")
    assert "Clients merged." in desk.text
    assert "Anna Costa was merged into this client today, 08:00" in desk.text
    assert listed(house) == [1]
    desk.get("/")
    assert "Possible duplicate" not in desk.text


def test_for_a_day_it_can_be_undone(house: House) -> None:
    desk = two(house)
    desk.get("/clients/1/same?with=2")
    desk.post("/clients/1/same")
    desk.post("/clients/1/unmerge")
    assert "Merge undone" in desk.text
    assert listed(house) == [1, 2]
    desk.get("/clients/1/same?with=2")
    desk.post("/clients/1/same")
    house.clock.now += timedelta(days=1)
    desk = signed_in(house, email="kim@rosewood.example")
    desk.get("/clients/1")
    assert "Undo" not in desk.text


def test_two_people_are_asked_about_once(house: House) -> None:
    desk = two(house)
    desk.get("/clients/2/same?with=1")
    desk.post("/clients/2/two-people")
    assert "Kept separate" in desk.text
    assert "Possible duplicate" not in desk.text
    assert listed(house) == [1, 2]


def test_the_other_is_searched_for(house: House) -> None:
    desk = two(house)
    desk.get("/clients/1/same")
    assert "Anna Costa" in desk.text
    desk.get("/clients/1/same?q=old@mail")
    assert "/clients/1/same?with=2" in (desk.page.text if desk.page else "")
    desk.get("/clients/1/same?q=Zelda")
    assert "No other clients found" in desk.text
    desk.get("/clients/1/same?with=1")
    assert "the same client" in desk.text


def test_a_stop_of_the_other_is_shown_before(house: House) -> None:
    desk = two(house)
    with writing(house.engine) as session:
        who = client_of(session, 2)
        ledger.withdraw(session, who, Channel.EMAIL, source="link", now=house.clock())
    desk.get("/clients/1/same?with=2")
    assert "Emails: opted out , as in the record of Anna Costa" in desk.text


def test_the_old_address_on_the_desk_leads_to_the_kept_client(house: House) -> None:
    desk = two(house)
    desk.get("/clients/1/same?with=2")
    desk.post("/clients/1/same")
    assert desk.get("/clients/2").status_code == 200
    assert "Ana Costa" in desk.text


def test_an_unsubscribe_link_of_the_other_stops_emails_to_both_addresses(house: House) -> None:
    desk = two(house)
    desk.get("/clients/1/same?with=2")
    desk.post("/clients/1/same")
    link = house.app.links.unsubscribe_url(2).removeprefix(house.app.links.public_url)
    assert desk.browser.post(link).status_code == 200
    with reading(house.engine) as session:
        assert consents.consents_of(session, [1])[1, Channel.EMAIL] is False
        for address in ("ana@mail.example", "old@mail.example"):
            assert consents.suppression(session, 1, address)


def test_both_addresses_of_the_clients_page_open_it(house: House) -> None:
    desk = two(house)
    desk.get("/clients/1/same?with=2")
    desk.post("/clients/1/same")
    pages = [desk.browser.get(f"/a/{house.app.links.page_token(n, 1)}") for n in (1, 2)]
    assert [page.status_code for page in pages] == [200, 200]
    assert all("Ana" in page.text and "Anna" not in page.text for page in pages)
