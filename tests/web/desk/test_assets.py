"""How pages are dressed, and a quick look at each: ``python -m tests.looks`` looks at all of them."""

from __future__ import annotations

import re
from itertools import cycle
from pathlib import Path

import pytest
from justhtml import JustHTML
from playwright.sync_api import Browser

from reminders.web import create_web
from reminders.wording.library import templates_folder
from tests.conftest import House
from tests.looks.__main__ import scene
from tests.looks.looking import CLIENT_LOOKS, LOOKS, Eye, Look
from tests.looks.sights import SIGHTS, Scene, Sight, forgotten
from tests.looks.stage import sign_in_owner
from tests.support.browser import page_of, screenshot

SHEETS = sorted(templates_folder().rglob("*.css"))
STYLE = "\n".join(path.read_text("utf-8") for path in SHEETS)
RULES = re.sub(r"/\*.*?\*/", "", STYLE, flags=re.DOTALL)
MADE_FROM = "\n".join(
    path.read_text("utf-8")
    for folder, kind in (("pages", "html"), ("desk", "html"), ("desk", "js"))
    for path in (templates_folder() / folder).glob(f"*.{kind}")
)


def test_all_of_our_own_style_is_small() -> None:
    assert sum(path.stat().st_size for path in SHEETS) <= 24_000


def test_every_colour_a_rule_asks_for_is_defined() -> None:
    assert set(re.findall(r"var\((--[\w-]+)", RULES)) <= set(re.findall(r"(--[\w-]+):", RULES))


def test_every_class_that_is_dressed_stands_on_some_page() -> None:
    selectors = " ".join(re.findall(r"([^{}]*)\{", RULES))
    worn = {name for names in re.findall(r'(?:class="|className = ")([^>]*?)"(?=[ >;{\n])', MADE_FROM) for name in re.findall(r"[\w-]+", names)}  # fmt: skip
    elsewhere = {"s0", "s1", "grave", "poster", "icon"}  # what code or a block of a page puts on
    assert set(re.findall(r"\.([a-z][\w-]*)", selectors)) - worn - elsewhere == set()


def test_no_page_has_a_style_or_a_script_within() -> None:
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?! src)", MADE_FROM)


def test_no_page_is_forgotten_by_those_who_look_at_all(house: House) -> None:
    assert forgotten(create_web(house.app).routes) == []


# --- a quick look at each -------------------------------------------------------------------------


def faults(sight: Sight, eye: Eye, told: Scene, look: Look) -> list[str]:
    """Look at a page once, and read it as strictly as HTML was meant."""
    sight.steps(eye.page, told)
    JustHTML(eye.source(), strict=True)
    return list(eye.faults(look, None, closed=sight.closed))


@pytest.mark.slow
def test_a_client_s_page_has_no_fault(chromium: Browser, tmp_path: Path) -> None:
    """Each is looked at in one way, and the next in another."""
    with scene(tmp_path) as told, page_of(chromium) as page:
        eye = Eye(page)
        for sight, look in zip(
            (s for s in SIGHTS if s.of_client), cycle(CLIENT_LOOKS), strict=False
        ):
            assert faults(sight, eye, told, look) == [], sight.name


@pytest.mark.slow
def test_a_page_of_the_staff_s_that_an_address_opens_has_no_fault(
    chromium: Browser, tmp_path: Path
) -> None:
    """A picture of Today is kept for the README where SCREENSHOTS is set."""
    with scene(tmp_path) as told, page_of(chromium) as page:
        sign_in_owner(page, told.served)
        eye = Eye(page)
        plain = (s for s in SIGHTS if s.inside and s.plain)
        for sight, look in zip(plain, cycle(LOOKS), strict=False):
            assert faults(sight, eye, told, look) == [], sight.name
        page.set_viewport_size({"width": 1280, "height": 800})
        page.emulate_media(color_scheme="light", forced_colors="none")
        page.goto(told.find("/"))
        screenshot(page, "desk-today")
