"""The page of calendar feeds: seen before it goes in, its state in plain words, its address never again."""

from __future__ import annotations

import pytest

from reminders.rules.roles import Role
from reminders.store.database import reading
from reminders.store.queries import audit
from tests.conftest import House
from tests.support.calendars import event, ics, read_here
from tests.support.desk import Desk, signed_in
from tests.support.feeds import ANA, CannedFetcher, read_by

pytestmark = pytest.mark.portable
ADDRESS = "https://cal.example/private-0123456789/basic.ics"
NAMED = ("X-WR-CALNAME:Room 1",)


@pytest.fixture(autouse=True)
def _read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reminders.feeds.reading.calendar_content", read_here)


def with_calendar(house: House, *events: str) -> tuple[Desk, CannedFetcher]:
    """Sign an owner in, and let every address lead to these events."""
    fetcher = CannedFetcher(ics(*events, more=NAMED))
    read_by(house.app, fetcher)
    desk = signed_in(house, Role.OWNER)
    desk.get("/clinic/feeds")
    return desk, fetcher


EVENTS = (
    event(ANA),
    event(uid="2", title="Microneedling - Bea Hall"),
    event(uid="3", title="Lunch"),
    event(uid="4", title="Microneedling"),
)


def test_a_calendar_is_seen_before_anything_of_it_goes_in(house: House) -> None:
    desk, _ = with_calendar(house, *EVENTS)
    desk.post("/clinic/feeds", address=ADDRESS)
    assert "4 events: 1 treatment, 1 question, 1 other event, 1 without a client." in desk.text
    assert "Will be imported" in desk.text
    assert "Microneedling - Bea Hall" in desk.text
    with house.engine.connect() as connection:
        for table in ("treatment", "client", "question", "waiting_row"):
            assert connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() == 0


def test_once_taken_in_it_says_what_came_and_its_address_no_more(house: House) -> None:
    desk, _ = with_calendar(house, *EVENTS)
    desk.post("/clinic/feeds", address=ADDRESS)
    desk.post("/clinic/feeds/1/start")
    assert "Calendar imported" in desk.text
    assert "Room 1 Read just now" in desk.text
    assert "1 treatment, 1 question" in desk.text
    assert desk.page is not None
    assert "private-0123456789" not in desk.page.text
    with reading(house.engine) as session:
        assert audit.happened(session, 1, "added a calendar")


def test_what_is_wrong_stands_beside_it_in_plain_words(house: House) -> None:
    desk, fetcher = with_calendar(house, *EVENTS)
    desk.post("/clinic/feeds", address=ADDRESS)
    desk.post("/clinic/feeds/1/start")
    fetcher.content = b"<html>Sign in</html>"
    desk.post("/clinic/feeds/1/read")
    assert "Cannot be read" in desk.text
    assert "This address leads to a web page, not to a calendar." in desk.text
    assert "Existing bookings are kept" in desk.text


@pytest.mark.parametrize(
    "address, content, problem",
    [
        ("", b"", "This is not the address of a calendar."),
        ("file:///etc/passwd", b"", "This is not the address of a calendar."),
        (ADDRESS, b"<html></html>", "a web page"),
        (ADDRESS, ics(event())[:-20], "was incomplete"),
    ],
)
def test_an_address_that_leads_to_no_calendar_is_not_kept(
    house: House, address: str, content: bytes, problem: str
) -> None:
    desk, fetcher = with_calendar(house)
    fetcher.content = content
    page = desk.post("/clinic/feeds", address=address)
    assert page.status_code == 422
    assert problem in desk.text
    assert "private-0123456789" not in page.text
    with house.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM feed").scalar() == 0


def test_the_same_calendar_is_read_once(house: House) -> None:
    desk, _ = with_calendar(house, *EVENTS)
    for _ in range(2):
        desk.get("/clinic/feeds")
        desk.post("/clinic/feeds", address=ADDRESS)
        if "Import calendar" in desk.text:
            desk.post("/clinic/feeds/1/start")
    assert "This calendar has already been added." in desk.text


def test_a_removed_calendar_leaves_treatments_and_takes_its_questions_along(house: House) -> None:
    desk, _ = with_calendar(house, *EVENTS)
    desk.post("/clinic/feeds", address=ADDRESS)
    desk.post("/clinic/feeds/1/start")
    desk.post("/clinic/feeds/1/remove")
    assert "no longer read" in desk.text
    with house.engine.connect() as connection:
        counts = {
            table: connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar()
            for table in ("feed", "feed_event", "treatment", "question", "waiting_row")
        }
    assert counts == {"feed": 0, "feed_event": 0, "treatment": 1, "question": 0, "waiting_row": 0}
