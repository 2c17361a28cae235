"""The clients' pages in a real browser: axe finds nothing, nothing is cut off, and thumbs hit."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, date, datetime, time
from html.parser import HTMLParser
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser

from tests.browser import (
    SCHEMES,
    WIDTHS,
    Served,
    axe,
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
    for width in WIDTHS:
        for scheme in SCHEMES:
            with page_of(chromium, width, scheme) as page:
                page.goto(PAGES[name](served))
                screenshot(page, f"{name}-{width}-{scheme}")
                assert axe(page) == []
                assert overflow(page) <= 0
                assert small_targets(page) == []
    with urlopen(PAGES[name](served)) if "wrong" not in name else nullcontext() as answer:
        assert answer is None or faults(answer.read().decode()) == []


def test_the_form_with_faults_and_the_code_page_have_none_either(
    served: Served, chromium: Browser
) -> None:
    for width in WIDTHS:
        for scheme in SCHEMES:
            with page_of(chromium, width, scheme) as page:
                page.goto(served.address + "/join/rosewood-skin")
                page.get_by_label("Yes, text me").check()
                page.get_by_role("button", name="Go on").click()
                screenshot(page, f"join-faults-{width}-{scheme}")
                assert axe(page) == []
                page.goto(served.address + "/join/rosewood-skin")
                page.get_by_label("first name").fill("Bea")
                page.get_by_label("Mobile number").fill(f"07700 900{len(width + scheme)}1")
                page.get_by_label("Yes, text me").check()
                page.get_by_role("button", name="Go on").click()
                screenshot(page, f"joined-{width}-{scheme}")
                assert axe(page) == []
                assert small_targets(page) == []
                assert overflow(page) <= 0


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
