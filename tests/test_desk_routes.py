"""Every route of the desk: nobody gets in without signing in, beyond her role, or elsewhere."""

from __future__ import annotations

import pytest
from starlette.routing import Route

from reminders.rules.roles import Role
from reminders.web.desk import ROUTES
from tests.conftest import House
from tests.desk import Desk, signed_in

STAFFED = [r for r in ROUTES if isinstance(r, Route) and hasattr(r.endpoint, "needs")]
OPEN = {
    "/desk.css", "/office.css", "/desk.js", "/icon/{count:int}.svg", "/sign-in", "/sign-in/code",
    "/sign-in/qr.svg", "/sign-out", "/invitation/{token}",
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
def test_nobody_goes_beyond_her_role(house: House, role: Role) -> None:
    desk = signed_in(house, role)
    desk.get("/")
    csrf = desk.hidden("/sign-out")
    for route in STAFFED:
        if not role.may(getattr(route.endpoint, "needs")):  # noqa: B009 (set on a function)
            method = next(iter((route.methods or {"GET"}) - {"HEAD"}))
            answer = desk.browser.request(method, filled(route), data=csrf)
            assert answer.status_code == 403, route.path
