"""The pages of booking sources: one of each kind, what it sent, and what its fields are."""

from __future__ import annotations

import json

from playwright.sync_api import Page

from tests.looks.sights import Scene, after, at
from tests.support.bookings import GENERIC

at("sources-none", "/clinic/sources")


def adding(page: Page, scene: Scene, kind: str) -> None:
    page.goto(scene.find("/clinic/sources"))
    page.check(f"[name=kind][value={kind}]")
    page.click("text=Continue")


@after("POST", "/clinic/sources")
def source_of_calcom(page: Page, scene: Scene) -> None:
    adding(page, scene, "calcom")


@after("POST", "/clinic/sources")
def source_with_faults(page: Page, scene: Scene) -> None:
    adding(page, scene, "calcom")  # there is one by now


def source_of(page: Page, scene: Scene, kind: str) -> None:
    """Open the source of that kind, added by whoever looked first."""
    page.goto(scene.find("/clinic/sources"))
    called = {"generic": "Other", "square": "Square", "acuity": "Acuity", "calendly": "Calendly"}[kind]  # fmt: skip
    link = page.locator("a.name", has_text=called)
    if link.count():
        link.first.click()
    else:
        adding(page, scene, kind)


@after("GET", "/clinic/sources/2")
def source_of_calendly(page: Page, scene: Scene) -> None:
    source_of(page, scene, "calendly")


@after("GET", "/clinic/sources/3")
def source_of_acuity(page: Page, scene: Scene) -> None:
    source_of(page, scene, "acuity")


@after("GET", "/clinic/sources/4")
def source_of_square(page: Page, scene: Scene) -> None:
    source_of(page, scene, "square")


def heard(page: Page, scene: Scene) -> None:
    """Let the source of anything else tell a booking, one of another service and one nobody knows."""
    source_of(page, scene, "generic")
    address = page.inner_text("#set-up code")
    path = address[address.index("/hooks/") :]
    for told in (
        GENERIC,
        GENERIC | {"external_id": "b-2", "treatment": "Botox"},
        {"booking": {"reference": "R-77", "starts": "12 March, half past two"}, "who": "Bea"},
    ):
        page.request.post(scene.find(path), data=json.dumps(told))
    source_of(page, scene, "generic")


@after("GET", "/clinic/sources/5")
def source_heard(page: Page, scene: Scene) -> None:
    heard(page, scene)


@after("GET", "/clinic/sources")
def sources(page: Page, scene: Scene) -> None:
    heard(page, scene)
    page.goto(scene.find("/clinic/sources"))


@after("GET", "/clinic/sources/5/fields")
def source_fields(page: Page, scene: Scene) -> None:
    heard(page, scene)
    page.click("text=Match fields")


@after("GET", "/clinic/deliveries/1")
def delivery(page: Page, scene: Scene) -> None:
    heard(page, scene)
    page.click("#what-came a.name >> nth=0")
