"""Replies at the desk: read by people, answered by people, under the same promise."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from reminders.consent import ledger
from reminders.rules.keywords import Kind
from reminders.rules.roles import Role
from reminders.rules.terms import Channel, Status
from reminders.store.database import reading, writing
from reminders.store.queries import people
from reminders.store.tables import Reply
from tests.conftest import House, ana
from tests.support.desk import Desk, signed_in

pytestmark = pytest.mark.portable


def wrote(house: House, body: str, at: datetime | None = None, **more: Any) -> None:
    row: dict[str, Any] = {
        "clinic_id": 1,
        "client_id": 1,
        "contact": "+447700900101",
        "kind": Kind.REPLY,
    } | more
    with writing(house.engine) as session:
        session.add(
            Reply(provider_id=f"SM{body}", body=body, received_at=at or house.clock(), **row)
        )


def inbox(house: House, *bodies: str) -> Desk:
    house.enrol(ana(date(2026, 3, 2), time(9)))
    for body in bodies:
        wrote(house, body)
    desk = signed_in(house)
    desk.get("/replies")
    return desk


def sent(house: House) -> list[str]:
    return [path.read_text() for path in house.left() if path.suffix == ".txt"]


def test_alarms_stand_on_top_and_everywhere_is_counted(house: House) -> None:
    house.enrol(ana(date(2026, 3, 2), time(9)), ana(date(2026, 3, 2), time(9), first_name="Priya", phone="+447700900102", email=None))  # fmt: skip
    wrote(house, "Is it normal?", house.clock() - timedelta(hours=1))
    wrote(house, "There is pus", client_id=2, contact="+447700900102", alarm="pus")
    desk = signed_in(house)
    page = desk.get("/replies").text
    assert page.index("There is pus") < page.index("Is it normal?")
    assert "(2) Inbox" in page
    assert "Priya may need help: “There is pus”" in desk.get("/").text
    assert desk.page is not None
    assert "/icon/2.svg" in desk.page.text


def test_an_answer_goes_in_the_clinic_s_name_and_closes_the_talk(house: House) -> None:
    desk = inbox(house, "Is it normal?")
    desk.get("/replies/1")
    assert "Is it normal?" in desk.text
    desk.post("/replies/1/answer", words="Yes, Ana. It settles by tomorrow.", urgent="yes")
    assert "is sent in ten seconds" in desk.text
    house.tick(house.clock.now + timedelta(seconds=11))
    assert any("Rosewood Skin: Yes, Ana. It settles by tomorrow." in text for text in sent(house))
    desk.get("/replies")
    assert "No open conversations" in desk.text
    desk.get("/replies/1")
    assert "It settles by tomorrow" in desk.text


def test_an_answer_called_back_is_not_sent_and_the_talk_waits_again(house: House) -> None:
    desk = inbox(house, "Is it normal?")
    desk.get("/replies/1")
    desk.post("/replies/1/answer", words="Yes.", urgent="yes")
    undo = str(desk.page.url).rpartition("undo=")[2].split("&")[0] if desk.page else ""
    desk.post(f"/messages/{undo}/undo")
    house.tick(house.clock.now + timedelta(minutes=1))
    assert not [text for text in sent(house) if "Yes." in text]
    desk.get("/replies")
    assert "Is it normal?" in desk.text


@pytest.mark.parametrize("urgent,leaves", [("yes", True), ("", False)])
def test_sending_hours_bind_an_answer_unless_somebody_decides_otherwise(
    house: House, urgent: str, leaves: bool
) -> None:
    house.clock.now = datetime(2026, 3, 2, 22, 30, tzinfo=house.clock.now.tzinfo)
    desk = inbox(house, "Is it normal?")
    desk.get("/replies/1")
    assert "outside sending hours (the client has just written)" in desk.text
    desk.post("/replies/1/answer", words="Yes.", urgent=urgent)
    house.tick(house.clock.now + timedelta(seconds=11))
    assert bool([text for text in sent(house) if "Yes." in text]) == leaves
    house.play(house.clock.now + timedelta(hours=12))
    assert [text for text in sent(house) if "Yes." in text]


def test_nothing_goes_to_a_number_that_said_stop(house: House) -> None:
    desk = inbox(house, "Is it normal?")
    with writing(house.engine) as session:
        client = people.client(session, 1)
        assert client is not None
        ledger.withdraw(session, client, Channel.SMS, source="test", now=house.clock())
    desk.get("/replies/1")
    assert "You cannot text this number" in desk.text
    desk.post("/replies/1/answer", words="Yes.", urgent="yes")  # from a page opened before
    house.tick(house.clock.now + timedelta(seconds=11))
    assert not [text for text in sent(house) if "Yes." in text]
    assert house.lines(Channel.SMS)[-1].status is not Status.ACCEPTED


def test_too_long_an_answer_is_refused_and_kept(house: House) -> None:
    desk = inbox(house, "Is it normal?")
    desk.get("/replies/1")
    desk.post("/replies/1/answer", words="word " * 120)
    assert "too long for a text" in desk.text
    assert desk.page is not None
    assert "word word" in desk.page.text


def test_a_talk_is_given_to_somebody_called_done_and_opened_again(house: House) -> None:
    desk = inbox(house, "Is it normal?")
    desk.get("/replies/1")
    desk.post("/replies/1/assign", to="1")
    desk.get("/replies?show=mine")
    assert "Is it normal?" in desk.text
    desk.get("/replies/1")
    desk.post("/replies/1/done")
    assert "No open conversations" in desk.text
    assert "Is it normal?" in desk.get("/replies?show=done").text
    desk.get("/replies/1")
    desk.post("/replies/1/reopen")
    assert "Is it normal?" in desk.get("/replies").text


def test_a_client_is_erased_only_by_name_and_by_an_owner(house: House) -> None:
    house.enrol(ana(date(2026, 3, 2), time(9)))
    desk = signed_in(house, Role.OWNER)
    desk.get("/clients/1/erase")
    desk.post("/clients/1/erase", name="Eve")
    assert "Enter Ana to confirm" in desk.text
    written = house.outbox / f"20260302T080000Z-{house.app.links.reference(1)}.txt"
    written.parent.mkdir(exist_ok=True)
    written.write_text("Ana")
    desk.post("/clients/1/erase", name="ana")
    assert not written.exists()
    assert "Ana" not in desk.get("/clients").text
    assert "Ana" not in desk.get("/clients?q=ana").text.replace("“ana”", "")
    with reading(house.engine) as session:
        client = people.client(session, 1)
        assert client is not None
        assert "ana" not in client.name_key + client.family_key


def test_everything_held_of_a_client_is_handed_out(house: House) -> None:
    desk = inbox(house, "Is it normal?")
    desk.get("/clients/1")
    answer = desk.post("/clients/1/export")
    assert "attachment" in answer.headers["content-disposition"]
    assert "Is it normal?" in answer.text
    assert "+447700900101" in answer.text


def test_a_password_is_changed_with_the_old_one_and_signs_the_others_out(house: House) -> None:
    desk, other = signed_in(house), Desk(house)
    other.get("/sign-in")
    other.post("/sign-in", email="sam@rosewood.example", password="correct horse battery staple")
    desk.get("/account")
    desk.post("/account/password", old="wrong", new="a quite different phrase")
    assert "This is not your current password" in desk.text
    desk.post(
        "/account/password", old="correct horse battery staple", new="a quite different phrase"
    )
    assert "Password changed" in desk.text
    assert other.get("/").url.path == "/sign-in"
    assert desk.get("/").url.path == "/"
