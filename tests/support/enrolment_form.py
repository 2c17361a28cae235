"""The enrolment form of the desk, filled in."""

from __future__ import annotations

from datetime import date, time

from sqlalchemy import select
from sqlmodel import col

from reminders.rules.terms import Channel
from reminders.store.database import reading
from reminders.store.tables import Reminder
from tests.conftest import House, ana
from tests.support.desk import Desk, signed_in

DANA = {
    "first_name": "Dana", "last_name": "Reed", "phone": "07700 900188", "email": "dana@mail.example",
    "when": "0", "at": "9:30", "yes_sms": "yes", "yes_email": "yes", "how": "Signed form",
}  # fmt: skip


def enrolling(desk: Desk, **typed: str) -> Desk:
    desk.get("/enrol")
    desk.post("/enrol/check", **(DANA | typed))
    return desk


def enrolled(desk: Desk, **typed: str) -> Desk:
    enrolling(desk, **typed)
    desk.post("/enrol")
    return desk


def reminder(house: House, milestone: str, channel: Channel = Channel.SMS) -> Reminder:
    with reading(house.engine) as session:
        wanted = select(Reminder).where(
            col(Reminder.milestone) == milestone, col(Reminder.channel) == channel
        )
        return list(session.scalars(wanted.order_by(col(Reminder.id))))[-1]


def treated_today(house: House) -> Desk:
    house.enrol(ana(date(2026, 3, 2), time(9)))
    desk = signed_in(house)
    desk.get("/clients/1")
    return desk
