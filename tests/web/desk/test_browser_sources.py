"""An owner connects each system by following its page alone, in a real browser, to a double of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect
from standardwebhooks import Webhook
from time_machine import travel

from reminders.booking_systems import BookingSystems
from reminders.rules.events import EventKind
from reminders.rules.told_bookings import SourceKind
from reminders.store.database import writing
from reminders.store.tables import Endpoint, Event
from tests.looks.stage import aside, begin_owner, code_of, sign_in_owner
from tests.support.bookings import (
    GENERIC,
    LATER,
    SIGNING,
    FollowedVendor,
    calcom,
    calendly,
    square,
    standing,
)
from tests.support.browser import (
    WIDTHS,
    Served,
    axe,
    overflow,
    page_of,
    screenshot,
    small_targets,
)
from tests.support.calendars import event, ics
from tests.support.doubles.booking_systems import VendorDouble, serving
from tests.support.doubles.calendar_server import calendar_server
from tests.support.doubles.webhook_server import webhook_server
from tests.support.endpoints import told_by
from tests.support.feeds import ANA, read_by

pytestmark = pytest.mark.slow


@pytest.fixture
def owner(chromium: Browser, served: Served) -> Iterator[Page]:
    """Let an owner stand on Today, on a tablet."""
    with page_of(chromium, "tablet") as page:
        sign_in_owner(page, served)
        page.goto(served.address)
        yield page


def looks_right(page: Page, name: str) -> None:
    """Hold a page against axe, its window and a gloved finger, on each device, light and dark."""
    for width, pixels in WIDTHS.items():
        page.set_viewport_size({"width": pixels, "height": 800})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            screenshot(page, f"source {name} {width} {scheme}")
            assert axe(page) == []
            assert (overflow(page) <= 0, small_targets(page)) == (True, [])


def come_back(page: Page, served: Served) -> None:
    """Sign another owner in, since a desk that nobody touched for long asks who it is."""
    page.context.clear_cookies()
    begin_owner(page, served, "mo@rosewood.example")
    page.fill("#code", code_of(page, served))
    page.click("main button")
    page.click("text=I have saved them")
    page.goto(served.address)


def opened(page: Page, what: str) -> None:
    """Go where an owner looks for it."""
    page.click("nav >> text=Settings")
    page.click(f"main >> text={what}")


def acuity(action: str = "scheduled") -> bytes:
    return urlencode({"action": action, "id": 4711, "calendarID": 27, "appointmentTypeID": 1}).encode()  # fmt: skip


MOVED = {"startTime": LATER, "endTime": "2026-03-14T11:00:00Z"}
NESTED = {
    "booking": {"ref": "b-1", "from": "2026-03-12T14:30:00Z", "what": "Microneedling"},
    "who": {"title": "Ana Costa", "tel": "07700 900101"},
}
NESTED_MOVED = NESTED | {"booking": {"ref": "b-1", "from": LATER, "what": "Microneedling"}}


@dataclass(frozen=True)
class Walk:
    """What an owner chooses and pastes, and what the system posts: a booking, its move, nonsense."""

    kind: SourceKind
    name: str
    menu: str
    pasted: dict[str, str]
    booking: Any
    move: Any
    nonsense: Any


WALKS = [
    Walk(SourceKind.CALCOM, "Cal.com", "Subscriber URL", {}, calcom(), calcom("BOOKING_RESCHEDULED", "2026-03-02T08:05:00Z", uid="u2", rescheduleUid="u1", **MOVED), calcom(uid="u9", startTime="never")),
    Walk(SourceKind.CALENDLY, "Calendly", "signing_key", {}, calendly(), None, calendly(number="e9", scheduled_event={"name": "Microneedling"})),
    Walk(SourceKind.ACUITY, "Acuity", "View credentials", {"#user_id": "4711", "#api_key": SIGNING}, acuity(), acuity("rescheduled"), None),
    Walk(SourceKind.SQUARE, "Square", "Signature key", {"#secret": SIGNING, "#api_key": "EAAA-access-token"}, square(), square(version=2), None),
    Walk(SourceKind.GENERIC, "Something else", "Webhooks by Zapier", {}, GENERIC, GENERIC | {"treated_at": LATER, "ended_at": None}, GENERIC | {"external_id": "b-9", "treated_at": "soon"}),
]  # fmt: skip


@pytest.fixture
def asked(served: Served) -> Iterator[VendorDouble]:
    """Let Acuity and Square be doubles that hold one booking."""
    with serving() as double:
        served.house.app.deliveries._systems = BookingSystems(double.url, double.url)
        double.hold_appointment()
        double.hold_booking()
        yield double


def connected(page: Page, served: Served, walk: Walk) -> FollowedVendor:
    """Connect a system as its page says, and return it with what stood there."""
    opened(page, "Booking systems")
    page.check(f"[name=kind][value={walk.kind}]")
    page.click("text=Continue")
    expect(page.locator("#set-up")).to_contain_text(walk.menu)
    address = page.inner_text("#address")
    made = page.locator("#secret-made")
    secret = made.inner_text() if made.count() else walk.pasted.get("#api_key" if walk.kind is SourceKind.ACUITY else "#secret", "")  # fmt: skip
    looks_right(page, f"{walk.kind} set up")
    for field, words in walk.pasted.items():
        page.fill(field, words)
    if walk.pasted:
        page.click("#secrets button >> text=Save")
        expect(page.locator("#secrets .tag")).to_have_text("Saved")
    assert address.startswith(served.address)
    path = address.removeprefix(served.address)
    return FollowedVendor(served.house, walk.kind, secret, path=path, url=served.address)


def came(page: Page, words: str) -> None:
    """Wait until the last delivery on the page of a source says so; it may still be asked for."""
    last = page.locator("#what-came li").first
    for _ in range(20):
        page.reload()
        if words in last.inner_text():
            return
        page.wait_for_timeout(100)
    expect(last).to_contain_text(words)


@pytest.mark.parametrize("walk", WALKS, ids=[walk.kind.value for walk in WALKS])
def test_a_source_is_connected_by_its_page(
    owner: Page, served: Served, asked: VendorDouble, walk: Walk
) -> None:
    vendor = connected(owner, served, walk)
    wrong = FollowedVendor(served.house, walk.kind, "not-the-secret-at-all", path=vendor.path, url=served.address)  # fmt: skip
    if walk.kind is not SourceKind.GENERIC:
        assert wrong.post(walk.booking).status_code == 401
        owner.reload()
        expect(owner.locator("#what-came")).to_contain_text("not signed with this secret")
        looks_right(owner, f"{walk.kind} wrong secret")
    served.house.clock.now += timedelta(minutes=2)
    vendor.told(walk.booking)
    came(owner, "New booking.")
    assert [start for _, start in standing(served.house)] == ["12 14:30"]
    if walk.move is not None:
        asked.hold_appointment(datetime="2026-03-14T10:00:00+0000", time="10:00am", endTime="11:00am", date="March 14, 2026")  # fmt: skip
        asked.hold_booking(version=2, start_at=LATER)
        served.house.clock.now += timedelta(minutes=2)
        vendor.told(walk.move)
        came(owner, "Booking moved.")
        assert [start for _, start in standing(served.house)] == ["14 10:00"]
    if walk.nonsense is not None:
        vendor.told(walk.nonsense)
        came(owner, "Not recognised")
        looks_right(owner, f"{walk.kind} heard")
        owner.click("#what-came a.name >> nth=0")
        owner.click("button:text-is('Try again')")
        expect(owner.get_by_text("Tried again.")).to_be_visible()
        looks_right(owner, f"{walk.kind} delivery")
    owner.goto(served.address)
    expect(owner.locator("main")).not_to_contain_text("not signed")
    owner.goto(f"{served.address}/clinic/sources")
    looks_right(owner, f"{walk.kind} listed")


CHOSEN = {
    "Booking number": "b-1 ·",
    "Start": "2026-03-12T14:30:00Z ·",
    "Service": "Microneedling ·",
    "Full name": "Ana Costa ·",
    "Mobile number": "07700 900101 ·",
}
"""What an owner chooses of a booking that came, by the names of the page."""


def test_what_names_its_fields_otherwise_is_mapped_by_taps(owner: Page, served: Served) -> None:
    vendor = connected(owner, served, WALKS[-1])
    vendor.told(NESTED)
    came(owner, "Not recognised")
    owner.click("text=Match fields")
    looks_right(owner, "generic fields")
    for label, said in CHOSEN.items():
        field = owner.get_by_label(label, exact=True)
        path = field.locator("option").filter(has_text=said).first.get_attribute("value")
        field.select_option(path)
    owner.click("button:text-is('Save') >> nth=0")
    owner.click("button:text-is('Try again')")
    came(owner, "New booking.")
    served.house.clock.now += timedelta(minutes=2)
    vendor.told(NESTED_MOVED)
    came(owner, "Booking moved.")
    assert standing(served.house) == [("b-1", "14 10:00")]


def test_a_system_that_is_away_is_said_on_today_and_its_booking_tried_again(
    owner: Page, served: Served, asked: VendorDouble
) -> None:
    vendor = connected(owner, served, WALKS[2])
    asked.status = 401
    vendor.told(acuity())
    came(owner, "refuses our key")
    served.house.clock.now += timedelta(minutes=61)
    come_back(owner, served)
    said = owner.get_by_role("link", name="1 booking is waiting. Acuity refuses our key")
    looks_right(owner, "today away")
    said.first.click()
    asked.status = 0
    owner.click("#what-came a.name")
    owner.click("button:text-is('Try again')")
    expect(owner.locator("main")).to_contain_text("New booking.")
    owner.goto(served.address)
    expect(owner.locator("main")).not_to_contain_text("booking is waiting")


def test_a_calendar_is_added_read_again_and_said_when_it_fails(owner: Page, served: Served) -> None:
    house = served.house
    with calendar_server() as server:
        read_by(house.app, server.fetcher())
        server.serve(ics(event(ANA), event(uid="2", title="Lunch"), more=("X-WR-CALNAME:Room 1",)))
        opened(owner, "Calendars")
        owner.fill("#address", server.address())
        owner.click("main button:text-is('Preview')")
        expect(owner.locator("main")).to_contain_text("1 treatment,")
        looks_right(owner, "feed looked at")
        owner.click("text=Import calendar")
        assert [start for _, start in standing(house)] == ["03 14:00"]
        moved = event(ANA, "SEQUENCE:1", "DTSTART;TZID=Europe/London:20260305T100000", "DTEND;TZID=Europe/London:20260305T110000")  # fmt: skip
        server.serve(ics(moved, more=("X-WR-CALNAME:Room 1",)))
        owner.click("text=Read now")
        assert [start for _, start in standing(house)] == ["05 10:00"]
        server.serve(b"<html>Sign in</html>")
        for _ in range(12):
            house.clock.now += timedelta(hours=4)
            aside(house.app.feed_reader.run)
        come_back(owner, served)
        expect(owner.locator("main")).to_contain_text("The calendar Room 1 cannot be read")
        looks_right(owner, "today feed fails")
        owner.click("text=The calendar Room 1 cannot be read")
        looks_right(owner, "feed fails")
        server.serve(ics(moved, more=("X-WR-CALNAME:Room 1",)))
        owner.click("text=Read now")
        owner.goto(served.address)
        expect(owner.locator("main")).not_to_contain_text("annot be read")


def test_another_system_is_told_what_happens(owner: Page, served: Served) -> None:
    house = served.house
    with webhook_server() as server:
        told_by(house.app, server.poster())
        opened(owner, "Webhooks")
        owner.fill("#address", "https://hooks.example/a")
        owner.click("button:text-is('Add webhook')")
        secret = owner.inner_text("#secret-made")
        looks_right(owner, "endpoint added")
        with writing(house.engine) as session:  # what stands for hooks.example is on this machine
            endpoint = session.get_one(Endpoint, 1)
            sealing = house.app.sealing.within("endpoint.1")
            endpoint.address = sealing.seal(server.address())
        owner.click("text=Send a test event")
        heard = server.got[-1]
        with travel(house.clock(), tick=False):
            assert Webhook(secret).verify(heard.body, heard.headers)
        server.answer = lambda _: 500
        with writing(house.engine) as session:
            session.add(Event(clinic_id=1, kind=EventKind.REPLY_ALARM, row_id=1, happened_at=house.clock()))  # fmt: skip
        aside(house.app.event_sender.run)
        owner.reload()
        expect(owner.locator("#deliveries")).to_contain_text("Rejected")
        looks_right(owner, "endpoint fails")
        server.answer = lambda _: 200
        owner.click("text=Send again >> nth=0")
        expect(owner.locator("#deliveries li").first).not_to_contain_text("Rejected")
        assert len(server.got) == 3
