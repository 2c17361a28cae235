"""Joining on one's own phone: nothing counts before the contact is proven, and nothing is given away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from reminders.consent import ledger
from reminders.enrolment import clinics
from reminders.enrolment.join_requests import version_of
from reminders.privacy import retention
from reminders.privacy.retention import RetentionPeriods
from reminders.rules.terms import Act, Channel, Discretion, OneOffKind, Reason, Status
from reminders.store.database import reading, writing
from reminders.store.queries import consents, people
from reminders.store.tables import (
    Client,
    Consent,
    JoinRequest,
    OneOffMessage,
    VerificationCode,
)
from reminders.web import create_web
from tests.conftest import House, ana
from tests.support.desk import signed_in
from tests.support.enrolment_form import enrolling
from tests.support.join_form import FORM, JOIN, TEXTS_ONLY, code_in, link_in, told
from tests.support.samples import CLINIC

pytestmark = pytest.mark.portable


@pytest.fixture
def browser(house: House) -> Iterator[TestClient]:
    with TestClient(create_web(house.app), follow_redirects=True) as client:
        yield client


def clients(house: House) -> list[Client]:
    with reading(house.engine) as session:
        return people.clients_of(session)


def said(house: House) -> list[Consent]:
    with reading(house.engine) as session:
        return list(session.scalars(select(Consent).order_by(Consent.id)))  # type: ignore[arg-type]


def test_a_number_proven_by_its_code_is_a_consent_with_the_exact_words(
    house: House, browser: TestClient
) -> None:
    form = browser.get(JOIN)
    assert not re.search(r"type=.checkbox.[^>]*checked", form.text)
    waiting = browser.post(JOIN, data=TEXTS_ONLY)
    assert "We have sent a text with a code" in waiting.text
    assert said(house) == []
    text = told(house, Channel.SMS)
    assert text.startswith("Rosewood Skin: your code is ")
    done = browser.post(str(waiting.url), data={"code": code_in(text)})
    assert "Your number is confirmed" in done.text
    (yes,) = said(house)
    assert (yes.channel, yes.given, yes.act) == (Channel.SMS, True, Act.FORM)
    assert yes.network_address == "testclient"
    assert yes.contact == "+447700900177"
    assert yes.wording is not None
    for needed in (
        "Rosewood Skin",
        "recurring automated",
        "up to 4 a week",
        "Msg & data rates may apply",
        "STOP",
        "HELP",
        "not a condition of purchase",
        "/join/rosewood-skin/privacy",
        "/join/rosewood-skin/terms",
    ):
        assert needed in yes.wording
        assert needed.replace("&", "&amp;").removesuffix(")") in form.text
    assert yes.wording_version == version_of(yes.wording)
    (bea,) = clients(house)
    assert (bea.first_name, bea.phone, bea.email) == ("Bea", "+447700900177", None)
    assert bea.discretion is Discretion.DISCREET


def test_an_address_is_proven_by_pressing_the_button_its_link_leads_to(
    house: House, browser: TestClient
) -> None:
    form = {k: v for k, v in FORM.items() if k not in {"phone", "texts"}}
    waiting = browser.post(JOIN, data=form)
    assert "We have sent an email with a link" in waiting.text
    link = link_in(told(house, Channel.EMAIL))
    for _ in range(2):  # scanners open links; that proves nothing
        assert "Is this your address?" in browser.get(link).text
    assert said(house) == []
    assert "Your address is confirmed" in browser.post(link).text
    (yes,) = said(house)
    assert (yes.channel, yes.act) == (Channel.EMAIL, Act.FORM)
    assert browser.post(link).status_code == 200  # pressing it again changes nothing
    assert len(said(house)) == 1


def test_number_and_address_of_one_form_become_one_client(
    house: House, browser: TestClient
) -> None:
    waiting = browser.post(JOIN, data=FORM)
    text, email = told(house, Channel.SMS), told(house, Channel.EMAIL)
    browser.post(str(waiting.url), data={"code": code_in(text)})
    browser.post(link_in(email))
    reachable = [c for c in clients(house) if c.phone or c.email]
    assert [(c.phone, c.email) for c in reachable] == [("+447700900177", "bea@mail.example")]
    assert {x.channel for x in said(house) if x.client_id == reachable[0].id} == set(Channel)


def test_staff_who_enter_the_treatment_later_find_the_client(
    house: House, browser: TestClient
) -> None:
    waiting = browser.post(JOIN, data=TEXTS_ONLY)
    browser.post(str(waiting.url), data={"code": code_in(told(house, Channel.SMS))})
    house.enrol(ana(date(2026, 3, 5), first_name="Bea", phone="+447700900177", consents=()))
    assert len(clients(house)) == 1
    assert {x.status for x in house.lines(Channel.SMS)} >= {Status.PLANNED}
    house.play(datetime(2026, 3, 7).astimezone(house.clock().tzinfo))
    assert house.line("day-1").status is Status.ACCEPTED


@pytest.mark.parametrize("email", ["ana@mail.example", None])
def test_a_stranger_who_writes_a_client_s_number_gets_nothing_of_that_client(
    house: House, browser: TestClient, email: str | None
) -> None:
    house.enrol(ana(date(2026, 3, 5), email=email))
    before = said(house)
    theirs = FORM | {"name": "Ana", "phone": "07700 900101", "email": "thief@mail.example"}
    browser.post(JOIN, data=theirs)
    browser.post(link_in(told(house, Channel.EMAIL)))
    known = clients(house)[0]
    assert (known.email, known.discretion) == (email, Discretion.PLAIN)
    thief = next(c for c in clients(house) if c.email == "thief@mail.example")
    assert thief.phone is None
    assert [x.id for x in said(house) if x.client_id == known.id] == [x.id for x in before]


def test_nobody_can_tell_whether_a_number_is_known(house: House, browser: TestClient) -> None:
    house.enrol(ana(date(2026, 3, 5)))
    known = browser.post(JOIN, data=TEXTS_ONLY | {"name": "Ana", "phone": "07700 900101"})
    unknown = browser.post(JOIN, data=TEXTS_ONLY)
    assert known.text == unknown.text
    assert known.status_code == unknown.status_code
    with writing(house.engine) as session:
        client = people.client(session, 1)
        assert client is not None
        ledger.withdraw(session, client, Channel.SMS, source="text", now=house.clock())
    stopped = browser.post(JOIN, data=TEXTS_ONLY | {"name": "Ana", "phone": "07700 900101"})
    assert stopped.text == unknown.text
    assert "text START" in stopped.text


def test_a_stop_is_heeded_by_codes_too(house: House, browser: TestClient) -> None:
    house.enrol(ana(date(2026, 3, 5)))
    with writing(house.engine) as session:
        consents.suppress(
            session,
            1,
            "+447700900101",
            Reason.OPTED_OUT,
            source="text",
            now=house.clock(),
        )
    browser.post(JOIN, data=TEXTS_ONLY | {"name": "Ana", "phone": "07700 900101"})
    house.tick()
    assert not [x for x in house.lines(Channel.SMS) if x.handoff_at]


def test_a_code_is_kept_as_a_seal_lasts_ten_minutes_and_takes_few_tries(
    house: House, browser: TestClient
) -> None:
    waiting = browser.post(JOIN, data=TEXTS_ONLY)
    right = code_in(told(house, Channel.SMS))
    with reading(house.engine) as session:
        kept = session.scalars(select(VerificationCode)).one()
    assert right not in kept.model_dump_json()
    wrong = f"{(int(right) + 1) % 10**6:06}"
    for _ in range(5):
        answer = browser.post(str(waiting.url), data={"code": wrong})
        assert "This is not the right code" in answer.text
    assert "does not work any more" in browser.post(str(waiting.url), data={"code": right}).text
    assert said(house) == []

    house.clock.now += timedelta(hours=1)
    late = browser.post(JOIN, data=TEXTS_ONLY)
    right = code_in(told(house, Channel.SMS))
    house.clock.now += timedelta(minutes=10)
    assert "does not work any more" in browser.post(str(late.url), data={"code": right}).text
    assert said(house) == []


def test_a_number_is_not_pestered_with_codes(house: House, browser: TestClient) -> None:
    for _ in range(3):
        assert browser.post(JOIN, data=TEXTS_ONLY).status_code == 200
    assert browser.post(JOIN, data=TEXTS_ONLY).status_code == 429
    house.clock.now += timedelta(hours=1, minutes=1)
    assert browser.post(JOIN, data=TEXTS_ONLY).status_code == 200


def test_one_address_cannot_ask_for_codes_without_end(house: House, browser: TestClient) -> None:
    answers = [
        browser.post(JOIN, data=TEXTS_ONLY | {"phone": f"07700 9002{n:02}"}).status_code
        for n in range(12)
    ]
    assert answers == [200] * 10 + [429] * 2
    with reading(house.engine) as session:
        assert len(session.scalars(select(OneOffMessage)).all()) == 10
        assert len(session.scalars(select(JoinRequest)).all()) == 10  # nothing half done


@pytest.mark.parametrize(
    "form,fault",
    [
        (TEXTS_ONLY | {"name": ""}, "Enter your first name."),
        (TEXTS_ONLY | {"name": "see http://evil.example"}, "without links"),
        (TEXTS_ONLY | {"phone": "12"}, "We cannot text this number"),
        (TEXTS_ONLY | {"phone": ""}, "Enter your mobile number, or untick"),
        ({k: v for k, v in TEXTS_ONLY.items() if k != "texts"}, "Tick this box to get texts"),
        (FORM | {"email": "bea@"}, "This is not an email address"),
        ({"name": "Bea"}, "tick the box below it"),
    ],
)
def test_what_cannot_be_used_is_said_and_nothing_typed_is_lost(
    house: House, browser: TestClient, form: dict[str, str], fault: str
) -> None:
    page = browser.post(JOIN, data=form)
    assert page.status_code == 422
    assert fault in page.text
    for name in ("name", "phone"):
        if form.get(name):
            assert f'value="{form[name]}"' in page.text
    assert clients(house) == []


def test_the_form_speaks_the_client_s_language_and_so_do_the_messages(
    house: House, browser: TestClient
) -> None:
    page = browser.get(JOIN + "?language=es").text
    assert 'lang="es"' in page
    assert "Sí, envíenme mensajes de texto" in page
    browser.post(JOIN, data=TEXTS_ONLY | {"language": "es", "shown": "es"})
    assert "su clave es" in told(house, Channel.SMS)


def test_the_poster_is_a_page_to_print_with_a_code_to_point_a_phone_at(
    house: House, browser: TestClient
) -> None:
    page = browser.get(JOIN + "/poster").text
    assert "<svg" in page
    assert "/join/rosewood-skin" in page
    drawn = browser.get(JOIN + "/poster.svg")
    assert drawn.headers["Content-Type"] == "image/svg+xml"


@pytest.mark.parametrize("part", ["privacy", "terms"])
def test_privacy_and_terms_are_pages_of_the_clinic(
    house: House, browser: TestClient, part: str
) -> None:
    page = browser.get(f"{JOIN}/{part}").text
    assert "18 Rose Street" in page
    needed = {
        "privacy": ["not sold or shared", "400 days", "erase"],
        "terms": ["<strong>Reply STOP", "HELP", "Carriers are not liable", "texts, up to 4 a week"],
    }
    for words in needed[part]:
        assert words in page


@pytest.mark.parametrize("path", ["/join/nowhere", f"{JOIN}/AAAA", f"{JOIN}/email/AAAA"])
def test_an_unknown_address_opens_nothing(house: House, browser: TestClient, path: str) -> None:
    assert browser.get(path).status_code == 404
    assert browser.post(path, data=TEXTS_ONLY).status_code == 404


def test_namesakes_have_addresses_of_their_own(house: House) -> None:
    with writing(house.engine) as session:
        other = clinics.add(session, CLINIC | {"name": "Rosewood-Skin"}, house.clock(), live=True)
        assert other.slug == "rosewood-skin-2"
        clinics.edit(session, house.app.library, other, {"name": "Elm"}, house.clock())
        assert other.slug == "rosewood-skin-2"  # it is printed on posters


def test_a_code_is_a_note_of_its_own_kind(house: House, browser: TestClient) -> None:
    browser.post(JOIN, data=TEXTS_ONLY)
    with reading(house.engine) as session:
        note = session.scalars(select(OneOffMessage)).one()
    assert (note.kind, note.urgent) == (OneOffKind.CODE, True)


def test_a_form_that_came_to_nothing_is_forgotten(house: House, browser: TestClient) -> None:
    waiting = browser.post(JOIN, data=TEXTS_ONLY | {"name": "Cleo"})
    browser.post(str(waiting.url), data={"code": code_in(told(house, Channel.SMS))})
    browser.post(JOIN, data=TEXTS_ONLY | {"phone": "07700 900178"})
    keep = RetentionPeriods(*[timedelta(days=365)] * 5)
    house.clock.now += timedelta(days=4)
    with writing(house.engine) as session:
        assert retention.purge(session, keep, house.clock())["clients"] == 1
    assert [c.phone for c in clients(house)] == ["+447700900177", None]
    house.clock.now += timedelta(days=31)
    with writing(house.engine) as session:
        assert retention.purge(session, keep, house.clock())["forms"] == 1
        assert session.scalars(select(VerificationCode)).all() == []
    assert len(said(house)) == 1


def test_what_goes_out_can_still_be_foreseen_for_others_when_somebody_has_joined(
    house: House, browser: TestClient
) -> None:
    """A rehearsal copies some clients only; whom a form made is not among them."""
    ticket = browser.post(JOIN, data=TEXTS_ONLY).url.path
    browser.post(ticket, data={"code": code_in(told(house, Channel.SMS))})
    assert len(clients(house)) == 1
    desk = signed_in(house)
    assert "Messages for Dana" in enrolling(desk).text
    assert desk.get("/plan/day?on=2026-03-03").status_code == 200
