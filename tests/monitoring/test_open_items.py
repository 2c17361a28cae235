"""Today says that nothing comes in of a calendar or a booking source, until it does again."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest

from reminders.booking_systems import BookingSystems
from reminders.enrolment import clinics
from reminders.rules.roles import Role
from reminders.rules.told_bookings import SourceKind
from reminders.store.database import writing
from reminders.store.tables import BookingDelivery, BookingSource
from tests.conftest import House
from tests.support.bookings import GENERIC, Vendor, calcom, calendly, square
from tests.support.calendars import event, ics, read_here
from tests.support.desk import signed_in
from tests.support.feeds import ANA, CannedFetcher, read_by
from tests.support.samples import CLINIC

pytestmark = pytest.mark.portable

ADDRESS = "https://cal.example/private-0123456789/basic.ics"
NAMED = ("X-WR-CALNAME:Room 1",)


NUMBERS = count()


def today(house: House) -> str:
    """Return what Today says to somebody who opens it now."""
    desk = signed_in(house, email=f"sam-{next(NUMBERS)}@rosewood.example")
    desk.get("/")
    return desk.text


@pytest.fixture
def calendar(house: House, monkeypatch: pytest.MonkeyPatch) -> CannedFetcher:
    """Let a calendar be read whose content a test may change."""
    monkeypatch.setattr("reminders.feeds.reading.calendar_content", read_here)
    fetcher = CannedFetcher(ics(event(ANA), more=NAMED))
    read_by(house.app, fetcher)
    desk = signed_in(house, Role.OWNER)
    desk.get("/clinic/feeds")
    desk.post("/clinic/feeds", address=ADDRESS)
    desk.post("/clinic/feeds/1/start")
    return fetcher


def read_for(house: House, days: float) -> None:
    until = house.clock() + timedelta(days=days)
    while house.clock() < until:
        house.clock.now = min(until, house.clock() + timedelta(hours=4))
        house.app.feed_reader.run()


@pytest.mark.both
def test_a_calendar_that_fails_for_a_day_is_said_until_it_is_read_again(
    house: House, calendar: CannedFetcher
) -> None:
    good, calendar.content = calendar.content, b"<html>Sign in</html>"
    read_for(house, 0.9)
    assert "cannot be read" not in today(house)
    read_for(house, 0.5)
    said = "The calendar Room 1 cannot be read: This address leads to a web page, not to a calendar"
    assert said in today(house)
    calendar.content = good
    read_for(house, 0.3)
    assert "cannot be read" not in today(house)


def test_a_removed_calendar_is_said_no_more(house: House, calendar: CannedFetcher) -> None:
    calendar.content = b"<html>Sign in</html>"
    read_for(house, 2)
    assert "The calendar Room 1 cannot be read" in today(house)
    desk = signed_in(house, Role.OWNER, email="mo@rosewood.example")
    desk.get("/clinic/feeds")
    desk.post("/clinic/feeds/1/remove")
    assert "cannot be read" not in today(house)


REFUSED = "bookings are rejected because they are not signed with its secret"


BODIES = {
    SourceKind.CALCOM: calcom(),
    SourceKind.CALENDLY: calendly(),
    SourceKind.GENERIC: GENERIC,
}


@pytest.mark.parametrize("kind", BODIES)
def test_a_source_with_a_wrong_secret_is_said_until_something_is_believed(
    house: House, kind: SourceKind
) -> None:
    vendor = Vendor(house, kind)
    assert REFUSED not in today(house)
    right, vendor.secret = vendor.secret, "another-secret-altogether"
    assert vendor.post(calcom()).status_code == 401
    assert REFUSED in today(house)
    desk = signed_in(house, Role.OWNER, email="mo@rosewood.example")
    desk.get("/clinic/sources/1")
    assert "it was not signed with this secret" in desk.text
    desk.get("/clinic/sources")
    assert "Wrong secret" in desk.text
    vendor.secret = right
    house.clock.now += timedelta(minutes=1)
    vendor.told(BODIES[kind])
    assert REFUSED not in today(house)
    desk.get("/clinic/sources/1")
    assert "not signed with this secret" not in desk.text


def test_a_vendor_that_posts_before_its_secret_is_pasted_is_said(house: House) -> None:
    vendor = Vendor(house, SourceKind.SQUARE, secret="")
    assert vendor.post(square(), headers={}).status_code == 401
    assert f"Square: {REFUSED}" in today(house)


def test_what_was_refused_once_is_said_for_a_week_at_most_and_not_of_a_removed_source(
    house: House,
) -> None:
    vendor = Vendor(house, SourceKind.CALCOM)
    vendor.post(calcom(), headers={})
    assert REFUSED in today(house)
    house.clock.now += timedelta(days=8)
    assert REFUSED not in today(house)
    vendor.post(calcom(), headers={})
    assert REFUSED in today(house)
    with writing(house.engine) as session:
        found = session.get(BookingSource, 1)
        assert found is not None
        found.removed_at = house.clock()
    assert REFUSED not in today(house)


@pytest.mark.both
def test_that_something_was_refused_is_written_once_a_minute(house: House) -> None:
    vendor = Vendor(house, SourceKind.CALCOM)
    first = house.clock()
    for seconds in (0, 20, 59):
        house.clock.now = first + timedelta(seconds=seconds)
        vendor.post(calcom(), headers={})
        assert vendor.source().refused_at == first
    house.clock.now = first + timedelta(seconds=61)
    vendor.post(calcom(), headers={})
    assert vendor.source().refused_at == house.clock()


@pytest.mark.both
def test_bookings_that_cannot_be_asked_for_are_said_after_an_hour(house: House) -> None:
    away = BookingSystems("http://127.0.0.1:9", "http://127.0.0.1:9")
    house.app.deliveries._systems = away
    vendor = Vendor(house, SourceKind.SQUARE)
    vendor.told(square())
    assert "booking is waiting" not in today(house)
    house.clock.now += timedelta(minutes=61)
    assert "Square: 1 booking is waiting. Square does not answer" in today(house)
    desk = signed_in(house, Role.OWNER, email="mo@rosewood.example")
    desk.get("/clinic/sources/1")
    desk.post("/clinic/sources/1/paste", secret="", api_key="EAAA-another-token")
    with writing(house.engine) as session:
        delivery = session.get(BookingDelivery, 1)
        assert delivery is not None
        assert delivery.next_at == house.clock(), "a new key is tried at once"
        session.delete(delivery)
    assert "booking is waiting" not in today(house)


def test_who_is_no_owner_is_told_to_ask_one_and_led_nowhere(house: House) -> None:
    Vendor(house, SourceKind.CALCOM).post(calcom(), headers={})
    desk = signed_in(house)
    desk.get("/")
    assert "An owner of the clinic can see to it" in desk.text
    assert desk.page is not None
    assert "/clinic/sources" not in desk.page.text
    desk = signed_in(house, Role.OWNER, email="mo@rosewood.example")
    desk.get("/")
    assert desk.page is not None
    assert 'href="/clinic/sources/1"' in desk.page.text


def test_another_clinic_hears_nothing_of_it(house: House) -> None:
    Vendor(house, SourceKind.CALCOM).post(calcom(), headers={})
    with writing(house.engine) as session:
        clinics.add(session, CLINIC | {"name": "Willow Skin"}, house.clock(), live=True)
    desk = signed_in(house, Role.OWNER, clinic=1)
    desk.get("/")
    assert REFUSED not in desk.text
