"""Editing a client's details, consents and pause."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from reminders.rules.terms import Channel, Status
from reminders.store.database import reading
from reminders.store.queries import people
from tests.conftest import House, ana
from tests.support.desk import signed_in
from tests.support.enrolment_form import treated_today

pytestmark = pytest.mark.portable


def test_the_second_of_two_who_edit_is_told_and_overwrites_nothing(house: House) -> None:
    house.enrol(ana(date(2026, 3, 12)))
    one, two = signed_in(house), signed_in(house, email="kim@rosewood.example")
    one.get("/clients/1/edit")
    two.get("/clients/1/edit")
    fields = {"last_name": "Costa", "email": "ana@mail.example", "language": "en"}
    one.post("/clients/1/edit", first_name="Anna", phone="07700 900101", **fields)
    answer = two.post("/clients/1/edit", first_name="Ana", phone="07700 900177", **fields)
    assert answer.status_code == 409
    assert "Somebody else has changed this" in two.text
    with reading(house.engine) as session:
        client = people.clients_of(session)[0]
        assert (client.first_name, client.phone) == ("Anna", "+447700900101")


def test_a_stop_told_at_the_desk_binds_and_only_the_client_takes_it_back(house: House) -> None:
    desk = treated_today(house)
    desk.get("/clients/1/choices")
    desk.post("/clients/1/stop", channel="sms")
    house.play(house.clock.now + timedelta(days=2))
    assert not [x for x in house.lines(Channel.SMS) if x.status is Status.ACCEPTED]
    desk = signed_in(house, email="kim@rosewood.example")
    desk.get("/clients/1/choices")
    desk.post("/clients/1/yes", channel="sms", how="The client said so at the desk")
    assert "only they can undo that" in desk.text


def test_a_paused_client_gets_nothing_until_then(house: House) -> None:
    desk = treated_today(house)
    desk.get("/clients/1/choices")
    desk.post("/clients/1/pause", until="8 March", pause="yes")
    house.play(house.clock.now + timedelta(days=5))
    assert not [x for x in house.lines() if x.status is Status.ACCEPTED]
    house.play(house.clock.now + timedelta(days=5))
    assert house.line("week-1").status is Status.ACCEPTED
