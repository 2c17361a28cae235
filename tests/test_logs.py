"""Logs carry ids: no name, number, address or body, whatever happens."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import pytest
import sentry_sdk
import structlog
from sqlalchemy import insert

from reminders import logs
from reminders.delivery.dispatcher import Dispatcher
from reminders.delivery.pass_summary import log_settled
from reminders.logs import log_to, report_faults
from reminders.rehearsal.simulation import play
from reminders.rules.decision import Outcome
from reminders.rules.terms import Channel, Message
from reminders.senders import HandOff, SendError
from reminders.store.database import writing
from reminders.store.tables import Clinic
from tests.conftest import House, ana

pytestmark = pytest.mark.portable

SECRETS = (
    "Quillon",
    "Vexley",
    "+447700900177",
    "7700900177",
    "quillon@mail.example",
    "SPF",
    "Dear",
)


class Breaking:
    """A way out that fails in every way, naming the client in what it says."""

    def __init__(self) -> None:
        self.count = 0

    async def send(self, message: Message, hand_off: HandOff) -> str:
        self.count += 1
        if self.count % 3 == 0:
            await hand_off()
        if self.count % 2:
            raise SendError(Outcome.RETRY, "429")
        raise RuntimeError(f"cannot reach {message.to}: {message.text}")

    async def close(self) -> None:
        pass


def let_all_fail(house: House) -> None:
    """Enrol somebody whose name stands out, and let none of their messages be sent."""
    person: dict[str, Any] = {
        "first_name": "Quillon",
        "last_name": "Vexley",
        "email": "quillon@mail.example",
    }
    house.enrol(ana(date(2026, 3, 5), phone="+447700900177", **person))
    senders = dict.fromkeys(Channel, Breaking())
    broken = Dispatcher(house.engine, house.app.renderer, senders, house.clock, "w", log_settled)
    play(house.engine, broken, house.clock, datetime(2026, 3, 7, tzinfo=UTC))


def test_a_whole_run_with_every_kind_of_failure_tells_nobody_s_secrets(house: House) -> None:
    stream = io.StringIO()
    log_to(stream, "debug")
    let_all_fail(house)
    house.play(datetime(2026, 5, 1, tzinfo=ZoneInfo("UTC")))
    told = stream.getvalue()
    assert '"error": "RuntimeError"' in told
    assert '"event": "settled"' in told
    assert all(json.loads(line) for line in told.splitlines())
    for secret in SECRETS:
        assert secret not in told


def test_what_a_database_quotes_of_a_refused_row_is_not_told(house: House) -> None:
    stream = io.StringIO()
    log_to(stream, "debug")
    try:
        with writing(house.engine) as session:
            session.execute(insert(Clinic).values(name="Quillon", name_key="rosewood skin"))
    except Exception:  # noqa: BLE001 (any refusal will do)
        structlog.get_logger().exception("refused")
    assert "IntegrityError" in stream.getvalue()
    assert "Quillon" not in stream.getvalue()


class Sentry(BaseHTTPRequestHandler):
    """Sentry's door for envelopes: it keeps what it is sent, unpacked."""

    heard: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        packed = self.headers.get("Content-Encoding") == "gzip"
        self.heard.append((gzip.decompress(body) if packed else body).decode())
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def sentry() -> Iterator[str]:
    """Return the address of a Sentry of our own, which the real SDK reports to."""
    Sentry.heard.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Sentry) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://key@127.0.0.1:{server.server_port}/1"
        sentry_sdk.get_client().close()
        sentry_sdk.init()
        logs._REPORTERS.clear()
        server.shutdown()


def test_what_sentry_is_told_of_a_fault_is_its_kind_and_place_alone(
    house: House, sentry: str
) -> None:
    log_to(io.StringIO(), "debug")
    assert report_faults(sentry)
    let_all_fail(house)
    try:
        with writing(house.engine) as session:
            session.execute(insert(Clinic).values(name="Quillon", name_key="rosewood skin"))
    except Exception:  # noqa: BLE001 (any refusal will do)
        structlog.get_logger().exception("refused")
    sentry_sdk.flush(5)
    told = "".join(Sentry.heard)
    assert '"type":"RuntimeError"' in told.replace(" ", "")
    assert "IntegrityError" in told
    assert "dispatcher.py" in told
    for secret in SECRETS:
        assert secret not in told


@pytest.fixture(autouse=True)
def _quiet_again() -> None:
    structlog.reset_defaults()
