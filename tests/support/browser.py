"""A real browser: Debian's Chromium, a house served on a port of its own, and axe to look at pages."""

from __future__ import annotations

import os
import re
import shutil
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from reminders.app import App, build
from reminders.enrolment import clinics
from reminders.logs import log_to
from reminders.rehearsal.simulation import SetClock
from reminders.settings import Settings
from reminders.store.database import writing
from reminders.web import create_web
from tests.conftest import MONDAY, House
from tests.support.samples import CLINIC

CHROMIUM = shutil.which("chromium")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WIDTHS = {"phone": 320, "tablet": 768, "desk": 1280}
SCREENSHOTS = Path(__file__).parents[1] / "screenshots"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Start one browser for a file's tests, no longer: while it is open its loop runs in this
    thread, and no dispatcher can.
    """
    assert CHROMIUM is not None, "Install Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@dataclass
class Served:
    """A house, and the address its pages are at."""

    house: House
    address: str

    def tick(self) -> None:
        """Send what is due; in a thread, since the browser's loop runs in this one."""
        thread = Thread(target=self.house.tick)
        thread.start()
        thread.join()


@contextmanager
def serving(app: App, door: socket.socket) -> Iterator[None]:
    """Serve an app's pages until the context ends."""
    server = uvicorn.Server(uvicorn.Config(create_web(app), log_config=None, access_log=False))
    thread = Thread(target=server.run, kwargs={"sockets": [door]}, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
    yield
    server.should_exit = True
    thread.join()


@contextmanager
def house_served(template: Path, folder: Path, *, named: bool = True) -> Iterator[Served]:
    """Serve a house of its own in SQLite, at an address of its own, with a clinic if ``named``."""
    database = shutil.copy(template, folder / "reminders.db")
    clock = SetClock(MONDAY)
    with socket.create_server(("127.0.0.1", 0)) as door:
        address = f"http://127.0.0.1:{door.getsockname()[1]}"
        settings = Settings(
            database_url=f"sqlite:///{database}",
            outbox_dir=folder / "outbox",
            public_url=address,
        )
        app = build(settings, clock)
        log_to(sys.stderr, "error")
        if named:
            with writing(app.engine) as session:
                clinics.add(session, CLINIC, clock(), live=True)
        with serving(app, door):
            yield Served(House(app, clock, folder / "outbox"), address)
        app.close()


@pytest.fixture
def served(sqlite_template: Path, tmp_path: Path) -> Iterator[Served]:
    """Serve a house with one clinic in it."""
    with house_served(sqlite_template, tmp_path) as found:
        yield found


@contextmanager
def page_of(
    browser: Browser, width: str = "phone", scheme: str = "light", **more: Any
) -> Iterator[Page]:
    """Open an empty page of one of our widths, light or dark; it fails on what it may not load."""
    look: dict[str, Any] = {"color_scheme": scheme, "reduced_motion": "reduce", **more}
    context = browser.new_context(viewport={"width": WIDTHS[width], "height": 800}, **look)
    page = context.new_page()
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if "Security" in said.text else None)
    yield page
    context.close()
    assert not refused


@cache
def _axe() -> str:
    return (files("axe_core_python") / "axe.min.js").read_text("utf-8")


WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")


def axe(page: Page, rules: Sequence[str] = (*WCAG, "best-practice")) -> list[str]:
    """Return what axe finds wrong with a page: rule, element, and why."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_axe())
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", rules)
    return [
        f"{violation['id']}: {node['html'][:120]} ({node['failureSummary']})"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def overflow(page: Page) -> int:
    """Return by how many pixels a page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


def small_targets(page: Page) -> list[str]:
    """Return what can be pressed and is smaller than 44 pixels (links within a sentence may be)."""
    return list(page.evaluate(_SMALL))


_SMALL = """() => [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, summary')]
  .filter(e => !(e.tagName === 'A' && e.closest('p, li, dd') && getComputedStyle(e).display === 'inline'))
  .map(e => [e, (e.labels && e.labels[0] && e.matches('[type=checkbox], [type=radio]') ? e.labels[0] : e).getBoundingClientRect()])
  .filter(([e, r]) => r.width && (r.height < 44 || r.width < 44))
  .map(([e, r]) => e.outerHTML.slice(0, 90) + ` ${Math.round(r.width)}x${Math.round(r.height)}`)"""


def screenshot(page: Page, name: str) -> None:
    """Keep a picture of a whole page under `tests/screenshots`, where SCREENSHOTS is set."""
    if "SCREENSHOTS" in os.environ:
        SCREENSHOTS.mkdir(exist_ok=True)
        page.screenshot(
            path=SCREENSHOTS / f"{re.sub(r'[^a-z0-9-]+', '-', name)}.png", full_page=True
        )
