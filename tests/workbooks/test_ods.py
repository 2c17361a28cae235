"""ODS: what stands in its cells, and rows that are written once and meant a million times."""

from __future__ import annotations

import pytest

from reminders.spreadsheets import table_of
from tests.support.workbooks import BLANK_ODS_ROWS, HEADINGS, ROW, ods, ods_row, ods_table, read


@pytest.mark.parametrize(
    "kind,content,said",
    [
        ('"string"', "<text:p>Ana <text:span>Costa</text:span></text:p>", "Ana Costa"),
        ('"string"', "<text:p>a<text:s text:c='3'/>b<text:tab/>c</text:p>", "a   b c"),
        ('"string"', "<text:p>one</text:p><text:p>two</text:p>", "one\ntwo"),
        (
            '"string"',
            "<office:annotation><text:p>VIP</text:p></office:annotation><text:p>Ana</text:p>",
            "Ana",
        ),
        (
            '"string"',
            "<text:p>Ana</text:p><draw:frame><text:p>drawn</text:p></draw:frame>",
            "Ana",
        ),
        ('"float" office:value="447700900101"', "<text:p>4.5E+11</text:p>", "447700900101"),
        ('"currency" office:value="1.5"', "<text:p>£1.50</text:p>", "1.5"),
        ('"date" office:date-value="2026-03-12"', "<text:p>12 March</text:p>", "2026-03-12"),
        (
            '"date" office:date-value="2026-03-12T14:30:00"',
            "<text:p>12 March</text:p>",
            "2026-03-12 14:30",
        ),
        ('"time" office:time-value="PT14H30M00S"', "<text:p>2:30 pm</text:p>", "14:30"),
        ('"boolean" office:boolean-value="true"', "<text:p>TRUE</text:p>", "yes"),
    ],
)
def test_a_cell_is_read_as_it_was_typed(kind: str, content: str, said: str) -> None:
    cell = f"<table:table-cell office:value-type={kind}>{content}</table:table-cell>"
    row = f"<table:table-row><table:table-cell/>{cell}</table:table-row>"
    assert read(ods(ods_table(row))) == [(1, ["", said])]


def test_a_million_blank_rows_and_columns_are_no_content() -> None:
    content = ods(ods_table(ods_row(*HEADINGS), ods_row(*ROW), BLANK_ODS_ROWS))
    table = table_of(content)
    assert (table.header, table.rows) == (HEADINGS, [(2, ROW)])


def test_a_stray_space_at_the_end_of_a_million_rows_is_no_content() -> None:
    content = ods(ods_table(ods_row(*HEADINGS), BLANK_ODS_ROWS, ods_row(" ", cell_times=16_384)))
    assert table_of(content).header == HEADINGS


def test_rows_and_cells_that_are_repeated_are_all_there() -> None:
    content = ods(
        ods_table(
            ods_row("a", times=2),
            BLANK_ODS_ROWS.replace("1048574", "3"),
            ods_row("b", cell_times=3),
        )
    )
    assert read(content) == [(1, ["a"]), (2, ["a"]), (6, ["b", "b", "b"])]
