"""What the pages are looked at with: a clinic in the middle of a week, and an owner signed in."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time, timedelta
from typing import Any

import pyotp
from playwright.sync_api import Page
from sqlalchemy import select

from reminders.rules.keywords import Kind
from reminders.rules.roles import Role
from reminders.rules.terms import Status
from reminders.store.database import writing
from reminders.store.queries import customisation, people
from reminders.store.tables import Attempt, Reminder, Reply
from tests.conftest import House, ana
from tests.support.browser import Served
from tests.support.desk import PASSWORD, invite

PEOPLE = (("Ana", "Costa"), ("Zoë", "Bright"), ("Maria", "Lind"), ("Grace", "Hall"), ("Priya", "Shah"))  # fmt: skip
NOW = datetime(2026, 3, 4, 13, 30)  # noqa: DTZ001 (the clinic's own clock, which is UTC in winter)


def aside(step: Callable[..., object], *told: object) -> None:
    """Do something in a thread, since the browser's loop runs in this one."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(step, *told).result()


def mid_week(house: House) -> None:
    """Fill a clinic with a week, and with what goes wrong in one."""
    for number, (first, last) in enumerate(PEOPLE):
        day, hour = date(2026, 3, 4) - timedelta(days=number), time(9 + number)
        names = {"first_name": first, "last_name": last}
        house.enrol(ana(day, hour, phone=f"+4477009001{number:02}", email=f"c{number}@mail.example", **names))  # fmt: skip
    aside(house.play, NOW.replace(tzinfo=house.clock.now.tzinfo))
    aside(house.tick)
    with writing(house.engine) as session:
        texts = session.scalars(select(Reminder).where(Reminder.status == "accepted", Reminder.channel == "sms"))  # type: ignore[arg-type]  # fmt: skip
        for reminder in texts.all():
            undelivered = reminder.client_id == 2 and reminder.milestone == "day-1"
            reminder.status = Status.UNDELIVERED if undelivered else Status.DELIVERED
            reminder.settled_at = house.clock.now - timedelta(hours=2)
            attempt = session.scalars(select(Attempt).where(Attempt.reminder_id == reminder.id)).one()  # type: ignore[arg-type]  # fmt: skip
            attempt.code = "30005" if undelivered else None
        for client, minutes, alarm, body in (
            (1, 20, None, "Is it normal that my skin feels tight?"),
            (5, 6, "pus", "There is pus and it is hot. Help?"),
        ):
            row: dict[str, Any] = {"clinic_id": 1, "client_id": client, "alarm": alarm, "kind": Kind.REPLY}  # fmt: skip
            at = house.clock.now - timedelta(minutes=minutes)
            contact = f"+44770090010{client - 1}"
            session.add(Reply(provider_id=f"SM{client}", contact=contact, body=body, received_at=at, **row))  # fmt: skip


def booked_today(house: House) -> None:
    """Book four more for today, two of whom nobody has asked whether they want messages."""
    for number, (first, last, hour) in enumerate((("Ivy", "Moss", 10), ("Noor", "Aziz", 12), ("Theo", "Lang", 16), ("Lena", "Vogt", 11))):  # fmt: skip
        consents = {"consents": ()} if first in {"Ivy", "Theo"} else {}
        contacts = {"phone": f"+4477009002{number:02}", "email": f"d{number}@mail.example"}
        house.enrol(ana(NOW.date(), time(hour), first_name=first, last_name=last, **contacts, **consents))  # fmt: skip


def with_a_price(house: House) -> None:
    """Let the clinic know what a text costs, and whom it may message while it practises."""
    with writing(house.engine) as session:
        clinic = people.clinics(session)[0]
        clinic.segment_price, clinic.currency = 43_700, "GBP"
        customisation.set_practice_recipients(session, 1, ["+447700900101"])


def sign_in(page: Page, served: Served, email: str = "sam@rosewood.example") -> None:
    """Sign a member of staff in through a one-time link."""
    page.goto(f"{served.address}/invitation/{invite(served.house, email)}")
    page.fill("#name", "Sam Field")
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_selector("text=Needs attention")


def begin_owner(page: Page, served: Served, email: str = "olga@rosewood.example") -> None:
    """Take an owner as far as the second step, which is still to be set up."""
    page.goto(f"{served.address}/invitation/{invite(served.house, email, Role.OWNER)}")
    page.fill("#name", "Olga Field")
    page.fill("#password", PASSWORD)
    page.click("main button")


def code_of(page: Page, served: Served) -> str:
    """Return what an authenticator app would show for the key on the page."""
    page.wait_for_selector("code", state="attached")
    seed = re.search(r"<code>([A-Z2-7 ]+)</code>", page.content())
    assert seed
    return pyotp.TOTP(seed[1].replace(" ", "")).at(served.house.clock.now)


def sign_in_owner(page: Page, served: Served) -> None:
    """Sign an owner in with the second step, as an owner does it."""
    begin_owner(page, served)
    page.fill("#code", code_of(page, served))
    page.click("main button")
    page.click("text=I have saved them")
