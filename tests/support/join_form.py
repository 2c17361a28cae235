"""The form by which clients join, filled in and proven as a person does."""

from __future__ import annotations

import re
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from httpx2 import Response
from sqlmodel import col, select
from starlette.testclient import TestClient

from reminders.questions import questions
from reminders.questions.questions import OpenQuestion
from reminders.rules.terms import Channel
from reminders.store.database import reading
from reminders.store.queries import consents, people
from reminders.store.tables import Attempt, Consent, Reminder
from tests.conftest import House, ana

JOIN = "/join/rosewood-skin"
FORM = {
    "name": "Bea",
    "phone": "07700 900177",
    "texts": "yes",
    "email": "bea@mail.example",
    "emails": "yes",
    "language": "en",
    "discretion": "discreet",
}
TEXTS_ONLY = {k: v for k, v in FORM.items() if not k.startswith("email")}


def told(house: House, channel: Channel) -> str:
    """Let the house send what is due, and return its last words by a channel."""
    house.tick()
    with reading(house.engine) as session:
        lines = [x for x in house.lines(channel) if x.handoff_at]
        assert lines, "nothing was sent"
        last = max(lines, key=lambda x: x.reminder_id)
        found = select(Attempt.body).where(Attempt.reminder_id == last.reminder_id)
        return str(session.scalars(found).one())


def code_in(text: str) -> str:
    return str(re.findall(r"\b\d{6}\b", text)[0])


def link_in(text: str) -> str:
    return urlsplit(str(re.findall(r"https?://\S+/join/\S+", text)[0])).path


def join(house: House, browser: TestClient, **typed: Any) -> list[Response]:
    """Hand in a form with a number, an address or both, prove each, and return every page seen."""
    by_text = {"texts": "yes"} if "phone" in typed else {}
    by_email = {"emails": "yes"} if "email" in typed else {}
    form = {"language": "en", "discretion": "plain"} | by_text | by_email | typed
    pages = [browser.post(JOIN, data=form)]
    assert pages[0].status_code == 200, pages[0].text
    said = {channel: told(house, channel) for channel, by in ((Channel.SMS, by_text), (Channel.EMAIL, by_email)) if by}  # fmt: skip
    if Channel.SMS in said:
        pages.append(browser.post(str(pages[0].url), data={"code": code_in(said[Channel.SMS])}))
    if Channel.EMAIL in said:
        pages.append(browser.post(link_in(said[Channel.EMAIL])))
    assert all(page.status_code == 200 for page in pages)
    return pages


SIMILAR = {"name": "Ina", "phone": "07700 900101"}
"""Somebody with a name like Ana's, on her number."""

NAMESAKE = {"name": "Ana", "last_name": "Costa", "phone": "07700 900177"}
"""Somebody with Ana's whole name, on another number."""


def known(house: House, **more: Any) -> None:
    """Let the clinic know Ana Costa, as client 1."""
    house.enrol(ana(date(2026, 3, 2), last_name="Costa", **more))


def asked(house: House) -> list[OpenQuestion]:
    with reading(house.engine) as session:
        return questions.open_questions(session, 1)


def row(house: House, number: int = 1) -> dict[str, Any]:
    with reading(house.engine) as session:
        return people.record(session, number).model_dump(exclude={"version"})


def listed(house: House) -> list[tuple[str, str | None, str | None]]:
    """Return the clients with a treatment or a consent: their first name, number and address."""
    with reading(house.engine) as session:
        told = set(session.scalars(select(col(Consent.client_id)))) | {1, 2}
        return [
            (c.first_name, c.phone, c.email) for c in people.clients_of(session) if c.id in told
        ]


def said(house: House, number: int = 1) -> dict[Channel, bool]:
    with reading(house.engine) as session:
        found = consents.consents_of(session, [number])
        return {channel: given for (_, channel), given in found.items()}


def lines(house: House) -> list[dict[str, Any]]:
    with reading(house.engine) as session:
        wanted = select(Consent).order_by(col(Consent.id))
        return [line.model_dump() for line in session.scalars(wanted)]


def belongs_to(house: House, number: int) -> int:
    """Return whose record this is now."""
    with reading(house.engine) as session:
        found = people.client(session, number)
        assert found is not None
        return found.id


def sent(house: House) -> list[tuple[str, Channel, str]]:
    """Return which messages left by which channel, and the number or address they went to."""
    with reading(house.engine) as session:
        wanted = (
            select(Reminder.milestone, Reminder.channel, Attempt.contact)
            .join(Attempt, col(Attempt.reminder_id) == col(Reminder.id))
            .where(col(Attempt.handoff_at).is_not(None))
            .order_by(col(Attempt.id))
        )
        return [(what, Channel(by), to) for what, by, to in session.execute(wanted)]
