"""Emails and sheets as a real browser draws them: no sideways scroll, dark when asked, one page."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from playwright.sync_api import Browser

from reminders.rules.terms import Channel
from reminders.wording.print_sheets import aftercare_sheet
from tests.support.browser import WCAG, axe
from tests.support.languages import LIBRARY, facts
from tests.support.rendering import NOW, RENDERER

pytestmark = pytest.mark.slow

LARGER = """document.querySelectorAll('*').forEach(e => { e.dataset.f = parseFloat(getComputedStyle(e).fontSize) });
document.querySelectorAll('*').forEach(e => { e.style.fontSize = e.dataset.f * 2 + 'px' })"""


def test_an_email_fits_its_screen_in_light_and_dark_and_at_twice_the_text(
    chromium: Browser,
) -> None:
    wanted = replace(facts("skin-needling", "de", "day-1", Channel.EMAIL), first_name="Ana")
    html = RENDERER.render(wanted, NOW, NOW).html
    shades = set()
    for scheme in ("light", "dark"):
        for width in (320, 414, 800):
            page = chromium.new_page(
                viewport={"width": width, "height": 800},
                color_scheme=scheme,
            )
            page.set_content(html)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            if width == 414:
                shades.add(
                    page.evaluate(
                        "getComputedStyle(document.querySelector('.card')).backgroundColor"
                    )
                )
                call = page.locator("a[href^='tel:']").bounding_box()
                assert call is not None
                assert call["height"] >= 44
                page.evaluate(LARGER)
                assert page.evaluate("document.documentElement.scrollWidth") <= width
            page.close()
    assert len(shades) == 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_emails_and_sheets(chromium: Browser, scheme: str) -> None:
    page = chromium.new_page(color_scheme="dark" if scheme == "dark" else "light")
    for tongue, milestone in (("en", "day-1"), ("de", "week-before"), ("fr", "month-1")):
        wanted = facts("skin-needling", tongue, milestone, Channel.EMAIL)
        page.set_content(RENDERER.render(wanted, NOW, NOW).html)
        assert axe(page, WCAG) == []  # a page's landmarks are the mail program's
        page.set_content(aftercare_sheet(LIBRARY, "skin-needling", tongue))
        assert axe(page) == []
    page.close()


def test_a_long_link_breaks_where_the_screen_ends(chromium: Browser) -> None:
    html = RENDERER.render(facts("skin-needling", "en", "day-1", Channel.EMAIL), NOW, NOW).html
    page = chromium.new_page(viewport={"width": 320, "height": 800})
    page.set_content(html.replace("</h1>", f"</h1><p>https://clinic.example/{'a' * 90}</p>"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.close()


@pytest.mark.parametrize("protocol", ["skin-needling-rf", "skin-needling-prp"])
def test_the_longest_sheets_fit_one_page(chromium: Browser, protocol: str) -> None:
    page = chromium.new_page()
    for tongue in ("de", "fr"):
        page.set_content(aftercare_sheet(LIBRARY, protocol, tongue))
        assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="Letter"))) == 1
    page.close()
