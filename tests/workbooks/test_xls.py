"""XLS: workbooks of 1997, which are still what some programs export."""

from __future__ import annotations

from datetime import date, datetime

from reminders.spreadsheets import table_of
from tests.support.workbooks import HEADINGS, ROW, XLS_LIST, read, xls


def test_a_list_of_1997_is_read() -> None:
    table = table_of(xls(XLS_LIST))
    assert (table.header, table.rows) == (HEADINGS, [(2, ROW)])


def test_a_cell_is_read_as_it_was_typed() -> None:
    moment = datetime.fromisoformat("2026-03-12 14:30")
    cells = [" Ana ", 447700900101, 1.5, True, moment, date(2026, 3, 12)]
    content = xls({(0, place): value for place, value in enumerate(cells)})
    said = ["Ana", "447700900101", "1.5", "yes", "2026-03-12 14:30", "2026-03-12"]
    assert read(content) == [(1, said)]


def test_a_blank_cell_in_the_last_corner_is_no_content() -> None:
    for blank in ("", " "):
        table = table_of(xls(XLS_LIST | {(65_535, 255): blank}))
        assert (table.header, table.rows) == (HEADINGS, [(2, ROW)])
