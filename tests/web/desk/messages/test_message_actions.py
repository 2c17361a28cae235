"""What staff do with one message: hold, skip, send now, send again, undo."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from sqlalchemy import update

from reminders.rules.terms import Channel, Reason, Status
from reminders.store.database import writing
from reminders.store.tables import Attempt, Reminder
from tests.conftest import House, ana
from tests.support.desk import signed_in
from tests.support.enrolment_form import reminder, treated_today

pytestmark = pytest.mark.portable


def test_a_held_message_stays_until_it_is_let_go(house: House) -> None:
    desk = treated_today(house)
    day_one = reminder(house, "day-1")
    desk.post(f"/messages/{day_one.id}/hold")
    house.play(house.clock.now + timedelta(hours=30))
    assert house.line("day-1").status is Status.PLANNED
    assert house.line("day-1").reason is Reason.ON_HOLD
    desk = signed_in(house, email="kim@rosewood.example")
    desk.get("/clients/1")
    assert "on hold" in desk.text
    desk.post(f"/messages/{day_one.id}/let-go")
    house.tick()
    assert house.line("day-1").status is Status.ACCEPTED


def test_a_held_message_that_no_longer_helps_is_skipped_not_kept_for_ever(house: House) -> None:
    desk = treated_today(house)
    desk.post(f"/messages/{reminder(house, 'day-1').id}/hold")
    house.play(house.clock.now + timedelta(days=4))
    assert house.line("day-1").status is Status.SKIPPED


def test_one_message_is_skipped_and_the_others_go(house: House) -> None:
    desk = treated_today(house)
    desk.post(f"/messages/{reminder(house, 'day-1').id}/skip")
    house.play(house.clock.now + timedelta(days=2))
    assert house.line("day-1").reason is Reason.TAKEN_OUT
    assert house.line("day-1", Channel.EMAIL).status is Status.ACCEPTED


def test_what_is_sent_by_hand_can_be_called_back_for_ten_seconds(house: House) -> None:
    house.clock.now += timedelta(hours=3)  # the visit is over
    desk = treated_today(house)
    day_three = reminder(house, "day-3")
    desk.post(f"/messages/{day_three.id}/send")
    assert "is sent in ten seconds" in desk.text
    house.tick(house.clock.now + timedelta(seconds=9))
    assert house.line("day-3").status is Status.PLANNED
    desk.post(f"/messages/{day_three.id}/undo")
    house.tick(house.clock.now + timedelta(minutes=1))
    assert house.line("day-3").status is Status.PLANNED
    desk.post(f"/messages/{day_three.id}/send")
    house.tick(house.clock.now + timedelta(seconds=11))
    assert house.line("day-3").status is Status.ACCEPTED
    desk.post(f"/messages/{day_three.id}/undo")
    assert "has already been sent" in desk.text


def test_what_did_not_arrive_goes_again_to_the_mended_number(house: House) -> None:
    house.enrol(ana(date(2026, 3, 2), time(9)))
    house.play(house.clock.now + timedelta(hours=26))
    with writing(house.engine) as session:
        session.execute(update(Reminder).where(Reminder.milestone == "day-1", Reminder.channel == "sms").values(status=Status.UNDELIVERED, settled_at=house.clock.now))  # type: ignore[arg-type]  # fmt: skip
        session.execute(update(Attempt).values(code="30005"))
    desk = signed_in(house)
    desk.get("/")
    assert "Call Ana: the number is not in service" in desk.text
    desk.get("/clients/1/edit")
    desk.post("/clients/1/edit", first_name="Ana", phone="07700 900155", email="ana@mail.example")
    desk.post(f"/messages/{reminder(house, 'day-1').id}/again")
    house.tick(house.clock.now + timedelta(seconds=11))
    (again,) = [
        path
        for path in house.left()
        if path.suffix == ".txt" and "+447700900155" in path.read_text()
    ]
    assert "Rosewood Skin: Ana" in again.read_text()
    desk.get("/")
    assert "Call Ana" not in desk.text
