"""What clients tell of their skin: each answer as the client sees it, and as staff find it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from playwright.sync_api import Page

from tests.looks.sights import Scene, after, at

NIGHT = datetime(2026, 3, 4, 22, tzinfo=UTC)


@contextmanager
def at_night(scene: Scene) -> Iterator[None]:
    """Let it be night at the clinic for a while."""
    clock = scene.served.house.clock
    noon, clock.now = clock.now, NIGHT
    try:
        yield
    finally:
        clock.now = noon


def tap(page: Page, scene: Scene, client: int, said: str) -> None:
    """Tap an answer, anew where one was given."""
    page.goto(scene.find(f"{{{client}}}/skin?change"))
    page.locator(f"[name=said][value={said}]").click()


at("client-asked", "{2}", inside=False)
at("client-asked-alone", "{2}/skin", inside=False)
at("client-asked-before-a-visit", "{6}/skin", inside=False)


@after("POST", "{2}/skin", inside=False)
def client_as_described(page: Page, scene: Scene) -> None:
    tap(page, scene, 2, "described")


@after("POST", "{4}/skin", inside=False)
def client_not_sure(page: Page, scene: Scene) -> None:
    tap(page, scene, 4, "unsure")


@after("POST", "{4}/skin/words", inside=False)
def client_without_a_sentence(page: Page, scene: Scene) -> None:
    page.goto(scene.find("{4}/skin"))
    page.locator("#words").evaluate("field => field.required = false")
    page.locator("form:has(#words) button").click()


@after("POST", "{4}/skin/words", inside=False)
def client_wrote(page: Page, scene: Scene) -> None:
    page.goto(scene.find("{4}/skin"))
    page.fill("#words", "Is it normal that one cheek flakes more than the other?")
    page.locator("form:has(#words) button").click()


@after("POST", "{5}/skin", inside=False)
def client_worried(page: Page, scene: Scene) -> None:
    tap(page, scene, 5, "worried")


@after("POST", "{5}/skin", inside=False)
def client_worried_at_night(page: Page, scene: Scene) -> None:
    with at_night(scene):
        tap(page, scene, 5, "worried")


at("client-who-answered", "{4}", inside=False)
for language in ("de", "pl"):
    at(f"client-not-sure-{language}", f"{{4}}/skin?language={language}", inside=False)
    at(f"client-worried-{language}", f"{{5}}/skin?language={language}", inside=False)
    at(f"client-asked-{language}", f"{{4}}/skin?change&language={language}", inside=False)


@after("POST", "{3}/skin", inside=False)
def client_who_stopped(page: Page, scene: Scene) -> None:
    page.goto(scene.find("{3}/stop"))
    page.locator("main form button").click()
    page.goto(scene.find("{3}/skin"))


at("today-worried", "/")
at("skin-answers", "/skin")
at("skin-report", "/numbers/skin")


@after("GET", "/skin/1")
def worried_client(page: Page, scene: Scene) -> None:
    page.goto(scene.find("/"))
    page.locator(".grave a.button").first.click()


@after("POST", "/skin/1/done")
def worried_client_without_an_outcome(page: Page, scene: Scene) -> None:
    worried_client(page, scene)
    page.locator("form:has(#note) button").click()


@after("POST", "/skin/1/take")
def worried_client_taken(page: Page, scene: Scene) -> None:
    worried_client(page, scene)
    take = page.locator("form[action$=take] button")
    if take.count():
        take.click()


@after("POST", "/skin/1/done")
def worried_client_called(page: Page, scene: Scene) -> None:
    page.goto(scene.find("/skin"))
    page.locator("a.name", has=page.locator(".bad")).first.click()
    page.locator("[name=outcome][value=called]").check()
    page.fill("#note", "Reached. No fever; comes in tomorrow at nine.")
    page.locator("form:has(#note) button").click()
    page.goto(scene.find("/skin"))
    page.locator("a.name", has=page.locator(".bad")).first.click()


at("client-with-answers", "/clients/5")
at("client-whose-answer-was-read", "{5}", inside=False)
