"""A clinic's name as sender: refused where carriers take none, and said in every text it sends."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select
from starlette.testclient import TestClient

from reminders.enrolment import clinic_senders
from reminders.enrolment.sender_names import check_names, texts_one_way
from reminders.monitoring import carrier_registration, name_checks
from reminders.monitoring.checks import Verdict
from reminders.rules.terms import Channel, InputError, Reason, Status
from reminders.store.database import reading, writing
from reminders.store.queries import clinic_facts, people
from reminders.store.tables import Attempt
from reminders.web import create_web
from tests.conftest import MONDAY, House, ana
from tests.support.aftercare_page import address
from tests.support.join_form import JOIN

pytestmark = pytest.mark.portable

YESTERDAY = MONDAY.date() - timedelta(days=1)


def named(house: House, others: str = "", **by_country: str) -> None:
    """Let the clinic text under a name."""
    with writing(house.engine) as session:
        clinic = people.clinics(session)[0]
        clinic.other_countries = others
        senders = {"": "Rosewood", **by_country}
        clinic_senders.use_senders(session, clinic, senders, "olga", house.clock())


def texts(house: House) -> list[str]:
    with reading(house.engine) as session:
        wanted = select(Attempt.body).where(col(Attempt.contact).startswith("+"))
        return list(session.scalars(wanted.order_by(col(Attempt.id))))


@pytest.mark.parametrize(
    "others, senders, why",
    [
        ("", {}, None),
        ("", {"US": "Rosewood"}, "take no names as senders in: United States"),
        ("US", {}, "take no names as senders in: United States"),
        ("US", {"US": "+14155550132"}, None),
        ("IE", {}, "only registered names as senders in: Ireland"),
        ("IE", {"IE": "Rosewood"}, None),  # whoever sets it says that it is registered
        ("IT", {}, None),  # nobody knows: the doctor warns
    ],
)
def test_a_name_is_refused_where_carriers_take_none_or_registered_ones(
    house: House, others: str, senders: dict[str, str], why: str | None
) -> None:
    if why is None:
        named(house, others, **senders)
        return
    with pytest.raises(InputError, match=why):
        named(house, others, **senders)


@pytest.mark.parametrize(
    "others, senders, verdicts",
    [
        ("", {}, []),
        ("IT", {}, [Verdict.WARN]),
        ("IE", {"IE": "Rosewood"}, []),
        ("US", {"US": "+14155550132"}, []),
    ],
)
def test_the_doctor_warns_of_countries_of_which_nothing_is_known(
    house: House, others: str, senders: dict[str, str], verdicts: list[Verdict]
) -> None:
    named(house, others, **senders)
    with reading(house.engine) as session:
        assert [check.verdict for check in name_checks.names(session)] == verdicts


def test_the_doctor_fails_a_name_whose_clinic_texts_a_country_since_that_takes_none(
    house: House,
) -> None:
    named(house)
    with writing(house.engine) as session:
        people.clinics(session)[0].other_countries = "IE US"
    with reading(house.engine) as session:
        found = [check.verdict for check in name_checks.names(session, 1)]
    assert found == [Verdict.WARN, Verdict.FAIL]


def test_a_whole_course_under_a_name_never_asks_for_a_reply(house: House) -> None:
    named(house)
    house.enrol(ana(YESTERDAY, email=None), welcomed=False)
    house.play(MONDAY + timedelta(days=100))
    said = texts(house)
    assert len(said) > 4
    assert not [text for text in said if re.search(r"\bSTOP\b|[Rr]eply\b", text)]
    assert "Nobody reads replies: call 020 7946 0018" in said[0]
    link = re.findall(r"/s/[\w-]+", said[0])[0]
    assert ["/s/" in text for text in said].count(True) >= 2
    with TestClient(create_web(house.app)) as browser:
        assert browser.post(link).status_code == 200
    assert not [line for line in house.lines(Channel.SMS) if line.status is Status.PLANNED]


def test_who_was_told_to_reply_is_told_the_link_when_the_sender_becomes_a_name(
    house: House,
) -> None:
    house.enrol(ana(YESTERDAY, email=None), welcomed=False)
    house.play(MONDAY + timedelta(hours=9))
    assert "STOP" in "".join(texts(house))
    named(house)
    house.play(MONDAY + timedelta(days=3))
    before = [text for text in texts(house) if "/s/" in text]
    assert len(before) == 1


def test_texts_to_a_country_that_takes_no_names_wait(house: House) -> None:
    named(house)
    with writing(house.engine) as session:
        people.clinics(session)[0].other_countries = "US"
    house.enrol(ana(YESTERDAY, phone="+14155550132", email=None))
    house.play(MONDAY + timedelta(hours=20))
    line = house.line("day-1")
    assert (line.status, line.reason) == (Status.PLANNED, Reason.PROVIDER_REFUSES)


def test_pages_say_a_link_where_others_say_stop_and_let_a_client_come_back(house: House) -> None:
    house.enrol(ana(MONDAY.date() + timedelta(days=3)))
    with TestClient(create_web(house.app), follow_redirects=True) as browser:
        assert "Reply STOP" in browser.get(JOIN).text
        named(house)
        for page in (JOIN, f"{JOIN}/terms", address(house) + "/choices"):
            shown = browser.get(page).text
            assert "STOP" not in shown, page
            assert "link" in shown, page
        browser.post(f"/s/{house.app.links.stop_token(1)}")
        on: dict[str, Any] = {"texts": "yes", "emails": "yes", "language": "en", "hour": ""}
        browser.post(address(house) + "/choices", data=on | {"discretion": "plain"})
    assert house.line("day-1").status is Status.PLANNED


def test_the_registration_of_a_name_knows_no_keywords(house: House) -> None:
    named(house, "IE", IE="Rosewood")
    with reading(house.engine) as session:
        facts = clinic_facts.clinics_of(session, {1}, MONDAY)[1]
    at = "https://clinic.example/join/x"
    parts = (house.app.library, house.app.renderer, facts, at, "Rosewood", MONDAY)
    found = carrier_registration.pack(*parts)
    assert not found.faults
    assert not re.search(r"\bSTOP\b", str(found.fields))
    assert str(found.fields["Countries"]).count("IE: register") == 1


def test_one_way_is_told_by_the_country_of_a_number(house: House) -> None:
    named(house, "IE", IE="+353851234500")
    clinic = house.clinic()
    assert texts_one_way(clinic, "+447700900100")
    assert texts_one_way(clinic, "+447700900100", "+447400123456")
    assert not texts_one_way(clinic, "+447700900100", "+353851234567")
    check_names(clinic, {"": "+447700900100"})
