"""The staff's pages, and how an owner comes to those that no address opens."""

from __future__ import annotations

from datetime import timedelta
from unittest.mock import patch

from playwright.sync_api import Page
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from reminders.rules.terms import Status
from reminders.store.database import reading, writing
from reminders.store.queries import people
from reminders.store.tables import Reminder, SignIn
from reminders.web.desk.sign_in.access import Access
from tests.looks.sights import Scene, after, at
from tests.looks.stage import begin_owner, code_of, sign_in
from tests.support.calendars import event, ics
from tests.support.desk import PASSWORD, invite
from tests.support.feeds import ANA, CannedFetcher, read_by

EDITOR = "/words/edit?protocol=skin-needling&milestone=day-1"

at("today", "/")


@after("GET", "/")
def today_asking(page: Page, scene: Scene) -> None:
    page.goto(scene.find("/"))
    page.locator("#unasked ~ ul summary").first.click()


@after("POST", "/visits")
def today_after_taps(page: Page, scene: Scene) -> None:
    page.goto(scene.find("/"))
    ivy = page.locator(".visits li", has_text="Ivy Moss")
    ivy.get_by_role("button", name="No-show").click()
    page.locator(".visits form:has(input[name=visit] + input[name=visit]) button").first.click()


@after("GET", "/clients/7")
def client_who_did_not_come(page: Page, scene: Scene) -> None:
    page.goto(scene.find("/clients/7"))
    page.get_by_text("Consent link").click()


at("clients", "/clients")
at("client", "/clients/1")
at("client-in-trouble", "/clients/2")
at("client-edit", "/clients/1/edit")
at("client-choices", "/clients/1/choices")
at("client-same", "/clients/1/same")
at("client-same-with", "/clients/1/same?with=2")
at("client-erase", "/clients/1/erase")
at("enrolled", "/clients/1/enrolled?treatment=1")
at("sender", "/clinic/sender")
at("enrol", "/enrol")
at("enrol-again", "/enrol?client=1")
at("move", "/treatments/1/move")
at("sheet", "/treatments/1/sheet")
at("replies", "/replies")
at("replies-done", "/replies?show=done")
at("talk", "/replies/2")
at("lists", "/lists")
at("words", "/words")
at("words-edit", EDITOR)
at("amounts", "/words/numbers")
at("plan", "/plan")
at("day", "/plan/day?on=2026-03-05")
at("numbers", "/numbers")
at("clinic", "/clinic")
at("staff", "/clinic/staff")
at("keys", "/clinic/keys")
at("feeds", "/clinic/feeds")
at("record", "/clinic/record")
at("check-up", "/check-up")
at("stopped", "/today/stopped")
at("outbox", "/outbox")
at("outbox-email", "/outbox/1/email", closed=True)
at("account", "/account")
at("manual", "/help")
at("manual-page", "/help/configuration")
at("manual-search", "/help?q=list")
at("manual-nowhere", "/help/nowhere")
at("not-here", "/clients/999")
at("manual-outside", "/help/host-fly", inside=False)
at("api", "/api/v1/", inside=False)


@after("POST", "/enrol/check")
def database_away(page: Page, scene: Scene) -> None:
    page.goto(scene.find("/enrol"))
    away = OperationalError("SELECT", {}, Exception("locked"))
    with patch.object(Access, "signed_in", side_effect=away), page.expect_navigation():
        page.click("main form button")


def enrolling(page: Page, scene: Scene, name: str, phone: str) -> None:
    page.goto(scene.find("/enrol"))
    page.fill("#first_name", name)
    page.fill("#phone", phone)
    page.check("#yes_sms")
    page.click("main form button")


@after("POST", "/enrol/check")
def enrol_with_faults(page: Page, scene: Scene) -> None:
    enrolling(page, scene, "", "12")


@after("POST", "/enrol/check")
def namesakes(page: Page, scene: Scene) -> None:
    with reading(scene.served.house.engine) as session:
        enrolling(page, scene, "Tom", people.clients_of(session)[0].phone or "")


@after("POST", "/enrol/check")
def check(page: Page, scene: Scene) -> None:
    enrolling(page, scene, "Dana", "07911 123456")


@after("GET", "/clients/7/enrolled")
def confirmation(page: Page, scene: Scene) -> None:
    check(page, scene)
    page.click("main form button >> text=Add client")


@after("POST", "/treatments/1/move/check")
def moved(page: Page, scene: Scene) -> None:
    page.goto(scene.find("/treatments/4/move"))
    page.fill("#day", "2 March 2026")
    page.click("text=Preview changes")


