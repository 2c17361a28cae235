"""The page Today says why nothing is sent, and what a failover took."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from reminders.delivery.failover import FailoverReport
from reminders.delivery.holds import Hold, Suspicion
from reminders.store.database import writing
from reminders.store.queries import stored_settings
from reminders.store.queries.pauses import HELD
from tests.conftest import House
from tests.support.desk import signed_in

pytestmark = pytest.mark.portable


def _hold(house: House, suspicion: Suspicion) -> Hold:
    now = house.clock()
    held = Hold(suspicion, now, now - timedelta(seconds=20), now)
    with writing(house.engine) as session:
        held.save(session)
    return held


def test_a_failover_is_said_while_it_settles_and_for_a_week_after(house: House) -> None:
    desk = signed_in(house)
    held = _hold(house, Suspicion.FAILOVER)
    desk.get("/")
    assert "the database moved to another server" in desk.text
    assert "It resumes automatically" in desk.text
    with writing(house.engine) as session:
        stored_settings.clear(session, HELD)
        report = FailoverReport.of(session, held)
        replace(report, texts_left=2, emails_again=1, settled_at=house.clock()).save(session)
    desk.get("/")
    assert "import those files" in desk.text
    assert "Emails that may have been sent are sent once more" in desk.text
    house.clock.now += timedelta(days=8)
    desk = signed_in(house, email="bo@rosewood.example")
    desk.get("/")
    assert "import those files" not in desk.text


def test_what_only_the_operator_can_settle_is_not_said_to_work(house: House) -> None:
    desk = signed_in(house)
    _hold(house, Suspicion.FORK)
    desk.get("/")
    assert "the database may be older than what was sent" in desk.text
    assert "Sending works" not in desk.text
