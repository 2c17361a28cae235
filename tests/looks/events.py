"""The pages of events out: nobody told, an address added, what it took, and in trouble."""

from __future__ import annotations

from playwright.sync_api import Page

from reminders.endpoints.posting import Answer
from reminders.rules.endpoints import Outcome
from reminders.rules.events import EventKind
from reminders.store.database import writing
from reminders.store.tables import Event
from tests.looks.sights import Scene, after, at
from tests.support.endpoints import CannedPoster, told_by

at("endpoints-none", "/clinic/endpoints")


def adding(page: Page, scene: Scene) -> CannedPoster:
    poster = CannedPoster()
    told_by(scene.served.house.app, poster)
    page.goto(scene.find("/clinic/endpoints"))
    page.fill("#address", "https://hooks.slack.com/services/T00/B00/x")
    page.click("button:text-is('Add webhook')")
    return poster


def happens(scene: Scene, *kinds: EventKind) -> None:
    house = scene.served.house
    with writing(house.engine) as session:
        for kind in kinds:
            session.add(
                Event(clinic_id=1, kind=kind, client_id=1, row_id=1, happened_at=house.clock())
            )
    house.app.event_sender.run()


@after("POST", "/clinic/endpoints")
def endpoint_added(page: Page, scene: Scene) -> None:
    adding(page, scene)


@after("POST", "/clinic/endpoints")
def endpoint_with_faults(page: Page, scene: Scene) -> None:
    page.goto(scene.find("/clinic/endpoints"))
    while (ticked := page.locator("[name=kinds]:checked")).count():
        ticked.first.uncheck()
    page.fill("#address", "http://10.0.0.1/hook")
    page.click("button:text-is('Add webhook')")


@after("GET", "/clinic/endpoints/1")
def endpoint_told(page: Page, scene: Scene) -> None:
    adding(page, scene)
    happens(scene, EventKind.REPLY_RECEIVED, EventKind.REPLY_ALARM, EventKind.QUESTION_OPENED)
    page.click("text=Send a test event")


@after("GET", "/clinic/endpoints/1")
def endpoint_in_trouble(page: Page, scene: Scene) -> None:
    poster = adding(page, scene)
    page.click("text=Send a test event")
    poster.answers.append(Answer(Outcome.REFUSED, 404))
    happens(scene, EventKind.REPLY_ALARM, EventKind.CLIENT_STOPPED)
    page.reload()


@after("GET", "/clinic/endpoints/1")
def endpoint_paused(page: Page, scene: Scene) -> None:
    adding(page, scene)
    page.click("button:text('Pause')")


at("endpoints", "/clinic/endpoints")