@after("GET", "/clients/1")
def client_with_undo(page: Page, scene: Scene) -> None:
    page.goto(scene.find("/clients/1"))
    page.click("#ahead ~ ol summary >> nth=0")
    page.click("text=Send now >> nth=0")


@after("POST", "/clients/1/edit")
def client_edit_with_faults(page: Page, scene: Scene) -> None:
    page.goto(scene.find("/clients/1/edit"))
    page.fill("#first_name", "")
    page.fill("#phone", "12")
    page.click("main form button")


@after("POST", "/clients/1/edit")
def changed_meanwhile(page: Page, scene: Scene) -> None:
    page.goto(scene.find("/clients/1/edit"))
    page.evaluate("document.querySelector('[name=version]').value = '0'")
    page.click("main form button")


@after("POST", "/clients/1/edit")
def forged(page: Page, scene: Scene) -> None:
    page.goto(scene.find("/clients/1/edit"))
    page.evaluate("document.querySelector('main [name=csrf]').value = 'x'")
    page.click("main form button")


@after("POST", "/messages/1/hold")
def too_late(page: Page, scene: Scene) -> None:
    with reading(scene.served.house.engine) as session:
        left = session.scalars(select(Reminder.id).where(Reminder.status == Status.DELIVERED)).first()  # type: ignore[call-overload]  # fmt: skip
    page.goto(scene.find("/clients/1"))
    page.click("#ahead ~ ol summary >> nth=0")
    page.evaluate(f"document.querySelector('[action$=\"/hold\"]').action = '/messages/{left}/hold'")
    page.click("button:text-is('Hold') >> nth=0")


@after("POST", "/clients/1/erase")
def erase_with_faults(page: Page, scene: Scene) -> None:
    page.goto(scene.find("/clients/1/erase"))
    page.click("button:text-is('Erase client')")


@after("POST", "/replies/2/answer")
def answer_with_faults(page: Page, scene: Scene) -> None:
    page.goto(scene.find("/replies/2"))
    page.click("main form button >> text=Send")


@after("POST", "/words/try")
def words_with_findings(page: Page, scene: Scene) -> None:
    page.goto(scene.find(EDITOR))
    page.fill("#sms", "{{ first_name }}, perfect skin after your microneedling! ")
    page.click("summary:text-is('Placeholders')")
    page.click("button:text-is('Preview')")


@after("GET", "/words/1")
def words_draft(page: Page, scene: Scene) -> None:
    page.goto(scene.find(EDITOR))
    page.fill("#sms", "{{ first_name }}, SPF 30 now, hands off. {{ clinic.phone }}")
    page.click("text=Save draft")


@after("GET", "/words/1")
def words_approved(page: Page, scene: Scene) -> None:
    page.goto(scene.find("/words/1"))
    page.click("text=I have read and approve this version")


at("words-email", "/words/1/email", closed=True)
at("words-of-ours", "/words")
at("words-versions", EDITOR)


@after("POST", "/words/numbers")
def amounts_saved(page: Page, scene: Scene) -> None:
    page.goto(scene.find("/words/numbers"))
    page.click("main button:text-is('Save')")


@after("POST", "/words/numbers")
def amounts_with_faults(page: Page, scene: Scene) -> None:
    page.goto(scene.find("/words/numbers"))
    page.fill("main input[inputmode=numeric] >> nth=0", "9999")
    page.click("main button:text-is('Save')")


@after("POST", "/plan/try")
def plan_foreseen(page: Page, scene: Scene) -> None:
    page.goto(scene.find("/plan"))
    page.fill("#after-week-1", "9")
    page.select_option("#unit-week-1", "D")
    page.click("text=Preview changes")


@after("POST", "/plan/try")
def plan_with_faults(page: Page, scene: Scene) -> None:
    page.goto(scene.find("/plan"))
    page.fill("#after-week-1", "soon")
    page.click("text=Preview changes")


@after("POST", "/clinic/details")
def clinic_with_faults(page: Page, scene: Scene) -> None:
    page.goto(scene.find("/clinic"))
    page.fill("#phone", "12")
    page.click("text=Save details")


@after("POST", "/clinic/staff")
def staff_invited(page: Page, scene: Scene) -> None:
    page.goto(scene.find("/clinic/staff"))
    page.fill("#email", "new@rosewood.example")
    page.click("text=Create invitation link")


@after("POST", "/clinic/keys")
def key_made(page: Page, scene: Scene) -> None:
    page.goto(scene.find("/clinic/keys"))
    page.fill("#name", "Booking system")
    page.click("button:text-is('Create API key')")


