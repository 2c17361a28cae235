"""What an operator sees from outside: metrics, the hook that ticks, the sign of life, and callers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from sqlalchemy import update
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from reminders.app import App
from reminders.delivery import pauses
from reminders.logs import _strip_error
from reminders.monitoring.heartbeat_ping import HeartbeatPing
from reminders.settings import Secret
from reminders.store.database import reading, writing
from reminders.store.queries.metrics import unexplained
from reminders.store.queries.pauses import HELD
from reminders.store.queries.stored_settings import write
from reminders.store.tables import Lane
from reminders.web import create_web
from reminders.web.proxies import Proxies
from tests.conftest import House, ana

pytestmark = pytest.mark.portable

TREATED = date(2026, 3, 2)
DAY_1 = datetime(2026, 3, 3, 15, 30, tzinfo=UTC)
TOKEN = "a token that nobody guesses"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def watched(house: House) -> Iterator[House]:
    given = {"metrics_token": Secret(TOKEN), "tick_token": Secret(TOKEN)}
    settings = house.app.settings.model_copy(update=given)
    app = App(settings, house.clock)
    yield House(app, house.clock, house.outbox)
    app.close()


@pytest.fixture
def outside(watched: House) -> Iterator[TestClient]:
    with TestClient(create_web(watched.app)) as client:
        yield client
    watched.app.close()


def metrics(outside: TestClient) -> dict[str, float]:
    told = outside.get("/metrics", headers=BEARER)
    assert told.status_code == 200
    lines = re.findall(r"^(\w+(?:\{[^}]*\})?) (\S+)$", told.text, re.MULTILINE)
    return {name: float(value) for name, value in lines}


@pytest.mark.parametrize("path,method", [("/metrics", "GET"), ("/hooks/tick", "POST")])
def test_without_the_token_there_is_nothing_to_see(
    house: House, outside: TestClient, path: str, method: str
) -> None:
    assert outside.request(method, path).status_code == 401
    wrong = {"Authorization": "Bearer something else, quite as long"}
    assert outside.request(method, path, headers=wrong).status_code == 401
    with TestClient(create_web(house.app)) as unset:
        assert unset.request(method, path, headers={"Authorization": "Bearer "}).status_code == 404


def test_metrics_tell_what_left_how_late_and_how_quickly(
    watched: House, outside: TestClient
) -> None:
    watched.enrol(ana(TREATED))
    watched.tick(DAY_1)
    told = metrics(outside)
    assert told['reminders_sent_last_hour{channel="sms"}'] == 1
    assert told['reminders_sent_last_hour{channel="email"}'] == 1
    assert told['reminders_due{channel="sms"}'] == 0
    # Nobody told the first night's advice, so day one begins with it.
    assert told['reminders_segments{clinic="1",month="2026-03"}'] == 2
    assert told["reminders_heartbeat_age_seconds"] == 0
    assert told['reminders_lateness_seconds_bucket{channel="sms",le="3600"}'] <= 1
    assert told['reminders_provider_seconds_gcount{channel="sms"}'] == 1
    assert 'reminders_lane_stopped{channel="sms",clinic="1"}' in told


def test_metrics_ask_the_database_no_more_than_every_few_seconds(
    watched: House, outside: TestClient
) -> None:
    metrics(outside)
    watched.enrol(ana(TREATED))
    watched.tick(DAY_1)
    assert 'reminders_sent_last_hour{channel="sms"}' not in metrics(outside)


def test_metrics_name_nobody(watched: House, outside: TestClient) -> None:
    watched.enrol(ana(TREATED, first_name="Quillon", phone="+447700900177"))
    watched.tick(DAY_1)
    told = outside.get("/metrics", headers=BEARER).text
    assert not re.search("Quillon|900177|Rosewood|mail.example", told)


def test_the_hook_makes_one_pass(watched: House, outside: TestClient) -> None:
    watched.enrol(ana(TREATED))
    watched.clock.now = DAY_1
    assert outside.get("/hooks/tick", headers=BEARER).status_code == 405
    assert outside.post("/hooks/tick", headers=BEARER).json()["sent"] == {"sms": 1, "email": 1}
    assert outside.post("/hooks/tick", headers=BEARER).json()["sent"] == {}


def overdue(house: House) -> int:
    with reading(house.engine) as session:
        return unexplained(session, house.clock(), timedelta(minutes=5))


def test_what_is_overdue_counts_unless_something_explains_it(house: House) -> None:
    house.enrol(ana(TREATED))
    house.tick(DAY_1 - timedelta(minutes=1))
    house.clock.now = DAY_1 + timedelta(minutes=4)
    assert overdue(house) == 0
    house.clock.now = DAY_1 + timedelta(minutes=6)
    assert overdue(house) == 2, "and nobody sends"
    with writing(house.engine) as session:
        session.execute(update(Lane).values(stopped_until=house.clock() + timedelta(minutes=1)))
    assert overdue(house) == 0, "a stopped lane is told about otherwise"
    with writing(house.engine) as session:
        session.execute(update(Lane).values(stopped_until=None, last_turn_at=house.clock()))
    assert overdue(house) == 0, "a long queue in work is no silence"


class Listener(BaseHTTPRequestHandler):
    heard = 0

    def do_GET(self) -> None:
        Listener.heard += 1
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def listening() -> Iterator[str]:
    Listener.heard = 0
    server = HTTPServer(("127.0.0.1", 0), Listener)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/ping"
    server.shutdown()
    server.server_close()


def test_somebody_outside_hears_only_while_all_is_well(house: House, listening: str) -> None:
    def beats() -> bool:
        return HeartbeatPing(house.engine, house.clock, listening).beat()

    assert not beats(), "nobody has sent anything yet"
    house.tick()
    assert beats()
    house.enrol(ana(TREATED))
    house.clock.now = DAY_1 + timedelta(minutes=6)
    assert not beats(), "something is overdue"
    house.tick()
    assert beats()
    with writing(house.engine) as session:
        pauses.pause(session, None, "Bo", house.clock())
    assert beats(), "somebody paused it, and knows"
    with writing(house.engine) as session:
        held = {"suspicion": "copy", "since": DAY_1.isoformat(), "known_until": None}
        write(session, HELD, held | {"lost_until": DAY_1.isoformat()})
    assert not beats(), "nobody may know that nothing is sent"
    assert Listener.heard == 3


def test_it_calls_once_a_minute_and_survives_a_deaf_ear(house: House, listening: str) -> None:
    house.tick()
    pulse = HeartbeatPing(house.engine, house.clock, listening)
    assert [pulse.beat() for _ in range(3)] == [True, False, False]
    assert not HeartbeatPing(house.engine, house.clock, "http://127.0.0.1:1/").beat()
    assert not HeartbeatPing(house.engine, house.clock, "").beat()


@pytest.mark.parametrize(
    "trusted,told,caller",
    [
        (0, ["203.0.113.9"], "198.51.100.1"),
        (1, ["203.0.113.9"], "203.0.113.9"),
        (1, ["6.6.6.6, 203.0.113.9"], "203.0.113.9"),
        (1, ["6.6.6.6", "203.0.113.9"], "203.0.113.9"),
        (2, ["6.6.6.6, 203.0.113.9, 10.0.0.1"], "203.0.113.9"),
        (2, ["203.0.113.9"], "198.51.100.1"),
        (1, [], "198.51.100.1"),
        (1, [""], "198.51.100.1"),
    ],
)
def test_a_caller_cannot_choose_where_a_call_comes_from(
    trusted: int, told: list[str], caller: str
) -> None:
    async def whoami(scope: Scope, receive: Receive, send: Send) -> None:
        client = Request(scope).client
        await PlainTextResponse(client.host if client else "")(scope, receive, send)

    browser = TestClient(Proxies(whoami, trusted), client=("198.51.100.1", 5))
    assert browser.get("/", headers=[("x-forwarded-for", one) for one in told]).text == caller


def test_what_is_reported_of_a_fault_names_nobody() -> None:
    event = {
        "exception": {"values": [{"type": "RuntimeError", "value": "cannot text Ana"}]},
        "request": {"url": "https://clinic.example/u/secret"},
    }
    assert "Ana" not in json.dumps(_strip_error(event, None))
    assert "secret" not in json.dumps(event)
