"""The clients' pages in a real browser: axe finds nothing, nothing is cut off, and thumbs hit."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, date, datetime, time
from html.parser import HTMLParser
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page

from reminders.rendering.library import templates_folder
from tests.browser import (
    EVERY,
    SCHEMES,
    SOME,
    Served,
    axe,
    looks,
    overflow,
    page_of,
    screenshot,
    small_targets,
)
from tests.conftest import ana


def her_page(served: Served) -> str:
    return served.house.app.links.page_url(1, 1)


class Strict(HTMLParser):
    """Read a page as strictly as HTML was meant: what opens closes, in order, and ids are one's own."""

    VOID = frozenset({"meta", "link", "input", "br", "hr", "img", "path", "circle", "rect"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []
        self.ids: list[str] = []
        self.named: set[str] = set()
        self.feed(page)
        self.faults += [f"<{tag}> is never closed" for tag in self.open]
        self.faults += [f"two are called {name}" for name in self.ids if self.ids.count(name) > 1]
        self.faults += [f"nothing is called {name}" for name in self.named - set(self.ids)]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if len(told) < len(attrs):
            self.faults.append(f"<{tag}> says the same twice")
        self.ids += [told["id"] or ""] if "id" in told else []
        for name in ("for", "aria-labelledby", "aria-describedby"):
            self.named |= set((told.get(name) or "").split())
        if {"style", "onclick"} & told.keys() or tag in {"script", "style"}:
            self.faults.append(f"<{tag}> would need a looser policy")
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.faults.append(f"<{tag}/> is not empty by nature")

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes something else")


def faults(page: str) -> list[str]:
    return Strict(page).faults


def no_fault(page: Page, look: str) -> None:
    screenshot(page, look)
    assert axe(page) == []
    assert overflow(page) <= 0
    assert small_targets(page) == []


FOREMOST = ("unsubscribe", "first-day", "join")

PAGES: dict[str, Callable[[Served], str]] = {
    "unsubscribe": lambda served: served.house.app.links.unsubscribe_url(1),
    "first-day": her_page,
    "choices": lambda served: her_page(served) + "/choices",
    "stop": lambda served: her_page(served) + "/stop",
    "mine": lambda served: her_page(served) + "/mine",
    "pause": lambda served: her_page(served) + "/pause",
    "join": lambda served: served.address + "/join/rosewood-skin",
    "join-in-spanish": lambda served: served.address + "/join/rosewood-skin?language=es",
    "poster": lambda served: served.address + "/join/rosewood-skin/poster",
    "privacy": lambda served: served.address + "/join/rosewood-skin/privacy",
    "terms": lambda served: served.address + "/join/rosewood-skin/terms",
    "wrong-link": lambda served: served.address + "/a/AAAAAAAAAAAAAA",
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_fault_at_any_width_light_or_dark(
    served: Served, chromium: Browser, name: str
) -> None:
    served.house.enrol(ana(date(2026, 3, 2), ends=time(15, 30)))
    served.house.clock.now = datetime(2026, 3, 2, 18, tzinfo=UTC)
    with page_of(chromium) as page:
        page.goto(PAGES[name](served))
        for look in looks(page, EVERY if name in FOREMOST else SOME):
            no_fault(page, f"{name}-{look}")
    with urlopen(PAGES[name](served)) if "wrong" not in name else nullcontext() as answer:
        assert answer is None or faults(answer.read().decode()) == []


def test_the_form_with_faults_and_the_code_page_have_none_either(
    served: Served, chromium: Browser
) -> None:
    with page_of(chromium) as page:
        page.goto(served.address + "/join/rosewood-skin")
        page.get_by_label("Yes, text me").check()
        page.get_by_role("button", name="Go on").click()
        for look in looks(page, EVERY):
            no_fault(page, f"join-faults-{look}")
        page.get_by_label("first name").fill("Bea")
        page.get_by_label("Mobile number").fill("07700 900177")
        page.get_by_role("button", name="Go on").click()
        for look in looks(page, EVERY):
            no_fault(page, f"joined-{look}")


def test_what_is_kept_about_her_has_none_either(served: Served, chromium: Browser) -> None:
    served.house.enrol(ana(date(2026, 3, 2), ends=time(15, 30)))
    with page_of(chromium) as page:
        page.goto(her_page(served) + "/mine")
        page.get_by_role("button", name="Text me a code").click()
        served.tick()
        sent = served.house.left()[-1].read_text("utf-8")
        page.get_by_label("Code").fill(re.findall(r"code is (\d{6})", sent)[-1])
        page.get_by_role("button", name="Go on").click()
        for look in looks(page, SOME):
            no_fault(page, f"kept-{look}")


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
        assert page.get_by_text("Your number is confirmed").is_visible()
        page.goto(her_page(served))
        page.get_by_role("link", name="Pause for a week").click()
        page.get_by_role("button", name="Pause for a week").click()
        assert page.get_by_text("Paused. We will not write to you").is_visible()
        page.get_by_role("button", name="End the pause").click()
        page.get_by_role("link", name="Stop all messages").click()
        page.get_by_role("button", name="Stop all messages").click()
        assert page.get_by_text("We will not text or email you any more").is_visible()


def test_forced_colours_and_print_lose_nothing(served: Served, chromium: Browser) -> None:
    served.house.enrol(ana(date(2026, 3, 2), ends=time(15, 30)))
    served.house.clock.now = datetime(2026, 3, 2, 18, tzinfo=UTC)
    with page_of(chromium, forced_colors="active") as page:
        page.goto(her_page(served))
        screenshot(page, "first-day-forced")
        assert axe(page) == []
    with page_of(chromium, "tablet") as page:
        page.goto(PAGES["poster"](served))
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


@pytest.mark.parametrize("scheme", SCHEMES)
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


def test_the_style_sheet_is_small() -> None:
    assert len(STYLE) < 10_000
