"""Bringing in a list: mended in place, nothing lost, taken in once, and undone when it was wrong."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reminders.intake import imports
from reminders.rules.roles import Role
from reminders.rules.terms import Channel, InputError, Status
from reminders.spreadsheets import table_of, write_table
from reminders.store.database import reading, writing
from reminders.store.queries import audit
from reminders.store.queries import imports as queries
from reminders.store.tables import Client, Import, Treatment
from tests.conftest import House, ana
from tests.support.desk import Desk, signed_in
from tests.support.lists import LIST

pytestmark = pytest.mark.portable


def brought(desk: Desk, content: str = LIST, name: str = "march.csv") -> int:
    """Drop a file, and return the number of its page."""
    desk.get("/lists")
    token = desk.hidden("/lists")
    desk.page = page = desk.browser.post(
        "/lists", data=token, files={"file": (name, content.encode())}
    )
    return int(str(page.url).rpartition("/")[2])


def treatments(house: House) -> list[Treatment]:
    with reading(house.engine) as session:
        return session.query(Treatment).order_by(Treatment.id).all()  # type: ignore[arg-type]


def test_a_list_is_mended_taken_in_and_the_rest_kept_with_its_problem(house: House) -> None:
    desk = signed_in(house)
    number = brought(desk)
    assert "1 treatment to import" in desk.text
    assert "2 rows to fix" in desk.text
    desk.post(f"/lists/{number}/mend", **{"cell-3-1": "07700 900103"})
    assert "2 treatments to import" in desk.text
    assert "2 treatments added" in desk.text
    assert not treatments(house)
    desk.post(f"/lists/{number}/take")
    assert "File imported." in desk.text
    assert len(treatments(house)) == 2
    rest = desk.get(f"/lists/{number}/rest.csv").content.decode("utf-8-sig").splitlines()
    assert rest[0].endswith(",SMS consent,Problem")
    assert len(rest) == 2
    assert "Dana" in rest[1]
    assert "not a date" in rest[1]


def test_a_list_is_taken_in_once_however_often_the_button_is_pressed(house: House) -> None:
    desk = signed_in(house)
    number = brought(desk)
    form = desk.hidden(f"/lists/{number}/take")
    for _ in range(2):
        desk.browser.post(f"/lists/{number}/take", data=form)
    with reading(house.engine) as session:
        assert len(queries.rows_of(session, number)) == 1
    with writing(house.engine) as session:
        intake = session.get_one(Import, number)
        with pytest.raises(InputError, match="already been imported"):
            imports.accept(intake, house.clock())


def test_the_check_page_changes_nothing(house: House) -> None:
    desk = signed_in(house)
    brought(desk)
    assert "messages scheduled" in desk.text
    with reading(house.engine) as session:
        assert session.query(Client).count() == 0
    assert not house.lines()


def test_undoing_cancels_what_came_in_tells_what_left_and_who_was_changed(house: House) -> None:
    house.enrol(ana(house.clock().date() + timedelta(days=4), external_id="B1"))
    desk = signed_in(house)
    content = (
        "First name,Mobile,Email,Date,SMS consent,Booking ID\n"
        "Ana,07700 900101,ana@mail.example,7 March 2026 10:00,yes,B1\n"
        "Bea,07700 900102,,1 March 2026 10:00,yes,B2\n"
    )
    number = brought(desk, content)
    desk.post(f"/lists/{number}/take")
    bea = treatments(house)[1]
    house.play(house.clock() + timedelta(hours=4))
    sent = [
        x for x in house.lines() if x.client_id == bea.client_id and x.status is Status.ACCEPTED
    ]
    assert sent
    desk = signed_in(house, email="jo@rosewood.example")
    desk.get(f"/lists/{number}")
    desk.post(f"/lists/{number}/undo")
    assert "had already been sent" in desk.text
    assert "Ana" in desk.text
    assert treatments(house)[0].cancelled_at is None
    assert treatments(house)[1].cancelled_at is not None
    still = {x.status for x in house.lines() if x.client_id == bea.client_id}
    assert Status.PLANNED not in still
    with reading(house.engine) as session:
        assert [line.action for line in audit.page(session, 1)][:1] == ["undid an import"]


def test_undoing_leaves_alone_what_was_here_before_the_list(house: House) -> None:
    house.enrol(ana(house.clock().date() - timedelta(days=40), email=None))
    desk = signed_in(house)
    number = brought(desk, "First name,Mobile,Date\nAna,07700 900101,9 March 2026\n")
    desk.post(f"/lists/{number}/take")
    desk.post(f"/lists/{number}/undo")
    assert [t.cancelled_at is None for t in treatments(house)] == [True, False]


def test_a_list_brought_in_again_after_undoing_plans_again(house: House) -> None:
    desk = signed_in(house)
    first = brought(desk)
    desk.post(f"/lists/{first}/take")
    desk.post(f"/lists/{first}/undo")
    second = brought(desk)
    desk.post(f"/lists/{second}/take")
    assert [t.cancelled_at for t in treatments(house)] == [None]
    assert any(line.status is Status.PLANNED for line in house.lines())


def test_corrected_columns_are_remembered_for_lists_that_look_alike(house: House) -> None:
    odd = "Who,Ring,Came\nBea,07700 900102,3 March 2026\n"
    desk = signed_in(house)
    number = brought(desk, odd)
    assert "A column is missing" in desk.text
    columns = {"column-0": "first_name", "column-1": "phone", "column-2": "treated_at"}
    desk.post(f"/lists/{number}/columns", **columns)
    assert "1 treatment to import" in desk.text
    brought(desk, odd.replace("Bea", "Cleo"), "april.csv")
    assert "1 treatment to import" in desk.text


def test_two_columns_cannot_hold_the_same_thing(house: House) -> None:
    desk = signed_in(house)
    number = brought(desk)
    desk.post(f"/lists/{number}/columns", **{"column-0": "phone", "column-1": "phone"})
    assert desk.page is not None
    assert desk.page.status_code == 422
    assert "Two columns are matched with" in desk.text


def test_cells_pasted_without_headings_lose_no_row(house: House) -> None:
    desk = signed_in(house)
    desk.get("/lists")
    desk.post("/lists", cells="Bea\t07700 900102\t3 March 2026\nCleo\t07700 900103\t3 March 2026")
    assert "2 rows in total" in desk.text
    assert "Column 3" in desk.text


def test_without_consent_columns_staff_say_once_how_everyone_agreed(house: House) -> None:
    desk = signed_in(house)
    number = brought(desk, "First name,Mobile,Date\nBea,07700 900102,3 March 2026\n")
    assert "No consent in this file" in desk.text
    desk.post(f"/lists/{number}/consent", source="signed intake form")
    assert "Select what everyone" in desk.text
    desk.post(
        f"/lists/{number}/consent",
        source="signed intake form",
        on="1 March 2026",
        **{"yes-sms": "yes"},
    )
    desk.post(f"/lists/{number}/take")
    house.play(house.clock() + timedelta(days=3))
    assert house.line("day-1", Channel.SMS).status is Status.ACCEPTED


def test_a_bad_file_is_told_in_plain_words_and_nothing_is_kept(house: House) -> None:
    desk = signed_in(house)
    desk.get("/lists")
    token = desk.hidden("/lists")
    desk.page = page = desk.browser.post(
        "/lists", data=token, files={"file": ("x.png", b"\x89PNG....")}
    )
    assert "This is not a spreadsheet." in desk.text
    assert page.status_code == 422
    with reading(house.engine) as session:
        assert queries.recent(session, 1) == []


def test_cells_are_forgotten_after_a_week(house: House) -> None:
    desk = signed_in(house)
    number = brought(desk)
    house.clock.now += timedelta(days=8)
    desk = signed_in(house, email="jo@rosewood.example")
    desk.get("/lists")
    desk.get(f"/lists/{number}")
    assert "has expired" in desk.text
    with reading(house.engine) as session:
        assert session.get_one(Import, number).cells is None


def test_a_client_s_cells_are_forgotten_with_the_client(house: House) -> None:
    desk = signed_in(house)
    number = brought(desk)
    desk.post(f"/lists/{number}/take")
    with writing(house.engine) as session:
        queries.forget_client(session, treatments(house)[0].client_id)
    with reading(house.engine) as session:
        assert session.get_one(Import, number).cells is None


@pytest.mark.parametrize(
    "cell, written",
    [
        ("=1+1", "'=1+1"),
        ("+44 7700 900123", "+44 7700 900123"),
        ("-5.25", "-5.25"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("Ana-María", "Ana-María"),
    ],
)
def test_no_cell_we_write_is_a_formula(cell: str, written: str) -> None:
    assert table_of(write_table([["a", "b"], [cell, "x"]])).rows[0][1][0] == written


def test_a_list_of_another_clinic_is_not_there(house: House) -> None:
    number = brought(signed_in(house))
    with writing(house.engine) as session:
        from reminders.enrolment import clinics

        typed: dict[str, str | int | None] = {
            "name": "Harbour Skin", "time_zone": "Europe/London", "phone": "020 7946 0019",
            "email": "desk@harbour.example", "address": "1 Quay",
        }  # fmt: skip
        clinics.add(session, typed, house.clock(), live=True)
    other = signed_in(house, Role.OWNER, clinic=0, email="olga@harbour.example")
    assert other.get(f"/lists/{number}").status_code == 404
