"""A day to come as it is played: whose messages are shown, and on whose calendar the day is."""

from __future__ import annotations

from datetime import date

import pytest

from reminders.rehearsal import day_preview
from reminders.rehearsal.day_preview import Day, preview_day
from reminders.rules.terms import LEFT
from reminders.store.database import reading
from reminders.store.queries import people
from tests.conftest import House, ana

pytestmark = pytest.mark.portable

TREATED = date(2026, 3, 3)
DAY_3 = date(2026, 3, 6)


def enrol(house: House, number: int, treated_on: date, zone: str | None = None) -> None:
    phone = f"+4477009001{number:02}"
    house.enrol(ana(treated_on, first_name=f"Ana{number}", phone=phone, email=None, time_zone=zone))


def preview(house: House, on: date) -> Day:
    with reading(house.engine) as session:
        clinic = people.clinics(session)[0]
    app = house.app
    return preview_day(app.engine, app.rehearsal_dispatcher, clinic, on, house.clock())


def test_of_a_large_day_those_with_messages_for_it_are_played(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(day_preview, "MOST", 2)
    enrol(house, 1, date(2026, 3, 4))  # with a message the day before, and none on the day
    for number in (2, 3, 4):
        enrol(house, number, TREATED)
    day = preview(house, DAY_3)
    assert {(line.client_id, line.milestone) for line in day.lines} == {(2, "day-3"), (3, "day-3")}
    assert day.more == 1


def test_who_was_not_played_but_has_nothing_for_the_day_is_not_counted(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(day_preview, "MOST", 1)
    enrol(house, 1, date(2026, 3, 4))
    enrol(house, 2, TREATED)
    day = preview(house, DAY_3)
    assert [line.client_id for line in day.lines] == [2]
    assert day.more == 0


@pytest.mark.parametrize("zone", ["Pacific/Honolulu", "Pacific/Auckland"])
def test_a_day_is_the_recipients(house: House, zone: str) -> None:
    """Whose day begins ten hours before the clinic's, or ends ten after it."""
    enrol(house, 1, TREATED, zone)
    enrol(house, 2, TREATED)
    (first, second) = sorted(preview(house, DAY_3).lines, key=lambda line: line.client_id)
    for line in (first, second):
        assert line.milestone == "day-3"
        assert line.status in LEFT
        assert line.at.date() == DAY_3
    assert first.at != second.at
