"""How is your skin today, walked in a real browser: two clients, a receptionist and an owner."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.conftest import ana
from tests.looks.stage import aside, sign_in, sign_in_owner
from tests.support.browser import Served, axe, overflow, page_of, screenshot, small_targets

pytestmark = pytest.mark.slow

TREATED = date(2026, 3, 9)  # a Monday
AFTERNOON, NIGHT = (datetime(2026, 3, 12, hour, tzinfo=UTC) for hour in (15, 22))
MORNING = datetime(2026, 3, 13, 8, 50, tzinfo=UTC)
MANY = 7


def looks_right(page: Page, name: str) -> None:
    screenshot(page, name)
    assert axe(page) == []
    assert overflow(page) <= 0
    assert small_targets(page) == []


def page_url(served: Served, client: int) -> str:
    """Return a client's page as it is shown to whoever opens the link in a message."""
    path = urlsplit(served.house.app.links.page_url(client, 1)).path
    return served.address + path


def seed(served: Served) -> None:
    """Treat nine clients three days ago, and let their messages go out."""
    names = ("Priya", "Noor", *(f"Lena{'abcdefg'[n]}" for n in range(MANY)))
    served.house.enrol(
        *(
            ana(TREATED, first_name=name, phone=f"+44770090030{n}", email=f"s{n}@mail.example")
            for n, name in enumerate(names)
        )
    )
    aside(served.house.play, AFTERNOON)


def test_from_a_doubt_and_a_worry_to_the_month(chromium: Browser, served: Served) -> None:
    seed(served)
    doubts(chromium, served)
    worries_at_night(chromium, served)
    found_in_the_morning(chromium, served)
    read_by_the_clients(chromium, served)
    the_owner_reads_the_month(chromium, served)


def doubts(chromium: Browser, served: Served) -> None:
    """On day three a client is in doubt, compares, and writes a sentence; without JavaScript."""
    with page_of(chromium, java_script_enabled=False) as page:
        page.goto(page_url(served, 1))
        expect(page.get_by_role("heading", name="How is your skin today?")).to_be_visible()
        page.get_by_role("button", name="Not sure").click()
        expect(page.get_by_text("Dry, rough or flaky skin can last up to a week")).to_be_visible()
        expect(page.get_by_text("small sore blisters come up in a group")).to_be_visible()
        page.get_by_role("textbox", name="Still not sure?").fill(
            "One cheek flakes more than the other. Is it fine?"
        )
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_text("Sent. Somebody at Rosewood Skin will read it.")).to_be_visible()
    with page_of(chromium) as page:
        page.goto(page_url(served, 1) + "/skin")
        looks_right(page, "skin-doubt")


def worries_at_night(chromium: Browser, served: Served) -> None:
    """At ten in the evening another finds pus: the page says what to do until the clinic opens."""
    served.house.clock.now = NIGHT
    with page_of(chromium) as page:
        page.goto(page_url(served, 2))
        page.get_by_role("button", name="Worried").click()
        expect(page.get_by_role("heading", name="Call 999 now if")).to_be_visible()
        expect(
            page.get_by_text("The clinic is closed now and opens Fri 13 Mar, 09:00")
        ).to_be_visible()
        expect(page.get_by_text("call a doctor who is on call")).to_be_visible()
        page.get_by_role("textbox", name="What worries you?").fill("There is pus on my chin")
        page.get_by_role("button", name="Send").click()
        looks_right(page, "skin-worry-at-night")
    for number in range(MANY):
        with page_of(chromium) as page:
            page.goto(page_url(served, 3 + number))
            page.get_by_role("button", name="Healing as described").click()
            expect(page.get_by_text("Thank you, that is good to know")).to_be_visible()


def found_in_the_morning(chromium: Browser, served: Served) -> None:
    """The receptionist finds the worry on top, takes it, calls, and then answers the doubt."""
    served.house.clock.now = MORNING
    with page_of(chromium, "desk") as page:
        sign_in(page, served)
        first = page.locator("#needs ~ ul > li").first
        expect(first).to_contain_text("Noor is worried (Day 3)")
        expect(first).to_contain_text("nobody has taken it, not called yet, 10 h ago")
        looks_right(page, "skin-today")
        first.get_by_role("link", name="Open and call").click()
        expect(page.get_by_text("There is pus on my chin")).to_be_visible()
        page.get_by_role("button", name="Take it").click()
        expect(page.get_by_text("Taken by Sam Field just now.")).to_be_visible()
        looks_right(page, "skin-answer")
        page.get_by_label("Called", exact=True).check()
        page.get_by_label("Note").fill("Reached; comes in at ten")
        page.get_by_role("button", name="Save").click()
        expect(page.locator("#needs ~ ul > li").first).not_to_contain_text("is worried")
        page.locator("#needs ~ ul > li", has_text="Priya wrote").locator(".button").click()
        expect(page.get_by_text("One cheek flakes more")).to_be_visible()
        expect(page.get_by_text("Own page, Day 3: Not sure")).to_be_visible()
        page.goto(f"{served.address}/clients/2")
        expect(page.get_by_text("Client called about the answer", exact=True)).to_be_visible()
        expect(page.get_by_text("Note: Reached; comes in at ten")).to_be_visible()
        looks_right(page, "skin-timeline")


def read_by_the_clients(chromium: Browser, served: Served) -> None:
    """The client who was called reads that the clinic has seen it, and nothing of the note."""
    with page_of(chromium) as page:
        page.goto(page_url(served, 2))
        expect(page.get_by_text("The clinic has read this.")).to_be_visible()
        assert "comes in at ten" not in page.content()
        looks_right(page, "skin-read")


def the_owner_reads_the_month(chromium: Browser, served: Served) -> None:
    """The owner reads counts with what they are counts of; what is small is not shown."""
    served.house.clock.now = MORNING + timedelta(hours=2)
    with page_of(chromium, "desk") as page:
        sign_in_owner(page, served)
        page.goto(f"{served.address}/numbers")
        page.get_by_role("link", name="What clients told you").click()
        line = page.get_by_role("row", name="Day 3")
        expect(line).to_contain_text("9 of 9")
        expect(line).to_contain_text("7 of 9")
        expect(line).to_contain_text("fewer than 5 of 9")
        expect(page.get_by_text("They do not say that care worked")).to_be_visible()
        looks_right(page, "skin-month")
