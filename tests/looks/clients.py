"""The clients' own pages, as they come to them."""

from __future__ import annotations

import re
from datetime import timedelta

from playwright.sync_api import Page

from tests.looks.sights import Scene, after, at

at("client-day", "{1}", inside=False)
at("client-fifth-day", "{5}", inside=False)
at("client-visit-to-come", "{6}", inside=False)
at("client-choices", "{1}/choices", inside=False)
at("client-pause", "{1}/pause", inside=False)
at("client-stop", "{1}/stop", inside=False)
at("client-wrong-number", "{1}/wrong", inside=False)
at("client-own", "{1}/personal-data", inside=False)
at("join", "/join/rosewood-skin", inside=False)
at("join-es", "/join/rosewood-skin?language=es", inside=False)
for language in ("de", "pl"):  # the longest words, on the pages where they are tightest
    at(f"join-{language}", f"/join/rosewood-skin?language={language}", inside=False)
    at(f"client-day-{language}", f"{{1}}?language={language}", inside=False)
    at(f"client-fifth-day-{language}", f"{{5}}?language={language}", inside=False)
    at(f"client-choices-{language}", f"{{1}}/choices?language={language}", inside=False)
    at(f"poster-{language}", f"/join/rosewood-skin/poster?language={language}", inside=False)
    at(f"terms-{language}", f"/join/rosewood-skin/terms?language={language}", inside=False)
at("client-writes", "{3}/write", inside=False)
at("poster", "/join/rosewood-skin/poster", inside=False)
at("privacy", "/join/rosewood-skin/privacy", inside=False)
at("terms", "/join/rosewood-skin/terms", inside=False)
at("wrong-link", "/a/AAAAAAAAAAAAAA", inside=False)
at("nowhere", "/nowhere", inside=False)


def invited_by(scene: Scene, client: int) -> str:
    """Return a client's own link to say yes."""
    house = scene.served.house
    until = house.clock.now + timedelta(days=60)
    token = house.app.links.passing_token("invited", client, until)
    return scene.find(f"/join/rosewood-skin/yes/{token}")


@after("GET", "/join/rosewood-skin/yes/x", inside=False)
def invited(page: Page, scene: Scene) -> None:
    page.goto(invited_by(scene, 9))


@after("POST", "/join/rosewood-skin/yes/x", inside=False)
def invited_without_a_tick(page: Page, scene: Scene) -> None:
    invited(page, scene)
    page.get_by_role("button", name="Yes, send them").click()


@after("POST", "/join/rosewood-skin/yes/x", inside=False)
def invited_and_agreed(page: Page, scene: Scene) -> None:
    invited(page, scene)
    page.get_by_label("Yes, text me").check()
    page.get_by_role("button", name="Yes, send them").click()


@after("GET", "/join/rosewood-skin/yes/x", inside=False)
def invited_with_nothing_to_say(page: Page, scene: Scene) -> None:
    page.goto(invited_by(scene, 1))


@after("POST", "/join/rosewood-skin", inside=False)
def join_with_faults(page: Page, scene: Scene) -> None:
    page.goto(scene.find("/join/rosewood-skin"))
    page.get_by_label("Yes, text me").check()
    page.get_by_role("button", name="Go on").click()


def asking(page: Page, scene: Scene, name: str, number: str) -> None:
    """Ask for texts and emails."""
    page.goto(scene.find("/join/rosewood-skin"))
    page.get_by_label("first name").fill(name)
    page.get_by_label("Mobile number").fill(number)
    page.get_by_label("Yes, text me").check()
    page.get_by_label("Email address").fill(f"{name.lower()}@mail.example")
    page.get_by_label("Yes, email me").check()
    page.get_by_role("button", name="Go on").click()


def last_said(scene: Scene, to: str, pattern: str) -> str:
    """Send what is due, and return what the messages to a contact say by a pattern."""
    scene.served.tick()
    told = [path.read_text("utf-8") for path in scene.served.house.left()]
    return str(re.findall(pattern, "\n".join(one for one in told if to in one))[-1])


@after("GET", "/join/rosewood-skin/x", inside=False)
def joining(page: Page, scene: Scene) -> None:
    asking(page, scene, "Bea", "07700 900177")


@after("POST", "/join/rosewood-skin/x", inside=False)
def joining_with_a_wrong_code(page: Page, scene: Scene) -> None:
    asking(page, scene, "Cleo", "07700 900178")
    page.get_by_label("Code").fill("1")
    page.get_by_role("button", name="Go on").click()


@after("GET", "/join/rosewood-skin/email/x", inside=False)
def joining_by_email(page: Page, scene: Scene) -> None:
    asking(page, scene, "Dora", "07700 900179")
    page.goto(last_said(scene, "dora@mail.example", r"https?://\S+/email/[\w-]+"))


@after("POST", "/join/rosewood-skin/email/x", inside=False)
def joined(page: Page, scene: Scene) -> None:
    asking(page, scene, "Edith", "07700 900180")
    page.get_by_label("Code").fill(last_said(scene, "+447700900180", r"code is (\d{6})"))
    page.get_by_role("button", name="Go on").click()
    page.goto(last_said(scene, "edith@mail.example", r"https?://\S+/email/[\w-]+"))
    page.click("main button")


@after("POST", "{1}/personal-data", inside=False)
def code_to_see_what_is_kept(page: Page, scene: Scene) -> None:
    page.goto(scene.find("{1}/personal-data"))
    page.get_by_role("button", name="Text me a code").click()


@after("POST", "{1}/personal-data/see", inside=False)
def what_is_kept(page: Page, scene: Scene) -> None:
    code_to_see_what_is_kept(page, scene)
    page.get_by_label("Code").fill(last_said(scene, "+447700900100", r"code is (\d{6})"))
    page.get_by_role("button", name="Go on").click()


@after("GET", "{3}", inside=False)
def client_day_paused(page: Page, scene: Scene) -> None:
    page.goto(scene.find("{3}/pause"))
    page.click("main button")


@after("POST", "{8}/wrong", inside=False)
def wrong_number_said(page: Page, scene: Scene) -> None:
    page.goto(scene.find("{8}/wrong"))
    page.click("main button")


@after("GET", "/u/x", inside=False)
def unsubscribe(page: Page, scene: Scene) -> None:
    page.goto(scene.served.house.app.links.unsubscribe_url(5))


@after("POST", "/u/x", inside=False)
def unsubscribed(page: Page, scene: Scene) -> None:
    unsubscribe(page, scene)
    page.click("main button")


@after("POST", "{3}/write", inside=False)
def client_wrote_to_us(page: Page, scene: Scene) -> None:
    page.goto(scene.find("{3}/write"))
    page.fill("#words", "Is it normal that my skin feels tight?")
    page.click("main form button")


@after("POST", "{3}/write", inside=False)
def client_wrote_nothing(page: Page, scene: Scene) -> None:
    page.goto(scene.find("{3}/write"))
    page.locator("#words").evaluate("field => field.required = false")
    page.click("main form button")


@after("GET", "/s/x", inside=False)
def stop_link(page: Page, scene: Scene) -> None:
    page.goto(scene.served.house.app.links.stop_url(10))


@after("POST", "/s/x", inside=False)
def stopped_by_link(page: Page, scene: Scene) -> None:
    stop_link(page, scene)
    page.click("main form button")
