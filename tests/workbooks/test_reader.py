"""Sheets: the only one with something on it is read; of several, the one that was named."""

from __future__ import annotations

import pytest

from reminders.rules.terms import InputError
from reminders.spreadsheets import table_of
from reminders.workbooks.terms import SeveralSheetsError
from tests.support.workbooks import LIST, XLS_LIST, ods, ods_row, ods_table, row, xls, xlsx

HIDDEN = '<style:style style:name="h" style:family="table"><style:table-properties table:display="false"/></style:style>'
NAMES = {"March": "visible", "April": "visible"}
SEVERAL = {
    "XLSX": lambda: xlsx(LIST, row("b"), names=NAMES),
    "ODS": lambda: ods(
        ods_table(ods_row("a"), name="March") + ods_table(ods_row("b"), name="April")
    ),
    "XLS": lambda: xls(XLS_LIST, "visible"),
}
ONE = {
    "a hidden XLSX sheet": lambda: xlsx(
        row("b"), LIST, names={"Old": "hidden", "March": "visible"}
    ),
    "a very hidden XLSX sheet": lambda: xlsx(
        LIST, row("b"), names={"March": "visible", "Old": "veryHidden"}
    ),
    "a blank XLSX sheet": lambda: xlsx("<row><c s='1'/></row>", LIST, names=NAMES),
    "a hidden ODS sheet": lambda: ods(
        ods_table(ods_row("b"), style="h") + ods_table(ods_row("first_name"), name="March"), HIDDEN
    ),
    "a blank ODS sheet": lambda: ods(
        ods_table(ods_row("")) + ods_table(ods_row("first_name"), name="March")
    ),
    "a hidden XLS sheet": lambda: xls(XLS_LIST, "hidden"),
}


@pytest.mark.parametrize("beside", ONE)
def test_a_sheet_that_is_hidden_or_blank_is_no_question(beside: str) -> None:
    assert table_of(ONE[beside]()).header[0] == "first_name"


@pytest.mark.parametrize("kind", SEVERAL)
def test_of_several_sheets_it_is_asked_which(kind: str) -> None:
    workbook = SEVERAL[kind]()
    with pytest.raises(SeveralSheetsError, match="2 filled sheets: “") as asked:
        table_of(workbook)
    first, second = (table_of(workbook, sheet).header for sheet in asked.value.sheets)
    assert first != second


@pytest.mark.parametrize("kind", SEVERAL)
def test_a_sheet_that_is_not_there_is_told_with_those_that_are(kind: str) -> None:
    with pytest.raises(InputError, match=r"“May”.* The filled sheets are: “\w+”, “\w+”"):
        table_of(SEVERAL[kind](), "May")


def test_a_workbook_of_blank_sheets_is_empty() -> None:
    with pytest.raises(InputError, match="empty"):
        table_of(xlsx("", "<row/>", names=NAMES))
