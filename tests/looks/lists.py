"""The pages of lists that are brought in, of what they leave in doubt, and of services."""

from __future__ import annotations

from playwright.sync_api import Page
from sqlalchemy import func, select, update

from reminders.store.database import writing
from reminders.store.tables import Import
from tests.looks.sights import Scene, after, at
from tests.support.lists import LIST
from tests.support.workbooks import row, xlsx

SILENT_LIST = (
    "First name,Mobile,Treatment,Date\nBea,07700 900102,microneedling,3 March 2026 15:00\n"
)
STRANGE_LIST = "Who,Nr,Kind,Moment\nBea,07700 900102,microneedling,3 March 2026 15:00\n"
DOUBTFUL_LIST = """First name,Last name,Mobile,Treatment,Date,Status,SMS consent
Bea,Lind,07700 900152,Skin rejuvenation deluxe with glow booster,12 March 2026 15:00,Booked,yes
Eve,Moss,07700 900153,Skin Rejuvenation Deluxe with Glow Booster,13 March 2026 15:00,Booked,yes
Ida (VIP - owes £40),Holm,07700 900154,Microneedling,13 March 2026 16:00,Booked,yes
Ana,Costa,07700 900155,Microneedling,14 March 2026 11:00,Booked,yes
Una,Frost,07700 900156,SkinPen Face,14 March 2026 12:00,Parked,yes
Kim,Dale,07700 900157,Botox,14 March 2026 13:00,Booked,yes
"""


def bringing(page: Page, scene: Scene, content: str | bytes) -> None:
    page.goto(scene.find("/lists"))
    name, kind = ("march.csv", "text/csv")
    if isinstance(content, bytes):
        name, kind = ("march.xlsx", "application/zip")
    buffer = content if isinstance(content, bytes) else content.encode()
    file = {"name": name, "mimeType": kind, "buffer": buffer}
    page.set_input_files("#file", file)  # type: ignore[arg-type]
    page.click("main form button >> nth=0")


@after("POST", "/lists")
def lists_with_faults(page: Page, scene: Scene) -> None:
    page.goto(scene.find("/lists"))
    page.click("main form button >> nth=1")


@after("GET", "/lists/1")
def list_with_strange_columns(page: Page, scene: Scene) -> None:
    bringing(page, scene, STRANGE_LIST)


@after("GET", "/lists/2")
def list_without_consent(page: Page, scene: Scene) -> None:
    bringing(page, scene, SILENT_LIST)
    page.click("summary >> nth=1")


@after("GET", "/lists/3")
def list_to_mend(page: Page, scene: Scene) -> None:
    bringing(page, scene, LIST)


@after("GET", "/lists/4")
def list_taken(page: Page, scene: Scene) -> None:
    bringing(page, scene, LIST)
    page.click("text=Import 1 treatment")


@after("GET", "/lists/4")
def list_undone(page: Page, scene: Scene) -> None:
    page.goto(scene.find("/lists/4"))
    page.click("text=Undo this import")


@after("GET", "/lists/1")
def list_gone(page: Page, scene: Scene) -> None:
    with writing(scene.served.house.engine) as session:
        session.execute(update(Import).where(Import.id == 1).values(cells=None))  # type: ignore[arg-type]
    page.goto(scene.find("/lists/1"))


@after("GET", "/lists")
def lists_lately(page: Page, scene: Scene) -> None:
    page.goto(scene.find("/lists"))


at("no-questions", "/questions")
at("no-services", "/clinic/services")


def doubtful(page: Page, scene: Scene) -> None:
    bringing(page, scene, DOUBTFUL_LIST)
    page.click('main button:has-text("Import")')


@after("GET", "/questions")
def questions(page: Page, scene: Scene) -> None:
    doubtful(page, scene)
    page.goto(scene.find("/questions"))
    page.click('summary:has-text("2")')


at("today-with-questions", "/")
at("lists-with-questions", "/lists")
at("services", "/clinic/services")


@after("POST", "/questions/1")
def question_answered(page: Page, scene: Scene) -> None:
    page.goto(scene.find("/questions"))
    page.click("main button[value=skin-needling] >> nth=0")


@after("POST", "/questions/1")
def question_answered_twice(page: Page, scene: Scene) -> None:
    page.goto(scene.find("/questions"))
    page.evaluate("document.querySelector('main form').action = '/questions/1'")
    page.click("main button >> nth=0")


@after("POST", "/clinic/services")
def services_saved(page: Page, scene: Scene) -> None:
    page.goto(scene.find("/clinic/services"))
    page.click("main form button")


@after("GET", "/lists/6")
def workbook_with_sheets(page: Page, scene: Scene) -> None:
    march, sizes = row("First name", "Mobile"), row("Colour", "Size")
    bringing(page, scene, xlsx(march, sizes, names={"March": "visible", "Sizes": "visible"}))


@after("GET", "/lists/6")
def list_arriving(page: Page, scene: Scene) -> None:
    """What is told while a long list is taken in."""
    with writing(scene.served.house.engine) as session:
        latest = select(func.max(Import.id)).scalar_subquery()
        begun = {"arriving_at": scene.served.house.clock()}
        session.execute(update(Import).where(Import.id == latest).values(**begun))  # type: ignore[arg-type]
    page.goto(scene.find("/lists"))
    page.click("main a[href^='/lists/'] >> nth=0")
