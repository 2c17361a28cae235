"""A workbook with several sheets asks which one is the list, and goes on with it."""

from __future__ import annotations

import pytest

from reminders.store.database import reading
from reminders.store.queries import imports as queries
from reminders.store.tables import Import
from tests.conftest import House
from tests.support.desk import Desk, signed_in
from tests.support.workbooks import LIST, row, xlsx

pytestmark = pytest.mark.portable

TWO = xlsx(LIST, row("colour", "size"), names={"March": "visible", "Notes & more": "visible"})


def dropped(desk: Desk, content: bytes) -> str:
    """Drop a workbook, and return the path of its page."""
    desk.get("/lists")
    token = desk.hidden("/lists")
    desk.page = page = desk.browser.post(
        "/lists", data=token, files={"file": ("march.xlsx", content)}
    )
    return str(page.url.path)


def lists(house: House) -> list[Import]:
    with reading(house.engine) as session:
        return [intake for intake, _ in queries.recent(session, 1)]


def test_a_workbook_with_one_sheet_is_no_question(house: House) -> None:
    desk = signed_in(house)
    dropped(desk, xlsx(LIST))
    assert "Choose a sheet" not in desk.text
    assert "1 row in total" in desk.text


def test_the_sheet_that_is_chosen_becomes_the_list(house: House) -> None:
    desk = signed_in(house)
    path = dropped(desk, TWO)
    assert "Choose a sheet" in desk.text
    assert "March Notes & more" in desk.text
    desk.post(f"{path}/sheet", sheet="March")
    assert "1 row in total" in desk.text
    assert "march.xlsx" in desk.text
    assert len(lists(house)) == 1


def test_the_question_waits_and_nothing_is_brought_in_meanwhile(house: House) -> None:
    desk = signed_in(house)
    path = dropped(desk, TWO)
    desk.post(f"{path}/take")
    desk.get(path)
    assert "Choose a sheet" in desk.text
    desk.get(f"{path}/rest.csv")
    assert "Choose a sheet" in desk.text


@pytest.mark.parametrize("sheet", ["", "May"])
def test_a_sheet_that_is_not_there_is_asked_again(house: House, sheet: str) -> None:
    desk = signed_in(house)
    path = dropped(desk, TWO)
    desk.post(f"{path}/sheet", sheet=sheet)
    assert desk.page is not None
    assert desk.page.status_code == 422
    assert "Choose a sheet" in desk.text


def test_a_list_without_that_question_stays_as_it_is(house: House) -> None:
    desk = signed_in(house)
    path = dropped(desk, xlsx(LIST))
    desk.post(f"{path}/sheet", sheet="March")
    assert "1 row in total" in desk.text


def test_a_workbook_may_be_thrown_away(house: House) -> None:
    desk = signed_in(house)
    path = dropped(desk, TWO)
    desk.post(f"{path}/drop")
    assert lists(house) == []
