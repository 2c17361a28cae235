"""Every route of the desk: nobody gets in without signing in, beyond their role, or elsewhere."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest
from sqlalchemy import select
from starlette.routing import Route

from reminders.enrolment import clinics
from reminders.rules.keywords import Kind
from reminders.rules.roles import Role
from reminders.store.database import reading, writing
from reminders.store.tables import Client, Consent, Reminder, Reply, Treatment
from reminders.web.desk import ROUTES
from tests.conftest import House, ana
from tests.support.desk import Desk, signed_in
from tests.support.samples import CLINIC

pytestmark = pytest.mark.portable

STAFFED = [r for r in ROUTES if isinstance(r, Route) and hasattr(r.endpoint, "needs")]
OPEN = {
    "/style.css", "/desk.css", "/office.js", "/desk.js", "/icon/{count:int}.svg", "/sign-in", "/sign-in/code",
    "/sign-in/qr.svg", "/sign-out", "/invitation/{token}", "/first/{token}", "/help", "/help/{topic}",
}  # fmt: skip


def filled(route: Route, number: int = 1) -> str:
    return route.path.replace("{id:int}", str(number))


def test_every_route_says_who_may_see_it() -> None:
    for route in ROUTES:
        assert isinstance(route, Route)
        assert hasattr(route.endpoint, "needs") or route.path in OPEN, route.path


def test_nobody_sees_or_changes_anything_without_signing_in(house: House) -> None:
    desk = Desk(house)
    for route in STAFFED:
        method = next(iter((route.methods or {"GET"}) - {"HEAD"}))
        answer = desk.browser.request(method, filled(route), follow_redirects=False)
        assert answer.status_code in {303, 403}, route.path
        assert "Rosewood" not in answer.text


@pytest.mark.parametrize("role", [Role.VIEWER, Role.STAFF])
def test_nobody_goes_beyond_their_role(house: House, role: Role) -> None:
    desk = signed_in(house, role)
    desk.get("/")
    csrf = desk.hidden("/sign-out")
    for route in STAFFED:
        if not role.includes(getattr(route.endpoint, "needs")):  # noqa: B009 (set on a function)
            method = next(iter((route.methods or {"GET"}) - {"HEAD"}))
            answer = desk.browser.request(method, filled(route), data=csrf)
            assert answer.status_code == 403, route.path


def filled_house(house: House) -> None:
    """Give the first clinic one row of every kind, and make a second clinic without any."""
    house.enrol(ana(date(2026, 3, 2), time(9)))
    with writing(house.engine) as session:
        words: dict[str, str | int | None] = {"name": "Willow Skin", "time_zone": "America/New_York", "phone": "+1 212 555 0142"}  # fmt: skip
        clinics.add(session, CLINIC | words, house.clock(), live=True)
        reply: dict[str, Any] = {
            "provider_id": "SM1",
            "clinic_id": 1,
            "client_id": 1,
            "contact": "+447700900101",
        }
        session.add(Reply(**reply, body="Hello", kind=Kind.REPLY, received_at=house.clock()))


WITH_ID = [route for route in STAFFED if "{" in route.path]


SHOWN = [
    route
    for route in WITH_ID
    if "GET" in (route.methods or ())
    and route.path.startswith(("/clients", "/treatments", "/replies"))
]


def test_no_route_shows_or_changes_another_clinic_s_rows(house: House) -> None:
    filled_house(house)
    signed_in(house, Role.OWNER, 0, "first@rosewood.example")  # so that staff no. 1 is theirs
    before = everything(house)
    for clinic, allowed in ((1, False), (0, True)):  # at their own clinic the same ids are there
        desk = signed_in(house, Role.OWNER, clinic, f"olive{clinic}@rosewood.example")
        assert desk.get("/").status_code == 200
        csrf = desk.hidden("/sign-out")
        answers = {}
        for route in WITH_ID if not allowed else SHOWN:
            method = next(iter((route.methods or {"GET"}) - {"HEAD"}))
            fields = csrf | {"channel": "sms", "day": "3 March", "when": "day", "first_name": "Eve", "phone": "07700 900199"}  # fmt: skip
            answer = desk.browser.request(method, filled(route), data=fields if method == "POST" else None)  # fmt: skip
            answers[f"{method} {route.path}"] = answer.status_code
            assert allowed or "Ana" not in answer.text, route.path
        expected = 200 if allowed else 404
        assert {path: code for path, code in answers.items() if code != expected} == {}
        if not allowed:
            assert everything(house) == before


def everything(house: House) -> list[str]:
    with reading(house.engine) as session:
        return [
            str(sorted(row.model_dump().items()))
            for table in (Client, Treatment, Reminder, Reply, Consent)
            for row in session.scalars(select(table).order_by(table.id))  # type: ignore[arg-type]
        ]


@pytest.mark.parametrize("path", ["/enrol?client=1", "/clients/1/enrolled?treatment=1"])
def test_ids_in_the_address_are_looked_at_too(house: House, path: str) -> None:
    filled_house(house)
    desk = signed_in(house, Role.OWNER, 1)
    assert desk.get(path).status_code == 404
