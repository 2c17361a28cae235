"""Every page of clients in each language: which one it speaks, and that no English is left in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from httpx2 import Response
from markupsafe import Markup
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from reminders.enrolment import booked_consents
from reminders.rules.segments import fold
from reminders.rules.terms import Channel
from reminders.store.database import reading, writing
from reminders.store.queries import consents, people
from tests.conftest import House, ana
from tests.support.aftercare_page import TREATED, address, client_of
from tests.support.join_form import FORM, JOIN, TEXTS_ONLY, code_in, link_in, said, told
from tests.support.languages import LIBRARY

LANGUAGES = sorted(LIBRARY.phrases.names)
TWO_AND_OTHERS = [
    pytest.param(one, marks=() if one in {"en", "pl"} else pytest.mark.slow) for one in LANGUAGES
]
ENGLISH = re.compile(r"\b(?:the|and|your?|our|with|this|from|please|them|that|what|when|have|texts?|week)\b")  # fmt: skip
"""Words that stand in nearly every English sentence, and in no other language of ours."""


def invitation(house: House, number: int) -> str:
    with reading(house.engine) as session:
        client, clinic = people.client(session, number), people.clinic(session, 1)
        assert client is not None
        url = booked_consents.link(house.app.links, clinic, client, house.clock())
    return url.removeprefix(house.app.settings.public_url)


def stop_emails(house: House, number: int) -> str:
    return house.app.links.unsubscribe_url(number).removeprefix(house.app.settings.public_url)


def of_client(house: House, browser: TestClient, language: str) -> Iterator[Response]:
    """Open every page of a client who speaks a language, by a browser that asks for none."""
    house.enrol(ana(TREATED, language=language))
    for days in (0, 3, 4, 7, 20, 90):
        house.clock.now += timedelta(days=days)
        yield browser.get(address(house))
    for part in ("choices", "pause", "stop", "wrong", "personal-data"):
        yield browser.get(f"{address(house)}/{part}")
    yield browser.post(f"{address(house)}/choices", data={"language": language})
    yield browser.post(f"{address(house)}/personal-data", data={"by": "sms"})
    yield browser.post(f"{address(house)}/personal-data/see", data={"code": "1"})
    code = code_in(told(house, Channel.SMS))
    yield browser.post(f"{address(house)}/personal-data/see", data={"code": code})
    for part in ("pause", "resume", "stop"):
        yield browser.post(f"{address(house)}/{part}")
    for act in (browser.get, browser.post):
        yield act(stop_emails(house, 1))
    yield browser.get(invitation(house, 1))
    house.enrol(ana(TREATED, first_name="Eva", phone="07700 900102", email=None, language=language, consents=()))  # fmt: skip
    for shown in (browser.get, browser.post):
        yield shown(invitation(house, 2))
    yield browser.post(f"{address(house)}/wrong")


def of_visitor(house: House, browser: TestClient, language: str) -> Iterator[Response]:
    """Open every page of somebody unknown, whose browser asks for a language."""
    yield browser.get("/nowhere")
    yield browser.get(stop_emails(house, 999))  # of a client who is gone
    for part in ("", "/poster", "/privacy", "/terms"):
        yield browser.get(JOIN + part)
    yield browser.post(JOIN, data={"shown": language, "phone": "1", "email": "x", "texts": "yes"})
    waiting = browser.post(JOIN, data=FORM | {"shown": language, "language": language})
    yield waiting
    text, email = told(house, Channel.SMS), told(house, Channel.EMAIL)
    link = link_in(email)
    yield browser.post(str(waiting.url), data={"code": "1"})
    yield browser.post(str(waiting.url), data={"code": code_in(text)})
    yield browser.get(link)
    yield browser.post(link)


def read(page: Response) -> str:
    """Return the words of a page, without the other languages that it names in themselves."""
    body = re.sub(r"<(a|button|option)[^>]* lang=.*?</\1>", "", page.text, flags=re.DOTALL)
    return str(Markup(body).striptags())


@pytest.mark.portable
@pytest.mark.parametrize("walk", [of_client, of_visitor])
@pytest.mark.parametrize("language", TWO_AND_OTHERS)
def test_each_page_is_wholly_in_the_language_of_whoever_reads_it(
    house: House, browser: TestClient, language: str, walk: type
) -> None:
    if walk is of_visitor:
        browser.headers["Accept-Language"] = f"it;q=0.9,{language};q=0.8,en;q=0.1"
    seen = 0
    for page in walk(house, browser, language):
        seen += 1
        assert page.status_code in {200, 404, 422}, page.url
        assert f'<html lang="{language}">' in page.text, page.url
        english = ENGLISH.findall(read(page))
        assert bool(english) == (language == "en"), (page.url, english)
    assert seen >= 11


def test_a_page_offers_every_other_language_in_its_own_name(
    house: House, browser: TestClient
) -> None:
    for path in (JOIN, f"{JOIN}/poster", f"{JOIN}/privacy", "/nowhere"):
        page = browser.get(path).text
        for code in LANGUAGES:
            offered = f'language={code}" lang="{code}" hreflang="{code}"' in page
            assert offered == (code != "en"), (path, code)
    assert '<html lang="pl">' in browser.get(f"{JOIN}/poster?language=pl").text
    assert '<html lang="en">' in browser.get(f"{JOIN}?language=xx").text


def test_a_visitor_whose_language_is_not_there_reads_that_of_the_clinic_s_country(
    house: House, browser: TestClient
) -> None:
    with writing(house.engine) as session:
        people.clinic(session, 1).country = "PL"
    page = browser.get(JOIN, headers={"Accept-Language": "uk,ru;q=0.9"})
    assert '<html lang="pl">' in page.text


def test_a_database_that_is_away_is_said_in_the_reader_s_language(
    house: House, browser: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise OperationalError("x", {}, Exception())

    monkeypatch.setattr(people, "clinic_at", away)
    page = browser.get(JOIN, headers={"Accept-Language": "de"})
    assert (page.status_code, page.headers["Retry-After"]) == (503, "60")
    assert "in einer Minute" in page.text


def test_one_tap_changes_the_page_and_what_is_sent(house: House, browser: TestClient) -> None:
    house.enrol(ana(TREATED))
    page = browser.post(f"{address(house)}/language", data={"language": "de"})
    assert '<html lang="de">' in page.text
    assert "Gespeichert." in page.text
    assert client_of(house).language == "de"
    house.play(datetime(2026, 3, 7, tzinfo=UTC))
    assert "Bitte cremen" in told(house, Channel.SMS)
    browser.post(f"{address(house)}/language", data={"language": "xx"})
    assert client_of(house).language == "de"


def test_the_edition_of_a_language_outlasts_other_choices(
    house: House, browser: TestClient
) -> None:
    house.enrol(ana(TREATED, language="en-GB"))
    assert "not in your language" not in browser.get(address(house)).text
    browser.post(f"{address(house)}/choices", data={"texts": "yes", "language": "en"})
    assert client_of(house).language == "en-GB"


def test_a_link_to_privacy_and_terms_keeps_the_language(house: House, browser: TestClient) -> None:
    house.enrol(ana(TREATED, language="fr"))
    for page in (browser.get(address(house)).text, browser.get(f"{JOIN}?language=fr").text):
        for part in ("privacy", "terms"):
            assert f"{JOIN}/{part}?language=fr" in page


# --- consent: its proof is in the words that were shown -------------------------------------------

CONSENT = {
    "en": "I agree",
    "es": "cepto recibir",
    "fr": "j'accepte",
    "de": "willige ich ein|Ich willige ein",
    "pl": "yrażam zgodę",
    "pt-BR": "ceito receber",
}


def words_kept(house: House, number: int) -> str:
    with reading(house.engine) as session:
        return str(consents.ledger(session, number)[-1].wording)


@pytest.mark.portable
@pytest.mark.parametrize("language", LANGUAGES)
def test_who_joins_agrees_in_the_words_shown_and_is_written_to_in_the_language_chosen(
    house: House, browser: TestClient, language: str
) -> None:
    chosen = LANGUAGES[LANGUAGES.index(language) - 1]
    waiting = browser.post(JOIN, data=TEXTS_ONLY | {"shown": language, "language": chosen})
    text = told(house, Channel.SMS)
    words = LIBRARY.phrases.words(chosen, "GB")
    assert text == fold(words("code.text", clinic="Rosewood Skin", code=code_in(text)))
    browser.post(str(waiting.url), data={"code": code_in(text)})
    kept = words_kept(house, 1)
    assert re.search(CONSENT[language], kept, re.IGNORECASE)
    assert f"{JOIN}/terms?language={language}" in kept
    shown = Markup(browser.get(f"{JOIN}?language={language}").text).striptags()
    assert re.sub(r" \(https?://\S+\)", "", kept) in shown
    assert client_of(house).language == chosen


@pytest.mark.portable
@pytest.mark.parametrize("language", LANGUAGES)
def test_preferences_agree_in_the_words_shown_though_the_language_changed_meanwhile(
    house: House, browser: TestClient, language: str
) -> None:
    house.enrol(ana(TREATED, consents=(), language=language))
    form = browser.get(f"{address(house)}/choices").text
    shown = re.findall(r'name="shown" value="([^"]*)"', form)[0]
    elsewhere = "fr" if language != "fr" else "pl"
    browser.post(f"{address(house)}/language", data={"language": elsewhere})
    browser.post(f"{address(house)}/choices", data={"shown": shown, "texts": "yes", "language": language})  # fmt: skip
    kept = words_kept(house, 1)
    assert re.search(CONSENT[language], kept, re.IGNORECASE)
    assert kept in Markup(form).striptags()


@pytest.mark.portable
@pytest.mark.parametrize("language", LANGUAGES)
def test_an_invited_client_agrees_in_the_words_shown_or_is_shown_them_again(
    house: House, browser: TestClient, language: str
) -> None:
    house.enrol(ana(TREATED, consents=(), language=language))
    path = invitation(house, 1)
    form = browser.get(path).text
    seal, shown = (re.findall(rf'name="{name}" value="([^"]*)"', form)[0] for name in ("seal", "shown"))  # fmt: skip
    with writing(house.engine) as session:
        people.clinic(session, 1).texts_per_week += 1
    tick = {"seal": seal, "shown": shown, "texts": "yes"}
    assert browser.post(path, data=tick).status_code == 422
    assert said(house) == {}
    with writing(house.engine) as session:
        people.clinic(session, 1).texts_per_week -= 1
    assert browser.post(path, data=tick).status_code == 200
    assert re.search(CONSENT[language], words_kept(house, 1), re.IGNORECASE)
