"""A long list is worked on in a process of its own, and goes in as any other does."""

from __future__ import annotations

import os
from datetime import date, timedelta

import pytest

from reminders.app import App
from reminders.rules.terms import InputError
from reminders.rules.translation import current_language, gettext, translated_to
from reminders.store.database import reading
from reminders.store.queries import audit
from reminders.store.tables import Client, Import, Reminder
from reminders.web.desk.clients import import_process, import_work
from tests.conftest import House
from tests.support.desk import Desk, signed_in

LIST = (
    "First name,Mobile,Date,SMS consent\n"
    "Ana,07700 900101,{day} 10:00,yes\n"
    "Bea,07700 900102,{day} 11:00,yes\n"
    "Dana,07700 900103,someday,yes\n"
)


@pytest.fixture(autouse=True)
def every_list_is_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_process, "LONG", 0)


def dropped(house: House) -> tuple[Desk, int]:
    desk = signed_in(house)
    desk.get("/lists")
    content = LIST.format(day=house.clock().date() + timedelta(days=3))
    file = {"file": ("long.csv", content.encode())}
    desk.page = page = desk.browser.post("/lists", data=desk.hidden("/lists"), files=file)
    return desk, int(str(page.url).rpartition("/")[2])


def kept(house: House, number: int) -> Import:
    with reading(house.engine) as session:
        return session.get_one(Import, number)


@pytest.mark.slow
def test_it_is_looked_at_taken_in_and_its_rest_fetched(house: House) -> None:
    desk, number = dropped(house)
    assert "2 treatments to import" in desk.text
    assert "1 row to fix" in desk.text
    desk.post(f"/lists/{number}/take")
    desk.get(f"/lists/{number}")
    assert "2 treatments added" in desk.text
    with reading(house.engine) as session:
        assert session.query(Client).count() == 2
        assert session.query(Reminder).count() > 2
        done = [(line.action, line.actor) for line in audit.page(session, 1)]
    assert done[0] == ("imported a file", "sam@rosewood.example")
    rest = desk.get(f"/lists/{number}/rest.csv").content.decode("utf-8-sig")
    assert "Dana" in rest
    assert "Ana," not in rest


@pytest.mark.slow
def test_what_cannot_be_read_any_more_is_said_as_ever(house: House) -> None:
    _, number = dropped(house)
    intake = kept(house, number)
    with pytest.raises(InputError, match="nothing can be read") as said:
        import_process.look(house.app, intake, refuse)
    assert said.value.mend == "Export it again."


def refuse(_app: App, import_id: int) -> None:
    raise InputError(f"Of list {import_id} nothing can be read.", "Export it again.")


@pytest.mark.slow
def test_it_speaks_the_language_of_whoever_waits_for_it(house: House) -> None:
    _, number = dropped(house)
    german = house.app.library.translation("de")
    with translated_to(german), pytest.raises(InputError) as said:
        import_process.look(house.app, kept(house, number), refuse_a_day)
    assert said.value.problem == "de: 14. März 2026"


def refuse_a_day(_app: App, _import_id: int) -> None:
    raise InputError(f"{current_language()}: {gettext('%(day)s', day=date(2026, 3, 14))}", "")


def die(_app: App, _import_id: int, *_: str) -> None:
    os._exit(9)


@pytest.mark.slow
def test_a_page_says_so_where_the_process_dies(house: House) -> None:
    _, number = dropped(house)
    with pytest.raises(InputError, match="too large for this server"):
        import_process.look(house.app, kept(house, number), die)


@pytest.mark.slow
def test_a_list_whose_process_dies_is_as_it_was_and_can_go_in_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, number = dropped(house)
    with monkeypatch.context() as patched:
        patched.setattr(import_work, "take_in", die)
        desk.post(f"/lists/{number}/take")
    intake = kept(house, number)
    assert (intake.arriving_at, intake.taken_at) == (None, None)
    desk.get(f"/lists/{number}")
    assert "2 treatments to import" in desk.text
    desk.post(f"/lists/{number}/take")
    assert kept(house, number).taken_at is not None
