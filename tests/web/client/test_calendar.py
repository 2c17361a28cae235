"""The calendar a client can subscribe to."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from icalendar import Calendar
from starlette.testclient import TestClient

from tests.conftest import House, ana
from tests.support.aftercare_page import TREATED, address

pytestmark = pytest.mark.portable


def test_the_calendar_holds_the_visit_and_the_milestones_and_tells_nothing(
    house: House, browser: TestClient
) -> None:
    house.enrol(ana(TREATED, ends=time(15, 30)))
    answer = browser.get(address(house) + "/calendar.ics")
    assert answer.headers["Content-Type"].startswith("text/calendar")
    events = {str(e["uid"]): e for e in Calendar.from_ical(answer.text).walk("VEVENT")}
    visit = next(e for e in events.values() if "location" in e)
    assert visit.decoded("dtstart") == datetime(2026, 3, 5, 14, 30, tzinfo=UTC)
    assert visit.decoded("dtend") == datetime(2026, 3, 5, 15, 30, tzinfo=UTC)
    assert {str(e["summary"]) for e in events.values()} == {
        "Rosewood Skin",
        "Rosewood Skin: look at your page",
    }
    for private in ("Ana", "needling", "skin-", "/a/"):
        assert private not in answer.text

    house.enrol(ana(TREATED + timedelta(days=7), ends=time(15, 30)))
    moved = Calendar.from_ical(browser.get(address(house) + "/calendar.ics").text).walk("VEVENT")
    assert events.keys() <= {str(e["uid"]) for e in moved}  # so that a calendar moves them
