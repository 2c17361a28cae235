"""Security headers: every answer of every route carries them, also one that says no or breaks."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from httpx2 import Response
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from reminders.app import build
from reminders.web import create_web
from reminders.web.api import PREFIX
from reminders.web.security_headers import ALWAYS, OVER_HTTPS
from tests.conftest import House, engine_of

pytestmark = pytest.mark.portable


async def broken(_: Request) -> None:
    raise RuntimeError


def opened(house: House, **settings: object) -> TestClient:
    app = build(house.app.settings.model_copy(update=settings), house.clock)
    vars(app)["engine"] = engine_of(house.app.settings.database_url)
    web = create_web(app)
    web.router.routes.append(Route("/broken", broken))
    return TestClient(web, raise_server_exceptions=False, follow_redirects=False)


def answers(client: TestClient) -> Iterator[tuple[str, Response]]:
    """Ask at each route by each method, at an address that leads nowhere, and where it breaks."""
    assert isinstance(client.app, Starlette)
    found = [route for route in client.app.routes if isinstance(route, Route | Mount)]
    assert found == client.app.routes
    within = [f"{PREFIX}/", f"{PREFIX}/openapi.json", f"{PREFIX}/clients", f"{PREFIX}/clients/1"]
    for path in [*(route.path for route in found), *within]:
        for method in ("GET", "POST", "DELETE", "HEAD"):
            address = re.sub(r"\{(\w+)(:int)?\}", "1", path)
            yield f"{method} {path}", client.request(method, address)
    yield "nowhere", client.get("/nowhere")


def test_every_answer_over_https_carries_the_full_set(house: House) -> None:
    bare, codes = [], set()
    for name, answer in answers(opened(house, public_url="https://aftercare.rosewood.example")):
        codes.add(answer.status_code)
        missing = [key for key in ALWAYS | OVER_HTTPS if key not in answer.headers]
        bare += [(name, answer.status_code, missing)] if missing else []
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy, name
        assert "frame-ancestors" in policy, name
    assert not bare
    assert codes >= {200, 303, 403, 404, 405, 500}


@pytest.mark.parametrize(
    "public_url, proto, promised",
    [
        ("https://aftercare.rosewood.example", "", True),
        ("https://aftercare.rosewood.example", "http", True),
        ("http://localhost:8000", "https", True),
        ("http://localhost:8000", "http", False),
        ("http://localhost:8000", "", False),
    ],
)
def test_only_what_is_served_over_https_promises_to_stay_there(
    house: House, public_url: str, proto: str, promised: bool
) -> None:
    client = opened(house, public_url=public_url, trusted_proxies=1)
    told = {"X-Forwarded-Proto": proto} if proto else {}
    for path in ("/", "/healthz", "/style.css", "/broken", "/nowhere"):
        answer = client.get(path, headers=told)
        assert (answer.headers.get("Strict-Transport-Security") is not None) == promised, path
        assert answer.headers["X-Content-Type-Options"] == "nosniff", path


def test_nobody_makes_us_promise_https_by_a_header_no_proxy_of_ours_wrote(house: House) -> None:
    answer = opened(house).get("/", headers={"X-Forwarded-Proto": "https"})
    assert "Strict-Transport-Security" not in answer.headers
