"""What staff answer about somebody who joined: from then on everything goes on by itself, and nobody asks again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from reminders.cli import commands
from reminders.consent import ledger
from reminders.enrolment import client_merge
from reminders.intake import answers
from reminders.rules.terms import Act, Channel, Reason
from reminders.store.database import reading, writing
from reminders.store.queries import consents, people
from reminders.web import create_web
from tests.conftest import House, ana, consent_answer
from tests.privacy.test_retention import DAY_1, everything, purge
from tests.support.desk import signed_in
from tests.support.erasure import client_of, forget
from tests.support.join_form import (
    NAMESAKE,
    SIMILAR,
    asked,
    belongs_to,
    join,
    known,
    lines,
    listed,
    row,
    said,
    sent,
)

pytestmark = pytest.mark.portable

TREATED, LATER = date(2026, 3, 2), date(2026, 4, 20)
OWN, NEW = "+447700900101", "+447700900177"
SMS, EMAIL = Channel.SMS, Channel.EMAIL
NO = (consent_answer(SMS, given=False), consent_answer(EMAIL, given=False))


@pytest.fixture
def browser(house: House) -> Iterator[TestClient]:
    with TestClient(create_web(house.app), follow_redirects=True) as client:
        yield client


def answer(house: House, choice: str) -> None:
    with writing(house.engine) as session:
        number = asked(house)[0].id
        answers.answer(session, house.app.library, number, choice, "Mia", house.clock())


def joined(house: House) -> int:
    """Return the number of who joined, whom the open question is about."""
    return int(asked(house)[0].subject)


def texts(house: House) -> list[tuple[str, str]]:
    """Return which reminders were sent as texts, and where to."""
    return [(what, to) for what, by, to in sent(house) if by is SMS and what != "code"]


# --- on the desk and on the command line ----------------------------------------------------------


def test_the_desk_asks_and_one_tap_answers(house: House, browser: TestClient) -> None:
    known(house)
    join(house, browser, **NAMESAKE)
    desk = signed_in(house)
    desk.get("/")
    assert "1 question needs an answer" in desk.text
    assert "Possible duplicate" not in desk.text
    desk.get("/questions")
    assert (
        "Ana Costa has signed up with your form. There is already a client Ana Costa" in desk.text
    )
    assert "Ana Costa, 07700 900101: change to 07700 900177" in desk.text
    assert "New client: Ana Costa" in desk.text
    assert "Do not import" not in desk.text
    desk.post("/questions/1", choice="client:1")
    assert "Clients merged." in desk.text
    assert "No open questions." in desk.text
    assert listed(house) == [("Ana", NEW, "ana@mail.example")]
    desk.get("/clients/1")
    assert "07700 900177" in desk.text
    assert "Undo" in desk.text


def test_the_command_line_asks_and_answers(
    house: House, browser: TestClient, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    known(house)
    join(house, browser, **SIMILAR)
    monkeypatch.setenv("DATABASE_URL", database_url)

    def run(*words: str, code: int = 0) -> str:
        done = CliRunner().invoke(commands, list(words))
        assert done.exit_code == code, (done.output, done.exception)
        return done.stdout

    (told,) = json.loads(run("questions", "--json"))
    assert (told["kind"], told["rows"]) == ("joined", 0)
    assert [one["key"] for one in told["choices"]] == ["client:1", "new"]
    assert "reminders answer 1 client:1" in run("questions")
    run("answer", "1", "leave-out", code=2)
    assert "Clients merged." in run("answer", "1", "client:1")
    assert json.loads(run("questions", "--json")) == []
    run("answer", "1", "client:1", code=2)
    assert "two clients again" in run("client", "unmerge", "1")


# --- what an answer does --------------------------------------------------------------------------


@pytest.mark.parametrize("form", [SIMILAR, NAMESAKE], ids=["similar", "namesake"])
def test_the_same_person_is_one_client_with_what_they_proved(
    house: House, browser: TestClient, form: dict[str, str]
) -> None:
    known(house, consents=())
    join(house, browser, **form, language="es", discretion="discreet")
    before, number = lines(house), joined(house)
    keys = [house.app.links.page_token(one, 1) for one in (1, number)]
    answer(house, "client:1")
    assert asked(house) == []
    assert belongs_to(house, number) == 1
    kept = row(house)
    assert (kept["first_name"], kept["last_name"]) == ("Ana", "Costa")
    proven = OWN if form is SIMILAR else NEW
    assert (kept["phone"], kept["email"]) == (proven, "ana@mail.example")
    assert (kept["language"], kept["discretion"]) == ("es", "discreet")
    assert said(house) == {SMS: True}
    after = lines(house)
    assert after[: len(before)] == before
    (new,) = after[len(before) :]
    assert (new["client_id"], new["contact"], new["given"]) == (1, proven, True)
    assert new["wording"] == before[-1]["wording"]
    assert new["network_address"] == before[-1]["network_address"]
    assert new["given_at"] == before[-1]["given_at"]
    pages = [browser.get(f"/a/{key}") for key in keys]
    assert [page.status_code for page in pages] == [200, 200]
    house.play(datetime(2026, 3, 20, tzinfo=UTC))
    assert {contact for _, contact in texts(house)} == {proven}
    assert [milestone for milestone, _ in texts(house)].count("opt-in") == 1
    assert "day-1" in {milestone for milestone, _ in texts(house)}


@pytest.mark.parametrize("form", [SIMILAR, NAMESAKE], ids=["similar", "namesake"])
def test_somebody_else_stays_somebody_else(
    house: House, browser: TestClient, form: dict[str, str]
) -> None:
    known(house)
    before = row(house), said(house)
    join(house, browser, **form)
    number = joined(house)
    answer(house, "new")
    assert (row(house), said(house)) == before
    assert said(house, number) == {SMS: True}
    assert [one[0] for one in listed(house)] == ["Ana", form["name"]]
    desk = signed_in(house)
    desk.get("/")
    assert "Possible duplicate" not in desk.text


@pytest.mark.parametrize("choice", ["client:1", "new"])
@pytest.mark.parametrize("form", [SIMILAR, NAMESAKE], ids=["similar", "namesake"])
def test_the_answer_is_remembered_by_form_list_and_desk(
    house: House, browser: TestClient, form: dict[str, str], choice: str
) -> None:
    known(house)
    join(house, browser, **form)
    number = joined(house)
    answer(house, choice)
    meant = belongs_to(house, number)
    assert meant == (1 if choice == "client:1" else number)
    join(house, browser, **form)
    assert asked(house) == []
    phone = OWN if form is SIMILAR else NEW
    told: dict[str, Any] = {"first_name": form["name"], "last_name": "Costa", "phone": phone}
    (one,) = house.enrol(ana(LATER, **told, email=None))
    assert one.doubt is None
    assert one.client
    assert one.client.id == meant
    (again,) = house.enrol(ana(LATER, last_name="Costa", email=None))
    assert again.doubt is None
    assert again.client
    assert again.client.id == 1
    assert row(house)["phone"] == (NEW if form is NAMESAKE and meant == 1 else OWN)


def test_a_treatment_entered_meanwhile_comes_along_and_goes_once(
    house: House, browser: TestClient
) -> None:
    known(house)
    join(house, browser, **NAMESAKE)
    house.enrol(ana(TREATED, last_name="Costa", phone=NEW, email=None, consents=()))
    assert len(list(treatments_of(house, joined(house)))) == 1
    answer(house, "client:1")
    assert len(list(treatments_of(house, 1))) == 2
    house.play(datetime(2026, 3, 20, tzinfo=UTC))
    milestones = [milestone for milestone, _ in texts(house)]
    assert len(milestones) == len(set(milestones))


def treatments_of(house: House, client_id: int) -> Any:
    with reading(house.engine) as session:
        return list(people.treatments_of(session, [client_id]))


# --- yes and no -----------------------------------------------------------------------------------


@pytest.mark.parametrize("form", [SIMILAR, NAMESAKE], ids=["similar", "namesake"])
def test_a_no_from_before_gives_way_to_what_the_client_agreed_to_since(
    house: House, browser: TestClient, form: dict[str, str]
) -> None:
    """A stopped number is sent no code before the client texts START, so only another one can be
    proven then.
    """
    known(house, consents=NO)
    if form is NAMESAKE:
        with writing(house.engine) as session:
            ledger.withdraw(session, client_of(session), SMS, source="text", now=house.clock())
    join(house, browser, **form)
    assert said(house)[SMS] is False
    answer(house, "client:1")
    assert said(house)[SMS] is True
    house.play(datetime(2026, 3, 20, tzinfo=UTC))
    assert {contact for _, contact in texts(house)} == {OWN if form is SIMILAR else NEW}
    with reading(house.engine) as session:
        stopped = consents.suppression(session, 1, OWN)
        assert (stopped is not None) == (form is NAMESAKE)


@pytest.mark.parametrize(
    "form", [SIMILAR, pytest.param(NAMESAKE, marks=pytest.mark.slow)], ids=["similar", "namesake"]
)
@pytest.mark.parametrize("who", ["known", "joined"])
def test_a_stop_said_since_holds(
    house: House, browser: TestClient, form: dict[str, str], who: str
) -> None:
    known(house)
    join(house, browser, **form)
    with writing(house.engine) as session:
        client = client_of(session, 1 if who == "known" else joined(house))
        ledger.withdraw(session, client, SMS, source="text", now=house.clock(), act=Act.KEYWORD)
    answer(house, "client:1")
    assert said(house)[SMS] is False
    house.play(datetime(2026, 3, 20, tzinfo=UTC))
    assert "day-1" not in {milestone for milestone, _ in texts(house)}


def test_a_stop_of_the_old_number_alone_binds_the_old_number(
    house: House, browser: TestClient
) -> None:
    known(house)
    with writing(house.engine) as session:
        why = Reason.OPTED_OUT
        consents.suppress(session, 1, OWN, why, source="provider", now=house.clock())
    join(house, browser, **NAMESAKE)
    answer(house, "client:1")
    assert said(house)[SMS] is True
    house.play(datetime(2026, 3, 20, tzinfo=UTC))
    assert {contact for _, contact in texts(house)} == {NEW}


@pytest.mark.parametrize("before", [True, False])
def test_a_new_number_gets_its_own_welcome_once(
    house: House, browser: TestClient, *, before: bool
) -> None:
    house.clock.now = datetime(2026, 3, 2, 23, tzinfo=UTC)
    house.enrol(ana(TREATED, last_name="Costa"), welcomed=before)
    join(house, browser, **NAMESAKE)
    assert texts(house) == []
    answer(house, "client:1")
    house.play(datetime(2026, 3, 20, tzinfo=UTC))
    assert [one for one in texts(house) if one[0] == "opt-in"] == [("opt-in", NEW)]


def test_what_is_said_by_the_other_channel_stays(house: House, browser: TestClient) -> None:
    known(house, consents=NO)
    join(house, browser, **NAMESAKE)
    answer(house, "client:1")
    assert said(house) == {SMS: True, EMAIL: False}


# --- undone, overtaken, erased --------------------------------------------------------------------


@pytest.mark.parametrize("form", [SIMILAR, NAMESAKE], ids=["similar", "namesake"])
def test_an_answer_can_be_undone_for_a_day(
    house: House, browser: TestClient, form: dict[str, str]
) -> None:
    known(house)
    join(house, browser, **form, language="es")
    number = joined(house)
    before = [row(house, one) for one in (1, number)], [said(house, one) for one in (1, number)]
    answer(house, "client:1")
    assert row(house, number)["merged_into"] == 1
    desk = signed_in(house)
    desk.get("/clients/1")
    desk.post("/clients/1/unmerge")
    assert "Merge undone" in desk.text
    after = [row(house, one) for one in (1, number)], [said(house, one) for one in (1, number)]
    assert after == before
    desk.get("/")
    assert "Possible duplicate" in desk.text


def test_undoing_leaves_a_number_that_came_since_where_it_came(
    house: House, browser: TestClient
) -> None:
    known(house)
    join(house, browser, **NAMESAKE)
    number = joined(house)
    answer(house, "client:1")
    with writing(house.engine) as session:
        client_of(session).phone = "+447700900190"
    desk = signed_in(house)
    desk.get("/clients/1")
    desk.post("/clients/1/unmerge")
    assert (row(house)["phone"], row(house, number)["phone"]) == ("+447700900190", NEW)


def test_whom_staff_made_one_by_hand_is_asked_about_no_more(
    house: House, browser: TestClient
) -> None:
    known(house)
    join(house, browser, **NAMESAKE)
    with writing(house.engine) as session:
        clinic, pair = (
            people.clinics(session)[0],
            (client_of(session), client_of(session, joined(house))),
        )
        client_merge.merge(session, house.app.library, clinic, *pair, "Mia", house.clock())
    assert asked(house) == []


def test_of_several_who_may_be_meant_one_merged_since_leads_on(
    house: House, browser: TestClient
) -> None:
    known(house)
    other: dict[str, Any] = {"last_name": "Costa", "phone": "+447700900190", "email": None}
    house.enrol(ana(TREATED, **other, meant=0))
    join(house, browser, **NAMESAKE)
    assert [choice.key for choice in asked(house)[0].choices] == ["client:1", "client:2", "new"]
    with writing(house.engine) as session:
        clinic, pair = people.clinics(session)[0], (client_of(session, 1), client_of(session, 2))
        client_merge.merge(session, house.app.library, clinic, *pair, "Mia", house.clock())
    assert len(asked(house)) == 1
    answer(house, "client:2")
    assert listed(house) == [("Ana", NEW, "ana@mail.example")]


@pytest.mark.parametrize("who", ["known", "joined"])
def test_whoever_is_erased_is_asked_about_no_more(
    house: House, browser: TestClient, who: str
) -> None:
    house.enrol(ana(TREATED, last_name="Costarica"))
    join(house, browser, name="Ina", last_name="Costarica", phone="07700 900101")
    number = joined(house)
    assert "has signed up" in everything(house)
    assert "ina costarica" in everything(house)
    forget(house, 1 if who == "known" else number)
    assert asked(house) == []
    gone, stays = ('"ina"', '"ana"') if who == "joined" else ('"ana"', '"ina"')
    assert gone not in everything(house)
    assert stays in everything(house)
    assert "has signed up" not in everything(house)


def test_of_several_the_others_are_still_asked_about(house: House, browser: TestClient) -> None:
    house.enrol(ana(TREATED, last_name="Costa"))
    other: dict[str, Any] = {"last_name": "Costa", "phone": "+447700900190", "email": None}
    house.enrol(ana(TREATED, **other, meant=0))
    join(house, browser, **NAMESAKE)
    forget(house, 2)
    (left,) = asked(house)
    assert [choice.key for choice in left.choices] == ["client:1", "new"]
    assert "900190" not in everything(house)


def test_a_question_about_a_form_waits_for_sixty_days(house: House, browser: TestClient) -> None:
    known(house)
    join(house, browser, **NAMESAKE)
    since = house.clock() - DAY_1
    purge(house, since + timedelta(days=59))
    assert len(asked(house)) == 1
    purge(house, since + timedelta(days=61))
    assert asked(house) == []
    desk = signed_in(house)
    desk.get("/")
    assert "Possible duplicate" in desk.text
