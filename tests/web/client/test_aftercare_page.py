"""A client's own page: what it tells, what can be chosen there, and that nobody else gets in."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta

import pytest
from starlette.testclient import TestClient

from reminders.enrolment import clinics
from reminders.links import Links, page_key
from reminders.plans import page_keys
from reminders.rules.segments import fold
from reminders.rules.terms import Channel, Status
from reminders.store.database import reading, writing
from reminders.store.queries import client_pages, customisation, people
from reminders.store.tables import Client
from tests.conftest import House, ana, consent_answer
from tests.support.aftercare_page import TREATED, address, client_of, reminders, statuses

pytestmark = pytest.mark.portable


# --- who gets in --------------------------------------------------------------------------


def test_a_page_opens_for_whoever_has_its_address_and_names_only_client_and_clinic(
    house: House, browser: TestClient
) -> None:
    house.enrol(ana(TREATED, last_name="Okafor"))
    page = browser.get(address(house))
    assert page.status_code == 200
    assert "Hello Ana" in page.text
    assert "Rosewood Skin" in page.text
    for private in ("Okafor", "7700900101", "900101", "ana@mail.example"):
        assert private not in page.text


def test_the_address_is_long_enough_and_tells_nothing() -> None:
    links = Links("k" * 32, "https://clinic.example")
    tokens = {links.page_token(number, edition) for number in range(300) for edition in (1, 2)}
    assert len(tokens) == 600
    assert all(re.fullmatch(r"[\w-]{14}", token) for token in tokens)
    assert 14 * 6 >= 80  # bits


def test_a_copy_of_the_database_opens_no_page(house: House, browser: TestClient) -> None:
    house.enrol(ana(TREATED))
    browser.get(address(house))
    kept = client_of(house).page_key
    assert kept == page_key(address(house).removeprefix("/a/"))
    assert browser.get(f"/a/{kept}").status_code == 404


@pytest.mark.parametrize("token", ["x", "AAAAAAAAAAAAAA", "%00", "..%2f..", "a" * 5000])
def test_a_made_up_address_opens_nothing(house: House, browser: TestClient, token: str) -> None:
    house.enrol(ana(TREATED))
    answer = browser.get(f"/a/{token}")
    assert answer.status_code == 404
    assert "Ana" not in answer.text


def test_whoever_guesses_addresses_is_made_to_wait(house: House, browser: TestClient) -> None:
    house.enrol(ana(TREATED))
    for number in range(20):
        assert browser.get(f"/a/AAAAAAAAAAAA{number:02}").status_code == 404
    assert browser.get(address(house)).status_code == 429
    house.clock.now += timedelta(minutes=11)
    assert browser.get(address(house)).status_code == 200


def test_a_page_can_be_closed_and_its_new_address_works(house: House, browser: TestClient) -> None:
    house.enrol(ana(TREATED))
    before = address(house)
    assert browser.get(before).status_code == 200
    with writing(house.engine) as session:
        client = people.client(session, 1)
        assert client is not None
        page_keys.revoke_key(client)
    assert browser.get(before).status_code == 404
    assert browser.get(address(house)).status_code == 200


def test_a_new_secret_key_opens_the_addresses_that_messages_carry_then(
    house: House, browser: TestClient
) -> None:
    house.enrol(ana(TREATED))
    old = address(house)
    assert browser.get(old).status_code == 200
    new = Links("another secret that is long enough", house.app.settings.public_url)
    with writing(house.engine) as session:
        assert page_keys.keys_outdated(session, new)
        page_keys.assign_keys(session, new)
    with reading(house.engine) as session:
        assert client_pages.client_with(session, page_key(new.page_token(1, 1))) is not None
        assert client_pages.client_with(session, page_key(old.removeprefix("/a/"))) is None


def test_pages_are_not_kept_indexed_or_referred(house: House, browser: TestClient) -> None:
    house.enrol(ana(TREATED))
    headers = browser.get(address(house)).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Robots-Tag"] == "noindex"
    assert "script-src" not in headers["Content-Security-Policy"]
    assert "set-cookie" not in headers


# --- what it tells ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "now,heading,told,never",
    [
        (
            datetime(2026, 3, 3, 12, tzinfo=UTC),
            "Getting ready for your visit",
            ["From Thu 26 Feb: no retinol", "bare skin", "Call us before your visit"],
            ["Where your skin is"],
        ),
        (
            datetime(2026, 3, 5, 17, tzinfo=UTC),
            "The first day",
            [
                "until Fri 6 Mar, 15:30",
                "Wait until Thu 5 Mar, 23:30",
                "Only the gel|only the gel",
                "Call 999 now",
            ],
            ["SPF 30 or more each morning"],
        ),
        (
            datetime(2026, 3, 6, 16, tzinfo=UTC),
            "Day 1: your skin is calming down",
            ["SPF 30 or more each morning", "No make-up until Sat 7 Mar, 15:30", "worse on day 2"],
            ["No sunscreen until"],
        ),
        (
            datetime(2026, 3, 9, 16, tzinfo=UTC),
            "Day 4: your skin is building",
            ["no retinol|No retinol", "until Thu 12 Mar", "fine sandpaper", "part 2 of 3"],
            [],
        ),
        (
            datetime(2026, 3, 30, 16, tzinfo=UTC),
            "Day 25: your skin is building",
            ["one at a time", "until Thu 2 Apr", "dark or pale patches"],
            ["Make-up"],
        ),
        (
            datetime(2026, 5, 5, 16, tzinfo=UTC),
            "Your skin is settling",
            ["part 3 of 3"],
            ["Strong sun"],
        ),
    ],
)
def test_the_page_tells_what_to_do_now_what_is_normal_and_when_to_call(
    house: House,
    browser: TestClient,
    now: datetime,
    heading: str,
    told: list[str],
    never: list[str],
) -> None:
    house.enrol(ana(TREATED, ends=time(15, 30)))
    house.clock.now = now
    page = fold(browser.get(address(house)).text)
    assert heading in page
    for words in told:
        assert re.search(words, page), words
    for words in never:
        assert words not in page
    assert 'href="tel:+442079460018"' in page
    assert "Call 020 7946 0018" in page


def test_the_numbers_on_the_page_are_the_clinic_s_own(house: House, browser: TestClient) -> None:
    house.enrol(ana(TREATED, ends=time(15, 30)))
    with writing(house.engine) as session:
        customisation.set_numbers(
            session, 1, "skin-needling", {"sunscreen_start_h": 48, "spf_min": 50}
        )
    house.clock.now = datetime(2026, 3, 6, 16, tzinfo=UTC)
    assert "until Sat 7 Mar, 15:30" in browser.get(address(house)).text
    house.clock.now = datetime(2026, 3, 7, 16, tzinfo=UTC)
    assert "SPF 50 or more each morning" in browser.get(address(house)).text


def test_somebody_without_a_visit_has_a_page_too(house: House, browser: TestClient) -> None:
    with writing(house.engine) as session:
        session.add(Client(clinic_id=1, first_name="Bea", created_at=house.clock()))
    page = browser.get(address(house)).text
    assert "Your page is ready" in page
    assert "Nothing is planned at the moment." in page


def test_the_page_says_what_comes_next_and_by_what(house: House, browser: TestClient) -> None:
    house.enrol(ana(TREATED, consents=(consent_answer(Channel.SMS),)))
    page = browser.get(address(house)).text
    assert re.search(r"Day 1</dt><dd>Fri 6 Mar, 15:30, by text<", page)
    assert "by email" not in page
    with writing(house.engine) as session:
        clinics.edit(session, house.app.library, people.clinic(session, 1), {}, house.clock())
    house.enrol(ana(TREATED))
    assert "by text and email" in browser.get(address(house)).text


def test_a_language_without_pages_is_shown_in_english_and_says_so(
    house: House, browser: TestClient
) -> None:
    house.enrol(ana(TREATED, language="cy"))
    page = browser.get(address(house)).text
    assert "This page is not in your language yet" in page
    assert 'lang="en"' in page


def test_looking_changes_nothing(house: House, browser: TestClient) -> None:
    house.enrol(ana(TREATED))
    browser.get(address(house))
    before = (client_of(house).model_dump(), reminders(house))
    for part in ("", "/choices", "/pause", "/stop", "/wrong", "/calendar.ics"):
        assert browser.get(address(house) + part).status_code == 200
    assert browser.get(address(house) + "/resume").status_code == 405
    assert (client_of(house).model_dump(), reminders(house)) == before


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_another_site_cannot_press_the_client_s_buttons(
    house: House, browser: TestClient, headers: dict[str, str]
) -> None:
    house.enrol(ana(TREATED))
    assert browser.post(address(house) + "/stop", headers=headers).status_code == 403
    assert client_of(house).paused_until is None
    assert statuses(house) == {Status.PLANNED}


def test_every_milestone_has_a_name_on_the_page(house: House) -> None:
    words = house.app.library.phrases.words("en", "GB")
    for protocol in house.app.library.protocols.values():
        for milestone in protocol.milestones:
            assert words.has_sentence(f"milestone.{milestone.key}"), milestone.key
