"""A rehearsal says what will be sent, also where a client shares a number with others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine

from reminders.rehearsal.batch_dispatcher import BatchDispatcher
from reminders.rehearsal.simulation import rehearse
from reminders.rules.terms import Channel, Reason, Status
from reminders.store.queries.overview import ReminderLine
from tests.conftest import House, ana

pytestmark = pytest.mark.portable

TREATED = date(2026, 3, 2)
LATER = datetime(2026, 5, 1, tzinfo=UTC)


def told(lines: list[ReminderLine], client_id: int) -> list[tuple[str, str, Status, datetime]]:
    theirs = [line for line in lines if line.client_id == client_id]
    return [(x.milestone, x.channel, x.status, x.at) for x in theirs]


def test_what_one_client_gets_is_the_same_alone_and_among_all(house: House) -> None:
    house.enrol(
        ana(TREATED),
        ana(TREATED, first_name="Eva"),
        ana(TREATED, first_name="Ida", phone="+447700900105", email="ida@mail.example"),
    )
    everyone = rehearse(house.engine, house.app.rehearsal_dispatcher, house.clock(), LATER)
    for client_id in (1, 2, 3):
        alone = rehearse(
            house.engine, house.app.rehearsal_dispatcher, house.clock(), LATER, clients=[client_id]
        )
        assert {line.client_id for line in alone} == {client_id}
        assert told(alone, client_id) == told(everyone, client_id)
    assert told(everyone, 1) != told(everyone, 2), "Eva's wait for Ana's"
    house.play(LATER)
    for client_id in (1, 2, 3):
        assert told(house.lines(), client_id) == told(everyone, client_id)


def test_what_waits_for_staff_is_looked_at_once_and_not_every_hour(house: House) -> None:
    """Nobody allows a country during a rehearsal; to look again for two months took half a minute."""
    house.enrol(ana(TREATED, phone="+447911123456"))  # a number of Guernsey
    passes = 0

    def counted(engine: Engine, clock: Callable[[], datetime]) -> BatchDispatcher:
        dispatcher = house.app.rehearsal_dispatcher(engine, clock)
        run = dispatcher.run

        def counting() -> object:
            nonlocal passes
            passes += 1
            return run()

        dispatcher.run = counting  # type: ignore[method-assign, assignment]
        return dispatcher

    lines = rehearse(house.engine, counted, house.clock(), LATER)
    texts = {line.milestone: line for line in lines if line.channel is Channel.SMS}
    assert texts["day-1"].reason is Reason.COUNTRY
    assert texts["day-1"].status is Status.SKIPPED
    assert passes < 60


def test_what_plays_the_copy_cannot_reach_the_original(house: House) -> None:
    house.enrol(ana(TREATED))
    reached: list[list[str]] = []

    def looking(engine: Engine, clock: Callable[[], datetime]) -> BatchDispatcher:
        with engine.connect() as connection:
            reached.append([row.name for row in connection.exec_driver_sql("PRAGMA database_list")])
        return house.app.rehearsal_dispatcher(engine, clock)

    assert rehearse(house.engine, looking, house.clock(), LATER)
    assert reached == [["main"]]
