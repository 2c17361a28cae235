"""What a look at a page is: its name, the route that shows it, and the steps that lead to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from playwright.sync_api import Page
from starlette.routing import BaseRoute, Match

from reminders.app import App
from reminders.staff import setup
from reminders.store.database import writing
from reminders.web.client.page import _templates
from reminders.web.desk.responses import environment
from tests.support.browser import Served


@dataclass(frozen=True)
class Scene:
    """Where looks are taken: a house in the middle of a week, and one where nothing is set up."""

    served: Served
    empty: Served

    def find(self, place: str) -> str:
        """Return the address of a place; ``{1}`` stands for client 1's own page."""
        links = self.served.house.app.links
        filled = place.format(*(urlsplit(links.page_url(n, 1)).path for n in range(20)))
        return self.served.address + filled

    def first_link(self) -> str:
        """Return the link that a new installation prints."""
        house = self.empty.house
        with writing(house.engine) as session:
            return f"{self.empty.address}/first/{setup.create_link(session, house.clock())}"


Steps = Callable[[Page, Scene], None]
"""Leads an open browser to a page."""


@dataclass(frozen=True)
class Sight:
    """A page to look at; ``inside`` with the clinic's owner signed in, else in a browser that nobody
    knows; ``plain`` where an address is enough. One that is ``closed`` is an email in a frame
    without scripts, where axe cannot look.
    """

    name: str
    method: str
    place: str
    steps: Steps
    inside: bool
    closed: bool = False
    plain: bool = False

    @property
    def of_client(self) -> bool:
        """Say whether it is a client's page, not the staff's."""
        return self.place.startswith(("{", "/join", "/u/", "/a/", "/s/"))


SIGHTS: list[Sight] = []


def at(name: str, place: str, *, inside: bool = True, closed: bool = False) -> None:
    """Name a page that an address opens."""

    def steps(page: Page, scene: Scene) -> None:
        page.goto(scene.find(place))

    SIGHTS.append(Sight(name, "GET", place, steps, inside, closed, plain=True))


def after(method: str, place: str, *, inside: bool = True) -> Callable[[Steps], Steps]:
    """Name the page that steps lead to, by the name of the function that takes them."""

    def keep(steps: Steps) -> Steps:
        name = str(getattr(steps, "__name__")).replace("_", "-")  # noqa: B009 (a function's)
        SIGHTS.append(Sight(name, method, place, steps, inside))
        return steps

    return keep


NO_PAGES = {
    "/healthz",
    "/readyz",
    "/metrics",
    "/style.css",
    "/desk.css",
    "/desk.js",
    "/office.js",
    "/icon/{count:int}.svg",
    "/sign-in/qr.svg",
    "/enrol/phone",
    "/clients/{id:int}/page.svg",
    "/lists/{id:int}/rest.csv",
    "/numbers.csv",
    "/numbers/skin.csv",
    "/join/{clinic}/poster.svg",
    "/a/{token}/calendar.ics",
}
"""What answers with something else than a page."""


def forgotten(routes: Iterable[BaseRoute]) -> list[str]:
    """Return the addresses that show a page which no sight opens."""
    shown = set()
    listed = list(routes)
    for sight in SIGHTS:
        path = sight.place.partition("?")[0].format(*["/a/x"] * 20)
        scope = {"type": "http", "method": sight.method, "path": path, "headers": []}
        shown |= {str(getattr(r, "path", "")) for r in listed if r.matches(scope)[0] is Match.FULL}
    return [
        path
        for route in listed
        if "GET" in (getattr(route, "methods", None) or ())
        and (path := str(getattr(route, "path", ""))) not in NO_PAGES | shown
    ]


def undrawn(*apps: App) -> list[str]:
    """Return the templates of pages that these houses have not drawn since they were built."""
    drawn = set()
    for app in apps:
        for folder, pages in (("desk/", environment(app)), ("pages/", _templates(app)._pages)):
            assert pages.cache is not None
            drawn |= {folder + name.removeprefix(folder) for _, name in pages.cache.keys()}  # noqa: SIM118 (no mapping)
    root = apps[0].library.root
    all_there = {f"{folder}/{path.name}" for folder in ("desk", "pages") for path in (root / folder).glob("*.html")}  # fmt: skip
    return sorted(all_there - drawn)
