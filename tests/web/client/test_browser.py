"""The clients' pages without JavaScript, on paper, and in bright sun."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from reminders.wording.library import templates_folder
from tests.support.browser import Served, page_of, screenshot


def client_page(served: Served) -> str:
    return served.house.app.links.page_url(1, 1)


@pytest.mark.slow
def test_all_of_it_works_without_javascript(served: Served, chromium: Browser) -> None:
    with page_of(chromium, java_script_enabled=False) as page:
        page.goto(served.address + "/join/rosewood-skin")
        page.get_by_label("first name").fill("Bea")
        page.get_by_label("Mobile number").fill("07700 900177")
        page.get_by_label("Yes, text me").check()
        page.get_by_role("button", name="Go on").click()
        served.tick()
        texts = [path.read_text() for path in served.house.left()]
        page.get_by_label("Code").fill(re.findall(r"\b\d{6}\b", texts[-1])[-1])
        page.get_by_role("button", name="Go on").click()
        expect(page.get_by_text("Your number is confirmed")).to_be_visible()
        page.goto(client_page(served))
        page.get_by_role("link", name="Pause for a week").click()
        page.get_by_role("button", name="Pause for a week").click()
        expect(page.get_by_text("Paused. We will not write to you")).to_be_visible()
        page.get_by_role("button", name="End the pause").click()
        page.get_by_role("link", name="Stop all messages").click()
        page.get_by_role("button", name="Stop all messages").click()
        expect(page.get_by_text("We will not text or email you any more")).to_be_visible()


@pytest.mark.slow
def test_a_poster_prints_as_what_hangs_on_the_wall(served: Served, chromium: Browser) -> None:
    with page_of(chromium, "tablet") as page:
        page.goto(served.address + "/join/rosewood-skin/poster")
        page.emulate_media(media="print")
        screenshot(page, "poster-printed")
        assert page.locator("svg").is_visible()
        assert not page.get_by_text("Print this page").is_visible()


STYLE = (templates_folder() / "pages" / "style.css").read_text("utf-8")


def colours(scheme: str) -> dict[str, str]:
    """Return the colours of a scheme by their names."""
    light, dark = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", part)) for part in re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)[:2])  # fmt: skip
    return light if scheme == "light" else light | dark


def brightness(colour: str) -> float:
    """Return relative luminance (WCAG 2.2)."""
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    bright, dim = sorted((brightness(one), brightness(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "ink,ground",
    [
        *((ink, ground) for ink in ("ink", "soft") for ground in ("ground", "card", "wash")),
        ("ink", "alarm-wash"),
        ("accent", "card"),
        ("on-accent", "accent"),
        ("alarm", "card"),
    ],
)
def test_words_can_be_read_in_bright_sun(scheme: str, ink: str, ground: str) -> None:
    known = colours(scheme)
    assert contrast(known[ink], known[ground]) >= 7
