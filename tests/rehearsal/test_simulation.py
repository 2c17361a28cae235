"""A rehearsal says what will be sent, also where a client shares a number with others."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from reminders.rehearsal.simulation import rehearse
from reminders.rules.terms import Status
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
