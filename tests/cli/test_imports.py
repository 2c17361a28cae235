"""The command that imports a list."""

from __future__ import annotations

import pytest

from tests.support.terminal import LIST, Terminal
from tests.support.workbooks import LIST as SHEET
from tests.support.workbooks import row, xlsx

pytestmark = pytest.mark.portable


def test_a_list_goes_in_and_says_what_it_did(terminal: Terminal) -> None:
    terminal.clinic("--live")
    told = terminal.run("import", terminal.list(), "--clinic", "Rosewood Skin")
    assert "3 of 3 rows imported: 3 added." in told.stdout
    again = terminal.json("import", terminal.list(), "--clinic", "Rosewood Skin")
    assert again["effects"] == {"unchanged": 3}
    assert (again["planned"], again["moved"], again["faults"]) == (0, 0, [])


def test_a_faulty_list_is_not_taken_in_unless_without_its_bad_rows(terminal: Terminal) -> None:
    terminal.clinic("--live")
    faulty = LIST.replace("2026-03-13", "2026-02-31")
    told = terminal.run("import", terminal.list(faulty), "--clinic", "Rosewood Skin", code=2)
    assert "Nothing was imported. 1 of 3 rows has faults" in told.stdout
    assert "treated_at" in told.stdout
    assert terminal.json("client", "list") == []
    told = terminal.run("import", terminal.list(faulty), "--clinic", "Rosewood Skin", "--good-rows")
    assert "2 of 3 rows imported" in told.stdout
    assert len(terminal.json("client", "list")) == 2


def test_a_file_that_is_no_list_is_told_without_a_trace(terminal: Terminal) -> None:
    terminal.clinic()
    told = terminal.run("import", "nowhere.csv", "--clinic", "Rosewood Skin", code=2)
    assert "cannot be opened" in told.stderr
    assert "Traceback" not in told.output


def test_of_a_workbook_with_several_sheets_the_one_that_is_named_goes_in(
    terminal: Terminal,
) -> None:
    terminal.clinic("--live")
    path = terminal.folder / "list.xlsx"
    path.write_bytes(xlsx(row("a"), SHEET, names={"Notes": "visible", "March": "visible"}))
    told = terminal.run("import", str(path), "--clinic", "Rosewood Skin", code=2)
    assert "2 filled sheets: “Notes”, “March”" in told.stderr
    assert '--sheet "Notes"' in told.stderr
    told = terminal.run("import", str(path), "--clinic", "Rosewood Skin", "--sheet", "March")
    assert "1 of 1 row" in told.stdout


def test_a_column_is_said_once_and_remembered_for_lists_that_look_alike(terminal: Terminal) -> None:
    terminal.clinic("--live")
    odd = LIST.replace("treated_at", "Happens").replace("Treated at", "Happens")
    assert "Happens" in odd
    rosewood = ("--clinic", "Rosewood Skin")
    said = ("--columns", "Happens=treated_at")
    assert "treated_at" in terminal.run("import", terminal.list(odd), *rosewood, code=2).stdout
    wrong = terminal.run("import", terminal.list(odd), *rosewood, "--columns", "Nope=phone", code=2)
    assert "There is no column “Nope”" in wrong.stderr
    assert terminal.json("import", terminal.list(odd), *rosewood, *said)["taken"] == 3
    assert terminal.json("import", terminal.list(odd), *rosewood)["effects"] == {"unchanged": 3}
