"""What a client writes on their page arrives in the inbox as a reply does, and means the same."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from reminders.rules.keywords import Kind
from reminders.rules.terms import Channel, Reason, Status
from reminders.store.database import reading
from reminders.store.queries import consents, replies
from reminders.store.tables import Alert, Reply
from reminders.web.client.writing import MOST
from tests.conftest import House, ana
from tests.support.aftercare_page import TREATED, address, statuses
from tests.support.desk import signed_in

pytestmark = pytest.mark.portable


def write(house: House, browser: TestClient, words: str, **typed: str) -> str:
    page = browser.post(address(house) + "/write", data={"words": words} | typed)
    assert page.status_code == 200, page.text
    return page.text


def kept(house: House) -> list[Reply]:
    with reading(house.engine) as session:
        return list(session.scalars(select(Reply).order_by(Reply.id)))  # type: ignore[arg-type]


def alerts(house: House) -> list[str]:
    with reading(house.engine) as session:
        return list(session.scalars(select(Alert.kind)))


def test_words_from_the_page_wait_in_the_inbox_and_the_form_needs_no_script(
    house: House, browser: TestClient
) -> None:
    house.enrol(ana(TREATED))
    assert "Write a message" in browser.get(address(house)).text
    form = browser.get(address(house) + "/write")
    assert "<script" not in form.text
    once = re.findall(r'name="once" value="(\w+)"', form.text)[0]
    for _ in range(2):  # sent twice, it arrives once
        assert "Rosewood Skin has your message" in write(
            house, browser, "Is flaking ok?", once=once
        )
    (reply,) = kept(house)
    assert (reply.body, reply.kind, reply.client_id) == ("Is flaking ok?", Kind.REPLY, 1)
    assert alerts(house) == ["written"]
    desk = signed_in(house)
    desk.get("/replies")
    assert "Is flaking ok?" in desk.text


def test_words_of_alarm_alert_staff_and_say_to_call(house: House, browser: TestClient) -> None:
    house.enrol(ana(TREATED))
    assert "please call now" in write(house, browser, "There is pus and I have a fever")
    assert alerts(house) == ["alarm"]
    assert kept(house)[0].alarm


def test_stop_stops_everything_at_once(house: House, browser: TestClient) -> None:
    house.enrol(ana(TREATED))
    assert "no more messages will come" in write(house, browser, "STOP")
    assert statuses(house, Channel.SMS) == statuses(house, Channel.EMAIL) == {Status.CANCELLED}


def test_a_wrong_number_is_marked_and_told(house: House, browser: TestClient) -> None:
    house.enrol(ana(TREATED))
    before = address(house)
    write(house, browser, "wrong number")
    with reading(house.engine) as session:
        found = consents.suppressions_of(session, ["+447700900101"])
    assert found == {(1, "+447700900101"): Reason.OPTED_OUT}
    assert browser.get(before).status_code == 404, "whoever wrote that is not the client"
    assert "wrong-number" in alerts(house)


def test_who_gets_only_emails_may_write_too(house: House, browser: TestClient) -> None:
    house.enrol(ana(TREATED, phone=None))
    write(house, browser, "May I swim?")
    assert (kept(house)[0].client_id, kept(house)[0].clinic_id) == (1, 1)


def test_nothing_and_too_much_are_refused(house: House, browser: TestClient) -> None:
    house.enrol(ana(TREATED))
    empty = browser.post(address(house) + "/write", data={"words": " \u200b "})
    assert (empty.status_code, "Write something first" in empty.text) == (422, True)
    for number in range(MOST):
        write(house, browser, f"Question {number}")
    assert browser.post(address(house) + "/write", data={"words": "more"}).status_code == 429
    house.clock.now += timedelta(days=1)
    write(house, browser, "next day")
    with reading(house.engine) as session:
        assert len(replies.waiting(session)) == MOST + 1


def test_long_words_arrive_whole(house: House, browser: TestClient) -> None:
    house.enrol(ana(TREATED))
    write(house, browser, "a b " * 300)
    assert len(kept(house)[0].body) == 1199


def test_nobody_writes_with_a_link_that_is_not_theirs(house: House, browser: TestClient) -> None:
    assert browser.post("/a/abcdefghijklmn/write", data={"words": "x"}).status_code == 404
