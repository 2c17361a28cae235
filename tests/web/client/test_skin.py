"""How is your skin today: one tap on the client's page, what it shows, and one sentence to the clinic."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest
from sqlalchemy import select
from sqlmodel import SQLModel, col
from starlette.testclient import TestClient

from reminders.enrolment import clinics
from reminders.privacy import retention
from reminders.rules.keywords import Kind
from reminders.rules.skin_answers import Outcome, Said
from reminders.store.database import reading, writing
from reminders.store.queries import people
from reminders.store.tables import Alert, PageOpening, Reply, SkinAnswer
from tests.conftest import House, ana
from tests.support.aftercare_page import TREATED, address

pytestmark = pytest.mark.portable

DAY_1, DAY_3 = (datetime(2026, 3, day, 14, tzinfo=UTC) for day in (6, 8))
WEEK_1 = datetime(2026, 3, 12, 14, tzinfo=UTC)


T = TypeVar("T", bound=SQLModel)


def rows(house: House, table: type[T]) -> list[T]:
    with reading(house.engine) as session:
        return list(session.scalars(select(table)))


def answers(house: House) -> list[tuple[str, Said]]:
    return [(one.moment, one.said) for one in sorted(rows(house, SkinAnswer), key=lambda x: x.id)]


def alerts(house: House) -> list[str]:
    return sorted(alert.kind for alert in rows(house, Alert))


def tap(browser: TestClient, house: House, said: str) -> str:
    told = browser.post(f"{address(house)}/skin", data={"said": said})
    assert told.status_code == 200, told.status_code
    return told.text


@pytest.fixture
def treated(house: House) -> House:
    house.enrol(ana(TREATED))
    house.clock.now = DAY_1
    return house


QUESTION = 'id="skin">How is your skin today?'
UNASKED = "<summary>Tell the clinic how it is"


def test_the_page_asks_at_its_days_once_and_always_lets_the_client_tell(
    treated: House, browser: TestClient
) -> None:
    asked = {}
    for day in (*range(18), *range(25, 40)):
        treated.clock.now = datetime(2026, 3, 5, 18, tzinfo=UTC) + timedelta(days=day)
        page = browser.get(address(treated)).text
        asked[day] = QUESTION in page
        assert (UNASKED in page) is not asked[day]
    assert [day for day, is_asked in asked.items() if is_asked] == [
        1, 2, 3, 4, 7, 8, 9, 31, 32, 33, 34, 35, 36, 37,
    ]  # fmt: skip


def test_nobody_is_asked_before_their_visit(house: House, browser: TestClient) -> None:
    house.enrol(ana(TREATED))
    page = browser.get(address(house)).text
    assert QUESTION not in page
    assert UNASKED not in page
    assert "nothing to answer yet" in browser.get(f"{address(house)}/skin").text
    assert browser.post(f"{address(house)}/skin", data={"said": "worried"}).status_code == 409
    assert answers(house) == []


def test_an_answer_as_described_is_thanked_and_not_asked_again(
    treated: House, browser: TestClient
) -> None:
    shown = tap(browser, treated, "described")
    assert "Thank you, that is good to know" in shown
    assert "Day 1" in shown  # what comes next
    assert answers(treated) == [("day-1", Said.DESCRIBED)]
    assert alerts(treated) == []
    page = browser.get(address(treated)).text
    assert "Healing as described" in page
    assert "form class" not in page
    treated.clock.now += timedelta(hours=25)
    assert 'name="said"' not in browser.get(address(treated)).text.partition("<details")[0]


def test_a_doubt_is_told_what_is_normal_on_that_day_and_what_is_not(
    treated: House, browser: TestClient
) -> None:
    treated.clock.now = DAY_3
    shown = tap(browser, treated, "unsure")
    assert "Dry, rough or flaky skin can last up to a week" in shown
    assert "small sore blisters come up in a group" in shown
    assert "Still not sure? Write one sentence" in shown
    assert 'href="tel:+442079460018"' in shown
    assert answers(treated) == [("day-3", Said.UNSURE)]
    assert alerts(treated) == []


def test_a_worry_shows_the_emergency_first_and_tells_the_clinic_in_the_same_second(
    treated: House, browser: TestClient
) -> None:
    shown = tap(browser, treated, "worried")
    order = [
        shown.index(words)
        for words in ("Call 999 now if", "trouble breathing", "We have told Rosewood Skin",
                      'urgent" href="tel:+442079460018"', "Call us today if", "you see pus", "Write one sentence")
    ]  # fmt: skip
    assert order == sorted(order)
    assert "closed" not in shown
    (alert,) = [one for one in rows(treated, Alert) if one.kind == "worried"]
    assert (alert.clinic_id, alert.raised_at, alert.due_at) == (1, DAY_1, DAY_1)
    assert "Ana" not in alert.subject + alert.body
    (answer,) = rows(treated, SkinAnswer)
    assert answer.worried_at == DAY_1


def test_while_the_clinic_is_closed_the_page_says_whom_to_call(
    treated: House, browser: TestClient
) -> None:
    treated.clock.now = datetime(2026, 3, 6, 22, tzinfo=UTC)  # a Friday night
    shown = tap(browser, treated, "worried")
    assert "The clinic is closed now and opens Mon 9 Mar, 09:00" in shown.replace("\xa0", " ")
    assert "call a doctor who is on call" in shown
    assert "Do not wait until we open if" in shown
    with writing(treated.engine) as session:
        clinic = people.clinic(session, 1)
        typed = {"after_hours_phone": "020 7946 0999"}
        clinics.edit(session, treated.app.library, clinic, typed, treated.clock())
    shown = browser.get(f"{address(treated)}/skin").text
    assert 'href="tel:+442079460999"' in shown
    assert "Until then, call 020\xa07946\xa00999" in shown


def test_an_answer_changes_for_a_day_and_then_another_is_told(
    treated: House, browser: TestClient
) -> None:
    tap(browser, treated, "described")
    treated.clock.now += timedelta(hours=8)
    assert "You can change it until Sat 7 Mar, 14:00" in tap(browser, treated, "unsure")
    assert answers(treated) == [("day-1", Said.UNSURE)]
    treated.clock.now = DAY_1 + timedelta(hours=25)
    tap(browser, treated, "worried")
    assert answers(treated) == [("day-1", Said.UNSURE), ("own-2", Said.WORRIED)]
    treated.clock.now = DAY_3
    tap(browser, treated, "described")
    assert answers(treated)[2:] == [("day-3", Said.DESCRIBED)]


def test_a_sentence_arrives_in_the_inbox_with_its_answer(
    treated: House, browser: TestClient
) -> None:
    treated.clock.now = DAY_3
    tap(browser, treated, "unsure")
    sent = browser.post(f"{address(treated)}/skin/words", data={"words": " Is a small dot fine? "})
    assert "Sent. Somebody at Rosewood Skin will read it." in sent.text
    (reply,) = rows(treated, Reply)
    (answer,) = rows(treated, SkinAnswer)
    assert (reply.body, reply.kind, reply.client_id) == ("Is a small dot fine?", Kind.REPLY, 1)
    assert (reply.contact, reply.skin_answer_id) == ("+447700900101", answer.id)
    assert alerts(treated) == ["written"]


def test_an_empty_sentence_says_so(treated: House, browser: TestClient) -> None:
    tap(browser, treated, "unsure")
    empty = browser.post(f"{address(treated)}/skin/words", data={"words": "  \x00 "})
    assert empty.status_code == 422
    assert "Please write a sentence first." in empty.text
    assert rows(treated, Reply) == []


def test_pus_in_a_sentence_is_an_alarm(treated: House, browser: TestClient) -> None:
    tap(browser, treated, "worried")
    browser.post(f"{address(treated)}/skin/words", data={"words": "There is pus on my cheek"})
    assert [reply.alarm for reply in rows(treated, Reply)] == ["infection"]
    assert alerts(treated) == ["alarm", "worried"]


@pytest.mark.parametrize("stopped_by", ["button", "sentence"])
def test_a_stopped_client_s_page_takes_none(
    treated: House, browser: TestClient, stopped_by: str
) -> None:
    tap(browser, treated, "unsure")
    if stopped_by == "button":
        browser.post(f"{address(treated)}/stop")
    else:
        said = browser.post(f"{address(treated)}/skin/words", data={"words": "STOP"})
        assert "We will not text or email you any more" in said.text
    for path, form in (("skin", {"said": "worried"}), ("skin/words", {"words": "hello"})):
        refused = browser.post(f"{address(treated)}/{path}", data=form)
        assert refused.status_code == 409
        assert "this page takes no answers any more" in refused.text
        assert "tel:+442079460018" in refused.text
    assert [said for _, said in answers(treated)] == [Said.UNSURE]
    assert "worried" not in alerts(treated)
    page = browser.get(address(treated)).text
    assert QUESTION not in page
    assert UNASKED not in page


def test_an_erased_client_s_page_takes_none(treated: House, browser: TestClient) -> None:
    tap(browser, treated, "worried")
    home = address(treated)
    with writing(treated.engine) as session:
        (client,) = people.lock(session, [1])
        retention.forget(session, client, treated.clock(), by="owner@rosewood.example")
    assert browser.post(f"{home}/skin", data={"said": "worried"}).status_code == 404
    assert browser.post(f"{home}/skin/words", data={"words": "x"}).status_code == 404
    (answer,) = rows(treated, SkinAnswer)
    assert answer.closed_at is not None
    assert rows(treated, PageOpening) == []


def test_what_a_clinician_closed_is_said_to_be_read(treated: House, browser: TestClient) -> None:
    tap(browser, treated, "worried")
    with writing(treated.engine) as session:
        answer = session.scalars(select(SkinAnswer)).one()
        answer.closed_at, answer.outcome = treated.clock(), Outcome.FINE
    assert "The clinic has read this." in browser.get(address(treated)).text
    assert "The clinic has read this." in browser.get(f"{address(treated)}/skin").text
    treated.clock.now += timedelta(hours=1)
    assert "The clinic has read this." not in tap(browser, treated, "described")


@pytest.mark.parametrize("said", ["", "fine", "WORRIED"])
def test_no_other_answer_is_taken(treated: House, browser: TestClient, said: str) -> None:
    answer = browser.post(f"{address(treated)}/skin", data={"said": said})
    assert answer.status_code == 422
    assert "How is your skin today?" in answer.text
    assert answers(treated) == []


def test_another_site_cannot_answer_and_whoever_taps_too_often_waits(
    treated: House, browser: TestClient
) -> None:
    forged = browser.post(
        f"{address(treated)}/skin",
        data={"said": "worried"},
        headers={"Sec-Fetch-Site": "cross-site", "Origin": "https://other.example"},
    )
    assert forged.status_code == 403
    assert answers(treated) == []
    codes = [
        browser.post(f"{address(treated)}/skin", data={"said": "described"}).status_code
        for _ in range(41)
    ]
    assert codes == [200] * 40 + [429]


def test_it_is_counted_once_that_a_page_was_opened_within_a_day_of_a_milestone(
    treated: House, browser: TestClient
) -> None:
    for hours in (0, 1, 30):
        treated.clock.now = DAY_1 + timedelta(hours=hours)
        browser.get(address(treated))
    treated.clock.now = DAY_1 + timedelta(days=4)  # the fifth day
    browser.get(address(treated))
    treated.clock.now = WEEK_1
    browser.head(address(treated))
    assert [(one.treatment_id, one.moment) for one in rows(treated, PageOpening)] == [(1, "day-1")]
    browser.get(address(treated))
    found = sorted(one.moment for one in rows(treated, PageOpening))
    assert found == ["day-1", "week-1"]


@pytest.mark.parametrize("language", ["es", "fr", "de", "pl", "pt-BR"])
@pytest.mark.parametrize("said", list(Said))
def test_every_answer_is_whole_in_every_language(
    house: House, browser: TestClient, language: str, said: Said
) -> None:
    house.enrol(ana(TREATED, language=language))
    house.clock.now = DAY_3
    shown = tap(browser, house, said)
    words = house.app.library.phrases.words(language, "GB")
    assert str(words(f"skin.{said}")) in shown
    assert "{" not in shown
    for english in ("How is your", "Call us", "Normal now", "Write one", "trouble"):
        assert english not in shown


def test_a_page_without_a_client_s_row_keeps_its_answers_apart(
    treated: House, browser: TestClient
) -> None:
    """Two clients on one number: each answers for themself."""
    treated.enrol(ana(TREATED, first_name="Ben", email="ben@mail.example"))
    tap(browser, treated, "worried")
    other = browser.get(address(treated, 2)).text
    assert QUESTION in other
    with reading(treated.engine) as session:
        told = session.scalars(select(SkinAnswer).order_by(col(SkinAnswer.id))).all()
        assert [one.client_id for one in told] == [1]
