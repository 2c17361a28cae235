"""Logs carry ids: no name, number, address or body, whatever happens."""

from __future__ import annotations

import io
import json
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import structlog
from sqlalchemy import insert

from reminders.logs import log_to
from reminders.rules.deciding import Outcome
from reminders.rules.terms import Channel, Message
from reminders.senders import HandOff, SendError
from reminders.store.database import writing
from reminders.store.tables import Clinic
from tests.conftest import House, ana

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


def test_a_whole_run_with_every_kind_of_failure_tells_nobody_s_secrets(house: House) -> None:
    stream = io.StringIO()
    log_to(stream, "debug")
    person: dict[str, Any] = {
        "first_name": "Quillon",
        "last_name": "Vexley",
        "email": "quillon@mail.example",
    }
    house.enrol(ana(date(2026, 3, 5), phone="+447700900177", **person))
    senders = dict.fromkeys(Channel, Breaking())
    from reminders.delivering.dispatch import Dispatcher
    from reminders.delivering.tally import log_settled
    from reminders.overseeing.rehearsal import play

    broken = Dispatcher(house.engine, house.app.renderer, senders, house.clock, "w", log_settled)
    play(house.engine, broken, house.clock, datetime(2026, 3, 7, tzinfo=ZoneInfo("UTC")))
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


@pytest.fixture(autouse=True)
def _quiet_again() -> None:
    structlog.reset_defaults()