def looking_at(page: Page, scene: Scene, *events: str) -> None:
    """Add a calendar that holds these events."""
    more = ("X-WR-CALNAME:Treatment room 1",)
    read_by(scene.served.house.app, CannedFetcher(ics(*events, more=more)))
    page.goto(scene.find("/clinic/feeds"))
    page.fill("#address", "https://calendar.google.com/calendar/ical/x/private-1/basic.ics")
    page.click("main button:text-is('Preview')")


EVENTS = (
    event(ANA),
    event(uid="2", title="Microneedling - Bea Hall"),
    event(uid="3", title="Lunch"),
    event(uid="4", title="Microneedling"),
    event("DTSTART;TZID=Nowhere/There:20260303T140000", uid="5"),
)


@after("POST", "/clinic/feeds")
def feed_with_faults(page: Page, scene: Scene) -> None:
    page.goto(scene.find("/clinic/feeds"))
    page.click("main button:text-is('Preview')")


@after("POST", "/clinic/feeds")
def feed_preview(page: Page, scene: Scene) -> None:
    looking_at(page, scene, *EVENTS)


@after("GET", "/clinic/feeds")
def feed_taken_in(page: Page, scene: Scene) -> None:
    looking_at(page, scene, *EVENTS)
    page.click("text=Import calendar")


@after("GET", "/clinic/feeds")
def feed_in_trouble(page: Page, scene: Scene) -> None:
    read_by(scene.served.house.app, CannedFetcher(b"<html></html>"))
    page.goto(scene.find("/clinic/feeds"))
    page.click("text=Read now")


@after("GET", "/clinic")
def clinic_paused(page: Page, scene: Scene) -> None:
    page.goto(scene.find("/clinic"))
    page.click("text=Pause all messages")


@after("GET", "/clinic")
def clinic_in_practice(page: Page, scene: Scene) -> None:
    page.goto(scene.find("/clinic"))
    page.click("text=Resume sending")
    page.click("text=Return to practice mode")


@after("POST", "/account/password")
def account_with_faults(page: Page, scene: Scene) -> None:
    page.goto(scene.find("/account"))
    page.click("button:text-is('Change password')")


# --- the way in -----------------------------------------------------------------------------------

at("sign-in", "/sign-in", inside=False)


@after("POST", "/sign-in", inside=False)
def sign_in_with_faults(page: Page, scene: Scene) -> None:
    page.goto(scene.find("/sign-in"))
    page.click("main button")


@after("GET", "/invitation/x", inside=False)
def invitation(page: Page, scene: Scene) -> None:
    page.goto(scene.find(f"/invitation/{invite(scene.served.house, 'ida@rosewood.example')}"))


at("invitation-used", "/invitation/x", inside=False)


@after("GET", "/sign-in/code", inside=False)
def second_step(page: Page, scene: Scene) -> None:
    begin_owner(page, scene.served, "una@rosewood.example")


@after("POST", "/sign-in/code", inside=False)
def paper_list(page: Page, scene: Scene) -> None:
    begin_owner(page, scene.served, "una@rosewood.example")
    page.fill("#code", code_of(page, scene.served))
    page.click("main button")


@after("POST", "/sign-in", inside=False)
def code(page: Page, scene: Scene) -> None:
    page.goto(scene.find("/sign-in"))
    page.fill("#email", "una@rosewood.example")
    page.fill("#password", PASSWORD)
    page.click("main button")


@after("POST", "/sign-in/code", inside=False)
def code_with_faults(page: Page, scene: Scene) -> None:
    code(page, scene)
    page.fill("#code", "1")
    page.click("main button")


@after("POST", "/enrol/check", inside=False)
def session_ended(page: Page, scene: Scene) -> None:
    sign_in(page, scene.served)
    page.goto(scene.find("/enrol"))
    page.fill("#first_name", "Dana")
    with writing(scene.served.house.engine) as session:
        session.execute(update(SignIn).values(ended_at=scene.served.house.clock.now - timedelta(minutes=1)).where(SignIn.staff_id == _sam(scene)))  # type: ignore[arg-type]  # fmt: skip
    page.click("main form button")


def _sam(scene: Scene) -> int:
    with reading(scene.served.house.engine) as session:
        return session.scalars(select(SignIn.staff_id).order_by(SignIn.id.desc())).first() or 0  # type: ignore[call-overload, attr-defined]


@after("POST", "/sign-in", inside=False)
def typed_before(page: Page, scene: Scene) -> None:
    session_ended(page, scene)
    page.fill("#email", "sam@rosewood.example")
    page.fill("#password", PASSWORD)
    page.click("main button")


@after("GET", "/first/x", inside=False)
def first_start(page: Page, scene: Scene) -> None:
    page.goto(scene.first_link())


@after("POST", "/first/x", inside=False)
def first_start_with_faults(page: Page, scene: Scene) -> None:
    first_start(page, scene)
    page.click("main button")
