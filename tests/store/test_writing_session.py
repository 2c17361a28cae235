"""A transaction that keeps others waiting for long is remarked upon; one on a copy keeps nobody waiting."""

from __future__ import annotations

import json
import sys
from io import StringIO

import pytest
from sqlalchemy import Engine, text

from reminders.logs import log_to
from reminders.store import writing_session
from reminders.store.database import writing
from reminders.store.stage import stage
from tests.conftest import House


@pytest.fixture(autouse=True)
def _nothing_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing_session, "LONG", 0.0)


def _remarks(engine: Engine) -> list[str]:
    told = StringIO()
    log_to(told, "warning")
    with writing(engine) as session:
        session.execute(text("DELETE FROM heartbeat"))
    log_to(sys.stderr, "error")
    return [json.loads(line)["event"] for line in told.getvalue().splitlines()]


def test_a_transaction_that_holds_a_lock_for_long_is_remarked_upon(house: House) -> None:
    assert _remarks(house.engine) == ["long transaction"]


def test_a_rehearsals_is_not_since_nobody_waits_for_its_copy() -> None:
    with stage("+15005550006") as copy:
        assert _remarks(copy) == []
