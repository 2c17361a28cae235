"""The clients' pages in a real browser: axe finds nothing, nothing is cut off, and thumbs hit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time

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


PAGES: dict[str, Callable[[Served], str]] = {
    "unsubscribe": lambda served: served.house.app.links.unsubscribe_url(1),
    "first-day": her_page,
    "choices": lambda served: her_page(served) + "/choices",
    "stop": lambda served: her_page(served) + "/stop",
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
