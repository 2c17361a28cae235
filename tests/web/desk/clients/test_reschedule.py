"""Moving a treatment at the desk: the difference first."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from reminders.store.database import reading
from reminders.store.tables import Treatment
from tests.conftest import House, ana
from tests.support.desk import signed_in

pytestmark = pytest.mark.portable


def test_moving_shows_the_difference_first_and_a_correction_when_asked(house: House) -> None:
    house.enrol(ana(date(2026, 3, 10)))
    house.play(house.clock.now + timedelta(days=2))
    desk = signed_in(house)
    desk.get("/treatments/1/move")
    desk.post("/treatments/1/move/check", day="19 March", at="15:00")
    assert re.search(r"Rescheduled messages \d+ ", desk.text)
    assert "Already sent for the old date 2 " in desk.text
    assert "Too late to be useful" not in desk.text
    with reading(house.engine) as session:
        assert session.scalars(select(Treatment)).one().treated_on == date(2026, 3, 10)
    desk.post("/treatments/1/move", correct="yes", correction="Rosewood Skin: now on 19 March.")
    with reading(house.engine) as session:
        assert session.scalars(select(Treatment)).one().treated_on == date(2026, 3, 19)
    house.tick(house.clock.now + timedelta(hours=3))
    assert any("now on 19 March" in path.read_text() for path in house.left())
