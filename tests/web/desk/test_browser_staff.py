"""The desk in a real browser: axe finds nothing, nothing is cut off, and a keyboard is enough."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from reminders.rules.keywords import Kind
from reminders.store.database import writing
from reminders.store.tables import Reply
from tests.looks.stage import mid_week, sign_in
from tests.support.browser import Served, axe, page_of

pytestmark = pytest.mark.slow


@pytest.fixture
def desk(served: Served) -> Served:
    """Serve a clinic in the middle of a week, with what goes wrong in one."""
    mid_week(served.house)
    return served


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
        page.wait_for_selector("text=Texts go to 07911 123456.")
        press("Tab", "Tab", "Tab", "Tab")  # no email; today; no hour
        if page.evaluate("document.activeElement.name") != "yes_sms":
            press("Tab")
        press("Space", "Enter")
        page.wait_for_selector("text=Messages for Dana")
        page.wait_for_function("document.activeElement.textContent.startsWith('Add client')")
        press("Enter")
        page.wait_for_selector("text=Client’s aftercare page")
        fields = 11  # names, number, address, kind, day, hour, two yeses, how, language
        assert strokes <= 35, (strokes, fields)
        assert axe(page) == []


def reach(page: Page, what: str) -> None:
    """Press Tab until something is in focus whose words, or field, are these; focus always shows."""
    for _ in range(80):
        page.keyboard.press("Tab")
        words, name, outline = page.evaluate(_FOCUSED)
        assert outline != "none", words
        if what == name or what in words:
            return
    raise AssertionError(f"Tab never reached “{what}”")


_FOCUSED = """() => { const e = document.activeElement;
  return [e.textContent.slice(0, 80), e.id, getComputedStyle(e).outlineStyle] }"""


def test_a_keyboard_is_enough_for_a_day_s_work(chromium: Browser, desk: Served) -> None:
    with page_of(chromium, "desk") as page:
        sign_in(page, desk)
        press, write = page.keyboard.press, page.keyboard.type
        reach(page, "Mark as called")
        press("Enter")
        expect(page.get_by_text("Done.")).to_be_visible()
        reach(page, "Read and reply")
        press("Enter")
        expect(page.get_by_text("Your reply")).to_be_visible()
        reach(page, "words")
        write("Please come in today. We keep a place for you.")
        reach(page, "Send")
        press("Enter")
        expect(page.get_by_text("is sent in ten seconds.")).to_be_visible()
        reach(page, "Clients")
        press("Enter")
        expect(page.get_by_role("heading", name="Clients")).to_be_visible()
        reach(page, "q")
        write("zoë")
        press("Enter")
        page.wait_for_url("**/clients?q=*")
        reach(page, "Zoë Bright")
        press("Enter")
        expect(page.get_by_role("heading", name="History")).to_be_visible()
        reach(page, "Day 3")
        press("Enter")
        reach(page, "Hold")
        press("Enter")
        expect(page.get_by_text("The message is on hold until you release it.")).to_be_visible()
        reach(page, "Sam Field")
        press("Enter")
        reach(page, "Sign out")
        press("Enter")
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


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
        page.wait_for_selector("text=is sent in ten seconds")
        page.clock.run_for(3_000)
        page.wait_for_selector("text=Undo (7)")
        page.clock.run_for(8_000)
        assert page.query_selector("text=is sent in ten seconds") is None


def test_everything_works_without_scripts(chromium: Browser, desk: Served) -> None:
    with page_of(chromium, "phone", java_script_enabled=False) as page:
        sign_in(page, desk)
        page.goto(f"{desk.address}/enrol")
        page.fill("#first_name", "Dana")
        page.fill("#phone", "07911 123456")
        page.check("#yes_sms")
        page.click("main form button")
        page.wait_for_selector("text=Messages for Dana")
        page.click("main form button >> nth=0")
        page.wait_for_selector("text=Client’s aftercare page")


def test_a_client_s_page_prints_as_the_whole_record(chromium: Browser, desk: Served) -> None:
    with page_of(chromium, "desk") as page:
        sign_in(page, desk)
        page.goto(f"{desk.address}/clients/2")
        assert not page.is_visible("text=default wording")
        page.emulate_media(media="print")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert page.is_visible("text=default wording >> nth=0")
        assert not page.is_visible("nav")
        assert not page.is_visible("text=Send again")
