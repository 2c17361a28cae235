"""One page in every way it may be seen: three widths, light, dark, forced colours, and enlarged."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Page, Response

from tests.support.browser import WIDTHS, axe, overflow, small_targets


@dataclass(frozen=True)
class Look:
    """A window's width (pixels), its colours, and how many times larger than usual its words are."""

    name: str
    width: int
    scheme: Literal["light", "dark"] = "light"
    forced: Literal["active", "none"] = "none"
    larger: int = 1


LOOKS = (
    *(Look(f"{name} {scheme}", width, scheme) for name, width in WIDTHS.items() for scheme in ("light", "dark")),
    *(Look(f"{name} forced", width, forced="active") for name, width in WIDTHS.items()),
    Look("desk at 200 %", WIDTHS["desk"] // 2),
    Look("words at 200 %", WIDTHS["tablet"], larger=2),
)  # fmt: skip
"""The last two are WCAG 2.2's: a desk's page zoomed (1.4.10), and its text enlarged (1.4.4)."""

CLIENT_LOOKS = (*LOOKS[:-1], Look("words at 200 %", WIDTHS["phone"], larger=2))
"""A client enlarges the text of a phone."""


class Eye:
    """An open browser page, and the HTML of the last document that came to it."""

    def __init__(self, page: Page) -> None:
        """Watch what comes."""
        self.page = page
        self._came: Response | None = None
        page.on("response", self._keep)

    def _keep(self, response: Response) -> None:
        request = response.request
        if request.is_navigation_request() and request.frame == self.page.main_frame:
            self._came = response

    def status(self) -> int:
        """Return the HTTP status the page came with."""
        return self._came.status if self._came else 0

    def source(self) -> str:
        """Return the page as the server sent it."""
        assert self._came is not None
        return self._came.text()

    def faults(self, look: Look, picture: Path | None, *, closed: bool) -> Iterator[str]:
        """Look at the page this way, keep a picture where one is wanted, and say what is wrong."""
        page = self.page
        page.set_viewport_size({"width": look.width, "height": 800})
        page.emulate_media(color_scheme=look.scheme, forced_colors=look.forced)
        if picture is not None:
            page.screenshot(path=picture, full_page=True)
        if closed:
            return
        folded = page.evaluate_handle(_UNFOLDED)
        page.evaluate("size => document.documentElement.style.fontSize = size", f"{100 * look.larger}%")  # fmt: skip
        if picture is not None and look.larger > 1:
            page.screenshot(path=picture, full_page=True)
        if (wider := overflow(page)) > 0:
            yield f"the page is {wider} pixels wider than its window: {page.evaluate(_WIDEST)}"
        yield from (f"cut off: {one}" for one in page.evaluate(_CUT))
        yield from (f"smaller than 44 pixels: {one}" for one in small_targets(page))
        yield from axe(page)
        folded.evaluate("all => all.forEach(e => { e.open = false })")


_UNFOLDED = """() => [...document.querySelectorAll('main details:not([open])')]
  .map(e => { e.open = true; return e })"""
"""What is folded up is looked at too; and folded up, it lies unseen behind what follows."""

_WIDEST = """() => [...document.querySelectorAll('body *')]
  .filter(e => !e.closest('.unseen, .scroll, nav') && e.getBoundingClientRect().right > innerWidth)
  .map(e => e.outerHTML.slice(0, 90)).at(-1)"""

_CUT = """() => [...document.querySelectorAll('body *')]
  .filter(e => e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 1 && e.matches(':not(input, select, textarea, iframe, svg *)'))
  .filter(e => ['hidden', 'clip'].includes(getComputedStyle(e).overflowX))
  .map(e => e.outerHTML.slice(0, 90))"""


def file_name(*words: str) -> str:
    """Return a name for a file from a page's and a look's."""
    return re.sub(r"[^a-z0-9]+", "-", " ".join(words).lower())
