"""The desk in a real browser: axe finds nothing, nothing is cut off, and a keyboard is enough."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import select

from reminders.rules.keywords import Kind
from reminders.rules.terms import Status
from reminders.store.database import writing
from reminders.store.tables import Attempt, Reminder, Reply
from tests.browser import Served, axe, overflow, page_of, screenshot, small_targets
from tests.conftest import ana
from tests.desk import PASSWORD, invite

PEOPLE = (("Ana", "Costa"), ("Zoë", "Bright"), ("Maria", "Lind"), ("Grace", "Hall"), ("Priya", "Shah"))  # fmt: skip
LOOKS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("phone", {}),
    ("tablet", {"scheme": "dark"}),
    ("desk", {"forced_colors": "active"}),
)
PAGES = (
    "/", "/clients", "/clients/1", "/clients/5", "/clients/1/edit", "/clients/1/choices", "/enrol",
    "/treatments/1/move", "/replies", "/replies/1", "/outbox", "/account", "/clients/1/enrolled?treatment=1",
)  # fmt: skip


@pytest.fixture
def desk(served: Served) -> Served:
    """Serve a clinic in the middle of a week, with what goes wrong in one."""
    house = served.house
    for number, (first, last) in enumerate(PEOPLE):
        day, hour = date(2026, 3, 4) - timedelta(days=number), time(9 + number)
        names = {"first_name": first, "last_name": last}
        house.enrol(ana(day, hour, phone=f"+4477009001{number:02}", email=f"c{number}@mail.example", **names))  # fmt: skip
    until = datetime(2026, 3, 4, 13, 30, tzinfo=house.clock.now.tzinfo)
    with ThreadPoolExecutor(1) as aside:  # the browser has this thread's event loop
        aside.submit(house.play, until).result()
        aside.submit(house.tick).result()
    with writing(house.engine) as session:
        texts = session.scalars(select(Reminder).where(Reminder.status == "accepted", Reminder.channel == "sms"))  # type: ignore[arg-type]  # fmt: skip
        for reminder in texts.all():
            undelivered = reminder.client_id == 2 and reminder.milestone == "day-1"
            reminder.status = Status.UNDELIVERED if undelivered else Status.DELIVERED
            reminder.settled_at = house.clock.now - timedelta(hours=2)
            attempt = session.scalars(select(Attempt).where(Attempt.reminder_id == reminder.id)).one()  # type: ignore[arg-type]  # fmt: skip
            attempt.code = "30005" if undelivered else None
        for client, minutes, alarm, body in (
            (1, 20, None, "Is it normal that my skin feels tight?"),
            (5, 6, "pus", "There is pus and it is hot. Help?"),
        ):
            row: dict[str, Any] = {"clinic_id": 1, "client_id": client, "alarm": alarm, "kind": Kind.REPLY}  # fmt: skip
            at = house.clock.now - timedelta(minutes=minutes)
            contact = f"+44770090010{client - 1}"
            session.add(Reply(provider_id=f"SM{client}", contact=contact, body=body, received_at=at, **row))  # fmt: skip
    return served


def sign_in(page: Page, desk: Served) -> None:
    page.goto(f"{desk.address}/invitation/{invite(desk.house, 'sam@rosewood.example')}")
    page.fill("#name", "Sam Field")
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_selector("text=Needs a person now")


def test_no_page_has_a_fault_at_any_width_light_dark_or_in_forced_colours(
    chromium: Browser, desk: Served
) -> None:
    """Pictures of some are kept for the README where SCREENSHOTS is set."""
    for width, look in LOOKS:
        with page_of(chromium, width, **look) as page:
            sign_in(page, desk)
            for path in PAGES:
                page.goto(desk.address + path)
                assert axe(page) == [], path
                assert overflow(page) <= 0, path
                assert small_targets(page) == [], path
    with page_of(chromium, "desk") as page:
        sign_in(page, desk)
        for name, path in (("today", "/"), ("talk", "/replies/2")):
            page.goto(desk.address + path)
            screenshot(page, f"desk-{name}")


def test_enrolling_takes_a_keyboard_and_few_strokes(chromium: Browser, desk: Served) -> None:
    strokes = 0
    with page_of(chromium, "desk") as page:
        sign_in(page, desk)
        page.goto(f"{desk.address}/enrol")

        def press(*keys: str) -> None:
            nonlocal strokes
            for key in keys:
                strokes += 1
                page.keyboard.press(key)

        def write(words: str) -> None:
            nonlocal strokes
            strokes += len(words)
            page.keyboard.type(words)

        page.wait_for_function("document.activeElement.id === 'first_name'")
        write("Dana")
        press("Tab")
        write("Reed")
        press("Tab")
        write("07911123456")
        page.wait_for_selector("text=We’ll text +44 7911 123456.")
        press("Tab", "Tab", "Tab", "Tab")  # no email; today; no hour
        if page.evaluate("document.activeElement.name") != "yes_sms":
            press("Tab")
        press("Space", "Enter")
        page.wait_for_selector("text=What Dana will get")
        page.wait_for_function("document.activeElement.textContent.startsWith('Enrol')")
        press("Enter")
        page.wait_for_selector("text=For her to take home")
        fields = 11  # names, number, address, kind, day, hour, two yeses, how, language
        assert strokes <= 35, (strokes, fields)
        assert axe(page) == []


def test_the_page_looks_again_by_itself_and_counts_in_title_and_icon(
    chromium: Browser, desk: Served
) -> None:
    with page_of(chromium, "desk") as page:
        page.clock.install()
        sign_in(page, desk)
        before = page.title()
        assert before.startswith("(3) Today")
        row: dict[str, Any] = {"clinic_id": 1, "client_id": 3, "contact": "+447700900102", "kind": Kind.REPLY}  # fmt: skip
        with writing(desk.house.engine) as session:
            session.add(
                Reply(provider_id="SM9", body="Hello", received_at=desk.house.clock(), **row)
            )
        page.clock.fast_forward(31_000)
        page.wait_for_selector("text=Maria wrote")
        assert page.title().startswith("(4) Today")
        assert "/icon/4.svg" in str(page.get_attribute("link[rel=icon]", "href"))


def test_undo_is_counted_down_and_then_gone(chromium: Browser, desk: Served) -> None:
    with page_of(chromium, "tablet") as page:
        page.clock.install()
        sign_in(page, desk)
        page.goto(f"{desk.address}/clients/1")
        page.click("#ahead ~ ol summary >> nth=0")
        page.click("text=Send now >> nth=0")
        page.wait_for_selector("text=It leaves in ten seconds")
        page.clock.run_for(3_000)
        page.wait_for_selector("text=Undo (7)")
        page.clock.run_for(8_000)
        assert page.query_selector("text=It leaves in ten seconds") is None


def test_everything_works_without_scripts(chromium: Browser, desk: Served) -> None:
    with page_of(chromium, "phone", java_script_enabled=False) as page:
        sign_in(page, desk)
        page.goto(f"{desk.address}/enrol")
        page.fill("#first_name", "Dana")
        page.fill("#phone", "07911 123456")
        page.check("#yes_sms")
        page.click("main form button")
        page.wait_for_selector("text=What Dana will get")
        page.click("main form button >> nth=0")
        page.wait_for_selector("text=For her to take home")


def test_a_client_s_page_prints_as_the_whole_record(chromium: Browser, desk: Served) -> None:
    with page_of(chromium, "desk") as page:
        sign_in(page, desk)
        page.goto(f"{desk.address}/clients/2")
        assert not page.is_visible("text=packaged wording")
        page.emulate_media(media="print")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert page.is_visible("text=packaged wording >> nth=0")
        assert not page.is_visible("nav")
        assert not page.is_visible("text=Send again")
