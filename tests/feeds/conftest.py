"""A server of calendars for all tests of feeds, and a clinic that reads one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conftest import House
from tests.support.calendars import read_here
from tests.support.doubles.calendar_server import CalendarServer, calendar_server
from tests.support.feeds import Diary


@pytest.fixture(scope="session")
def running() -> Iterator[CalendarServer]:
    with calendar_server() as server:
        yield server


@pytest.fixture
def server(running: CalendarServer) -> CalendarServer:
    running.files.clear()
    running.asked.clear()
    return running


@pytest.fixture
def diary(house: House, server: CalendarServer, monkeypatch: pytest.MonkeyPatch) -> Diary:
    monkeypatch.setattr("reminders.feeds.reading.calendar_content", read_here)
    return Diary(house, server)
