"""The rooms behind the desk in a real browser, walked through as an owner does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.conftest import MONDAY, ana
from tests.looks.stage import aside, sign_in_owner, with_a_price
from tests.support.browser import Served, axe, overflow, page_of, screenshot, small_targets
from tests.support.lists import LIST

pytestmark = pytest.mark.slow


@contextmanager
def inside(chromium: Browser, served: Served, width: str = "desk") -> Iterator[Page]:
    """Sign an owner in with the second step, as an owner does it."""
    with page_of(chromium, width) as page:
        sign_in_owner(page, served)
        yield page


def looks_right(page: Page, name: str, *, known: tuple[str, ...] = ()) -> None:
    """Hold the page against axe, its window and a gloved finger, and keep its picture."""
    screenshot(page, name)
    assert axe(page) == []
    assert overflow(page) <= 0
    assert [one for one in small_targets(page) if not any(k in one for k in known)] == []


def seed(served: Served) -> None:
    """Enrol some, give the clinic a price and a guest, and let two days pass."""
    house = served.house
    told = [("Ana", 1), ("Chloë", 3), ("Maximiliane", 7), ("Jo", 14), ("Priya", 30)]
    house.enrol(
        *(
            ana(
                date(2026, 3, 1) - timedelta(days=ago),
                first_name=name,
                phone=f"+44770090020{n}",
                email=f"n{n}@mail.example",
            )
            for n, (name, ago) in enumerate(told)
        )
    )
    with_a_price(house)
    aside(house.play, MONDAY + timedelta(minutes=90))


def test_a_list_is_dropped_mended_and_brought_in(chromium: Browser, served: Served) -> None:
    with inside(chromium, served, "tablet") as page:
        page.goto(f"{served.address}/lists")
        page.set_input_files(
            "#file", {"name": "march.csv", "mimeType": "text/csv", "buffer": LIST.encode()}
        )
        page.click("main form button >> nth=0")
        expect(page.get_by_text("2 rows to fix", exact=True)).to_be_visible()
        looks_right(page, "office list to mend")
        page.get_by_role("textbox", name="Mobile").fill("07700 900103")
        page.click("text=Save and check again")
        expect(page.get_by_text("1 row to fix", exact=True)).to_be_visible()
        page.click("text=Import 2 treatments")
        expect(page.get_by_text("File imported.")).to_be_visible()
        looks_right(page, "office list brought in")
        page.click("text=Undo this import")
        expect(page.get_by_text("Import undone.")).to_be_visible()


def test_the_preview_follows_the_typing_and_a_chip_goes_in_at_a_press(
    chromium: Browser, served: Served
) -> None:
    seed(served)
    with inside(chromium, served) as page:
        page.goto(f"{served.address}/words/edit?protocol=skin-needling&milestone=day-1")
        page.fill("#sms", "{{ first_name }}, perfect skin after your microneedling! ")
        preview = page.locator("#preview")
        expect(preview.get_by_text("promises or advises")).to_be_visible()
        expect(preview.get_by_text("“microneedling” would show")).to_be_visible()
        looks_right(page, "office words with findings")
        page.fill("#sms", "{{ first_name }}, SPF 30 now, hands off. ")
        page.click("summary:text-is('Placeholders')")
        page.focus("#sms")
        page.keyboard.press("Control+End")
        page.get_by_role("button", name="clinic.phone", exact=True).click()
        expect(preview.get_by_text("hands off. 020 7946 0018")).to_be_visible()
        expect(preview.locator(".said.bad")).to_have_count(0)
        page.click("text=Save draft")
        page.click("text=I have read and approve this version")
        expect(page.get_by_text("Approved. This version is used from now on.")).to_be_visible()
        looks_right(page, "office words approved")


def test_the_plan_says_what_it_would_do_before_it_is_saved(
    chromium: Browser, served: Served
) -> None:
    seed(served)
    with inside(chromium, served) as page:
        page.goto(f"{served.address}/plan")
        page.fill("#after-week-1", "9")
        page.select_option("#unit-week-1", "D")
        page.click("text=Preview changes")
        expect(page.get_by_text("nothing is saved yet")).to_be_visible()
        looks_right(page, "office plan foreseen")
        page.click("text=Save schedule")
        expect(page.get_by_text("Saved.")).to_be_visible()
        expect(page.locator("#after-week-1")).to_have_value("9")


def test_the_red_switch_is_one_press_away(chromium: Browser, served: Served) -> None:
    with inside(chromium, served, "phone") as page:
        page.goto(f"{served.address}/clinic")
        page.click("text=Pause all messages")
        expect(page.get_by_text("Sending is paused. Nothing is sent")).to_be_visible()
        looks_right(page, "office clinic paused")


def test_rooms_work_without_a_script(chromium: Browser, served: Served) -> None:
    """A browser without JavaScript edits wording, and sees its preview after a press."""
    with inside(chromium, served) as page:
        cookies = page.context.cookies()
    with page_of(chromium, "desk", java_script_enabled=False) as page:
        page.context.add_cookies(cookies)  # type: ignore[arg-type]
        page.goto(f"{served.address}/words/edit?protocol=skin-needling&milestone=day-1")
        page.fill("#sms", "{{ first_name }}, hands off. {{ clinic.phone }}")
        page.click("button:text-is('Preview')")
        expect(page.locator("#preview").get_by_text("hands off. 020 7946 0018")).to_be_visible()
