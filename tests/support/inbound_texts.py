"""Texts posted as Twilio posts them, and what came of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from sqlalchemy import select
from sqlmodel import col
from starlette.testclient import TestClient

from reminders.app import App, build
from reminders.enrolment import clinics, treatments
from reminders.rules.terms import Channel, Reason, Status
from reminders.settings import Settings
from reminders.store.database import reading, writing
from reminders.store.queries import consents
from reminders.store.tables import Alert, Clinic, Reply
from reminders.web import create_web
from tests.conftest import House, ana
from tests.support.samples import CLINIC
from tests.support.twilio_posts import ACCOUNT, TOKEN, URL, sign

ANAS = "+447700900101"
STRANGER = "+447700900555"
TREATED = date(2026, 3, 12)
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


class Door:
    """Twilio, posting texts that come in to our door, each with an id of its own."""

    def __init__(self, app: App) -> None:
        self.web = TestClient(create_web(app), base_url="http://10.0.0.7:8000")
        self.number = 0

    def post(self, **fields: str) -> Any:
        fields = {"AccountSid": ACCOUNT} | fields
        path = "/hooks/twilio/inbound"
        return self.web.post(
            path, data=fields, headers={"X-Twilio-Signature": sign(URL + path, fields)}
        )

    def text(self, body: str, sender: str = ANAS, sid: str = "", **more: str) -> str:
        """Return what the sender is told, after looking at the form in which it is."""
        self.number += not sid
        fields = {"MessageSid": sid or f"SM{self.number:032}", "From": sender, "Body": body}
        answer = self.post(**(fields | more))
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("text/xml")
        said = ET.fromstring(answer.text)
        assert said.tag == "Response"
        assert len(said) <= 1
        return "".join(message.text or "" for message in said)


def settings_of(house: House, **more: str) -> Settings:
    return Settings.model_validate(
        {
            "database_url": house.app.settings.database_url,
            "delivery": "live",
            "public_url": URL,
            "twilio_account_sid": ACCOUNT,
            "twilio_auth_token": TOKEN,
            "opt_out_replies": "app",
            **more,
        }
    )


Doors = Callable[..., Door]


@pytest.fixture
def door_of(house: House) -> Iterator[Doors]:
    """Return what opens a door of a house with these settings."""
    house.clock.now = NOON
    apps: list[App] = []

    def opened(**more: str) -> Door:
        apps.append(build(settings_of(house, **more), house.clock))
        return Door(apps[-1])

    yield opened
    for app in apps:
        app.close()


@pytest.fixture
def door(door_of: Doors) -> Door:
    return door_of()


def kept(house: House) -> list[Reply]:
    with reading(house.engine) as session:
        return list(session.scalars(select(Reply).order_by(col(Reply.id))))


def told(house: House) -> list[str]:
    with reading(house.engine) as session:
        return list(session.scalars(select(col(Alert.kind)).order_by(col(Alert.id))))


def stops(house: House, contact: str = ANAS) -> dict[int, Reason]:
    with reading(house.engine) as session:
        found = consents.suppressions_of(session, {contact})
        return {clinic: reason for (clinic, _), reason in found.items()}


def texts(house: House) -> set[tuple[Status, Reason | None]]:
    return {(line.status, line.reason) for line in house.lines(Channel.SMS)}


def second_clinic(house: House, **more: Any) -> Clinic:
    with writing(house.engine) as session:
        told = CLINIC | {"name": "Bay Skin", "phone": "020 7946 0099"}
        clinic = clinics.add(session, told, house.clock(), live=True)
        if more:
            treatments.enrol(
                session, house.app.library, clinic, [ana(TREATED, **more)], house.clock()
            )
        return clinic
