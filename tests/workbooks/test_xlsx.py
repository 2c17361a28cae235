"""XLSX: what stands in its cells, as somebody would have typed it, wherever they stand."""

from __future__ import annotations

import pytest

from reminders.rules.terms import InputError
from reminders.spreadsheets import table_of
from tests.support.workbooks import HEADINGS, LIST, ROW, cell, read, row, xlsx

STYLES = {
    "xl/styles.xml": "<styleSheet><numFmts>"
    '<numFmt numFmtId="164" formatCode="[$-809]dd/mm/yyyy\\ hh:mm"/>'
    '<numFmt numFmtId="165" formatCode="&quot;days&quot;\\ 0"/>'
    '<numFmt numFmtId="166" formatCode="[Red]0.00"/>'
    '<numFmt numFmtId="167" formatCode="h:mm AM/PM"/></numFmts>'
    '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/>'
    '<xf numFmtId="166"/><xf numFmtId="167"/></cellXfs></styleSheet>'
}
SHARED = {
    "xl/sharedStrings.xml": "<x:sst xmlns:x='s'><x:si><x:t> Ana </x:t></x:si><x:si><x:r><x:t>Co</x:t></x:r>"
    "<x:r><x:t>sta</x:t></x:r><x:rPh><x:t>reading</x:t></x:rPh></x:si><x:si><x:t>one_x000D_two</x:t></x:si></x:sst>"
}


@pytest.mark.parametrize(
    "written,said",
    [
        ('<c t="s"><v>0</v></c>', "Ana"),
        ('<c t="s"><v>1</v></c>', "Costa"),
        ('<c t="s"><v>2</v></c>', "one two"),
        ('<c t="str"><f>A1</f><v>Ana</v></c>', "Ana"),
        ('<c t="inlineStr"><is><r><t>A</t></r><r><t>na</t></r><rPh><t>x</t></rPh></is></c>', "Ana"),
        ("<c><v>447700900101</v></c>", "447700900101"),
        ("<c><v>4.47700900101E11</v></c>", "447700900101"),
        ("<c><v>1.5</v></c>", "1.5"),
        ("<c><v>odd</v></c>", "odd"),
        ('<c t="b"><v>1</v></c>', "yes"),
        ('<c t="b"><v>0</v></c>', "no"),
        ('<c t="e"><v>#N/A</v></c>', "#N/A"),
        ('<c t="d"><v>2026-03-12T14:30:00</v></c>', "2026-03-12 14:30"),
        ('<c t="d"><v>soon</v></c>', "soon"),
        ('<c s="1"><v>46093</v></c>', "2026-03-12"),
        ('<c s="2"><v>46093.604166666664</v></c>', "2026-03-12 14:30"),
        ('<c s="5"><v>0.604166666666667</v></c>', "14:30"),
        ('<c s="3"><v>46093</v></c>', "46093"),
        ('<c s="4"><v>46093</v></c>', "46093"),
        ('<c s="2"><v>9e99</v></c>', str(int(9e99))),
        ('<c s="99"><v>46093</v></c>', "46093"),
    ],
)
def test_a_cell_is_read_as_it_was_typed(written: str, said: str) -> None:
    content = xlsx(f"<row><c/>{written}</row>", parts=STYLES | SHARED)
    assert read(content) == [(1, ["", said])]


def test_days_may_be_counted_as_old_macintosh_programs_did() -> None:
    book = (
        '<workbook xmlns:r="r"><workbookPr date1904="1"/><sheets><sheet name="a" r:id="r1"/>'
        "</sheets></workbook>"
    )
    content = xlsx('<row><c s="1"><v>44631</v></c></row>', parts=STYLES | {"xl/workbook.xml": book})
    assert read(content) == [(1, ["2026-03-12"])]


def test_cells_and_rows_stand_where_they_say_or_else_in_their_order() -> None:
    rows = f'<row r="3">{cell("a", "B3")}{cell("b")}{cell("c", "AA3")}</row>' + row("d")
    assert read(xlsx(rows)) == [(3, ["", "a", "b", *[""] * 23, "c"]), (4, ["d"])]


@pytest.mark.parametrize("kind", ['s="1"/>', "><v></v></c>", 't="str"><v>  </v></c>'])
def test_a_blank_cell_in_the_last_corner_is_no_content(kind: str) -> None:
    stray = f'<row r="1048576"><c r="XFD1048576" {kind}</row>'.replace('" >', '">')
    table = table_of(xlsx(LIST + stray))
    assert (table.header, table.rows) == (HEADINGS, [(2, ROW)])


def test_a_cell_too_far_out_is_refused_where_it_is_read() -> None:
    with pytest.raises(InputError, match="200 columns"):
        read(xlsx(row(*["a"] * 201)))
    assert len(read(xlsx(row(*["a"] * 200)))[0][1]) == 200


def test_blank_cells_and_rows_without_end_are_no_content() -> None:
    wide = row(*HEADINGS).replace("</row>", "<c s='1'/>" * 16_000 + "</row>")
    many = '<row s="1"/>' * 200_000
    table = table_of(xlsx(wide + row(*ROW) + many))
    assert (table.header, table.rows) == (HEADINGS, [(2, ROW)])


@pytest.mark.parametrize("name", ["XL/WorkBook.xml", "xl\\workbook.xml"])
def test_names_of_parts_are_read_as_programs_write_them(name: str) -> None:
    assert read(xlsx(LIST, renamed={"xl/workbook.xml": name})) == [(1, HEADINGS), (2, ROW)]
