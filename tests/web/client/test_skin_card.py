"""Whatever a client and the clinic do in whichever order: taps are kept, alarms ring once, stops hold."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select
from starlette.testclient import TestClient

from reminders.consent import ledger
from reminders.consent.ledger import Proof
from reminders.inbox import skin_answers
from reminders.monitoring import alert_checks
from reminders.rules.skin_answers import Outcome, Said
from reminders.rules.terms import Act, Channel
from reminders.store.database import reading, writing
from reminders.store.queries import consents, people
from reminders.store.tables import Alert, SkinAnswer
from reminders.web import create_web
from reminders.web.client.page import _templates
from reminders.web.client.request_limits import Throttle
from tests.conftest import House, ana
from tests.support.aftercare_page import TREATED, address

pytestmark = pytest.mark.portable

BEGIN = datetime(2026, 3, 6, 8, tzinfo=UTC)
STEPS = st.one_of(
    st.tuples(st.just("tap"), st.sampled_from(list(Said))),
    st.tuples(st.just("wait"), st.sampled_from([1, 20, 45, 300, 1500])),
    st.tuples(st.sampled_from(["close", "take", "look", "stop", "start"]), st.none()),
)


class Walk:
    """One client's page and what must be true of it; ``waits`` are the moments whose worry is open."""

    def __init__(self, house: House, browser: TestClient) -> None:
        self.house, self.browser = house, browser
        self.worries, self.stopped = 0, False
        self.waits: set[str] = set()
        house.clock.now = BEGIN
        _templates(house.app).posts = Throttle(1000, 600)  # the limit has a test of its own

    def tap(self, said: Said) -> None:
        before = self.answers()
        told = self.browser.post(f"{address(self.house)}/skin", data={"said": said})
        if self.stopped:
            assert told.status_code == 409
            assert self.answers() == before
            return
        assert told.status_code == 200
        last = max(self.answers(), key=lambda one: one[1])
        assert last[2] is said
        if said is Said.WORRIED and last[0] not in self.waits:
            self.worries += 1
            self.waits.add(last[0])

    def answers(self) -> list[tuple[str, datetime, Said]]:
        with reading(self.house.engine) as session:
            found = session.scalars(select(SkinAnswer)).all()
        return sorted((one.moment, one.answered_at, one.said) for one in found)

    def wait(self, minutes: int) -> None:
        self.house.clock.now += timedelta(minutes=minutes)

    def close(self, _: None) -> None:
        with writing(self.house.engine) as session:
            for answer in session.scalars(select(SkinAnswer)):
                if answer.waits:
                    skin_answers.close(session, answer, Outcome.FINE, "", 1, self.house.clock())
        self.waits.clear()

    def take(self, _: None) -> None:
        with writing(self.house.engine) as session:
            for answer in session.scalars(select(SkinAnswer)):
                skin_answers.take(answer, 1, self.house.clock())

    def look(self, _: None) -> None:
        with writing(self.house.engine) as session:
            alert_checks.raise_all(session, self.house.app.library, self.house.clock())

    def stop(self, _: None) -> None:
        self.browser.post(f"{address(self.house)}/stop")
        self.stopped = True

    def start(self, _: None) -> None:
        now = self.house.clock()
        with writing(self.house.engine) as session:
            (client,) = people.lock(session, [1])
            ledger.record(session, client, Channel.SMS, Proof(Act.KEYWORD, "text message"), now)
            consents.lift(session, 1, client.phone or "")
        self.stopped = False


@pytest.fixture
def treated(house: House) -> Iterator[tuple[House, TestClient]]:
    house.enrol(ana(TREATED))
    with TestClient(create_web(house.app), follow_redirects=True) as browser:
        yield house, browser


@given(steps=st.lists(STEPS, max_size=25))
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_taps_are_kept_alarms_ring_once_and_stops_hold(
    treated: tuple[House, TestClient], steps: list[tuple[str, object]]
) -> None:
    house, browser = treated
    walk = Walk(house, browser)
    walk.start(None)
    with writing(house.engine) as session:
        session.execute(delete(SkinAnswer))
        session.execute(delete(Alert))
    for name, told in steps:
        walk.wait(1)  # no two things happen at one moment
        getattr(walk, name)(told)
    with reading(house.engine) as session:
        alerts = [alert.kind for alert in session.scalars(select(Alert))]
        kept = session.scalars(select(SkinAnswer)).all()
    assert alerts.count("worried") == walk.worries
    assert alerts.count("untaken") <= walk.worries
    assert len({one.moment for one in kept}) == len(kept)
    assert {one.moment for one in kept if one.waits} == walk.waits
