"""Workbooks written by hand, so that a test can put anything into them."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Mapping
from io import BytesIO
from itertools import pairwise
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

import xlwt

from reminders.workbooks import reader
from reminders.workbooks.terms import NumberedRow

HEADINGS = ["first_name", "phone", "treated_at"]
ROW = ["Ana", "07700 900101", "2026-03-12"]

_TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_XLSX = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns"
_ODS = " ".join(
    f'xmlns:{name}="{_OFFICE}:{name}:1.0"' for name in ("office", "table", "text", "style", "draw")
)


def read(workbook: bytes) -> list[NumberedRow]:
    """Read a workbook here, without a process of its own."""
    out = BytesIO()
    reader.write_sheet(reader.sheets_of(BytesIO(workbook)), None, out)
    return [(number, cells) for number, cells in map(json.loads, out.getvalue().splitlines())]


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def xlsx(
    *sheets: str,
    names: Mapping[str, str] | None = None,
    parts: Mapping[str, str | bytes] | None = None,
    before: str = "",
    renamed: Mapping[str, str] | None = None,
) -> bytes:
    """Write sheets, given as the XML of their rows; ``names`` says how they are called, and in what state."""
    called = list((names or {f"Sheet{n}": "visible" for n, _ in enumerate(sheets, 1)}).items())
    listed = "".join(
        f'<sheet name="{escape(name)}" sheetId="{n}" state="{state}" r:id="r{n}"/>'
        for n, (name, state) in enumerate(called, 1)
    )
    related = "".join(
        f'<Relationship Id="r{n}" Type="{_TYPES}/worksheet" Target="worksheets/s{n}.xml"/>'
        for n, _ in enumerate(called, 1)
    )
    for kind in ("styles", "sharedStrings"):
        if f"xl/{kind}.xml" in (parts or {}):
            related += f'<Relationship Id="{kind}" Type="{_TYPES}/{kind}" Target="{kind}.xml"/>'
    whole = (
        {
            "_rels/.rels": f'<Relationships><Relationship Id="a" Type="{_TYPES}/officeDocument" Target="/xl/workbook.xml"/></Relationships>',
            "xl/_rels/workbook.xml.rels": f"<Relationships>{related}</Relationships>",
            "xl/workbook.xml": f'<workbook {_XLSX} xmlns:r="{_TYPES}"><sheets>{listed}</sheets></workbook>',
        }
        | {
            f"xl/worksheets/s{n}.xml": f"{before}<worksheet {_XLSX}><sheetData>{rows}</sheetData></worksheet>"
            for n, rows in enumerate(sheets, 1)
        }
        | dict(parts or {})
    )
    return zipped({(renamed or {}).get(name, name): part for name, part in whole.items()})


def row(*cells: str, number: int | str = "") -> str:
    at = f' r="{number}"' if number else ""
    return f"<row{at}>{''.join(cell(text) for text in cells)}</row>"


def cell(text: str, at: str = "") -> str:
    place = f' r="{at}"' if at else ""
    return f'<c{place} t="inlineStr"><is><t>{text}</t></is></c>'


LIST = row(*HEADINGS) + row(*ROW)


def ods(content: str, styles: str = "", before: str = "", **parts: str) -> bytes:
    """Write an ODS file whose spreadsheet holds this XML."""
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": f"{before}<office:document-content {_ODS}><office:automatic-styles>{styles}</office:automatic-styles>"
            f"<office:body><office:spreadsheet>{content}</office:spreadsheet></office:body></office:document-content>",
            **parts,
        }
    )


def ods_table(*rows: str, name: str = "List", style: str = "") -> str:
    return (
        f'<table:table table:name="{name}" table:style-name="{style}">{"".join(rows)}</table:table>'
    )


def ods_row(*cells: str, times: int = 1, cell_times: int = 1) -> str:
    written = "".join(
        f'<table:table-cell office:value-type="string" table:number-columns-repeated="{cell_times}"><text:p>{text}</text:p></table:table-cell>'
        for text in cells
    )
    return f'<table:table-row table:number-rows-repeated="{times}">{written}</table:table-row>'


BLANK_ODS_ROWS = (
    '<table:table-row table:number-rows-repeated="1048574"><table:table-cell '
    'table:number-columns-repeated="16384"/></table:table-row>'
)


def xls(rows: Mapping[tuple[int, int], object], second: str = "") -> bytes:
    """Write an XLS file with these cells, by row and column, as Excel did in 1997."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("List")
    shaded = xlwt.easyxf("pattern: pattern solid, fore_colour yellow")
    dated = xlwt.easyxf(num_format_str="DD/MM/YYYY HH:MM")
    for (number, place), value in rows.items():
        is_date = hasattr(value, "isoformat")
        sheet.write(
            number,
            place,
            value,
            dated if is_date else shaded if value == "" else xlwt.Style.default_style,
        )
    if second:
        other = book.add_sheet("Other")
        other.write(0, 0, "x")
        other.visibility = {"visible": 0, "hidden": 1}[second]
    out = BytesIO()
    book.save(out)
    return out.getvalue()


XLS_LIST: dict[tuple[int, int], object] = {
    (number, place): text
    for number, texts in enumerate((HEADINGS, ROW))
    for place, text in enumerate(texts)
}


# --- hostile ones -------------------------------------------------------------------------

_LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in pairwise("abcdefghij"))
    + "]>"
)
_OUTSIDE = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]>'
_STRANGE = "no spreadsheet program writes"
_LAST_CORNER = '<row r="1048576"><c r="XFD1048576" t="b"><v>1</v></c></row>'
_SHARED_CELL = '<c t="s"><v>0</v></c>'
_SHARED = {"xl/sharedStrings.xml": f"<sst><si><t>{'x' * 1_900}</t></si></sst>"}


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "a declared bomb": (lambda: _declaring(xlsx(LIST), 300_000_000), "too large"),
    "a bomb that lies": (lambda: _declaring(_inflated(3_000_000), 1_000), "cannot be opened"),
    "a bomb of one cell": (lambda: _inflated(220_000_000), "too large"),
    "nested without end": (lambda: xlsx("<row>" * 500_000), "cannot be opened"),
    "one text in every cell": (
        lambda: xlsx(f"<row>{_SHARED_CELL * 20}</row>" * 5_000, parts=_SHARED),
        "too large",
    ),
    "an entity bomb": (lambda: xlsx(row("&j;"), before=_LAUGHS), _STRANGE),
    "an entity bomb in ODS": (lambda: ods(ods_table(ods_row("&j;")), before=_LAUGHS), _STRANGE),
    "an entity of a file": (lambda: xlsx(row("&f;"), before=_OUTSIDE), _STRANGE),
    "cut in two": (lambda: _half(xlsx(LIST)), "cannot be opened"),
    "cut in two, ODS": (lambda: _half(ods(ods_table(ods_row("a")))), "cannot be opened"),
    "cut in two, XLS": (lambda: _half(xls(XLS_LIST)), "cannot be opened"),
    "no workbook in it": (lambda: zipped({"word/document.xml": "<x/>"}), "cannot be opened"),
    "broken XML": (lambda: xlsx("<row><c>"), "cannot be opened"),
    "locked": (lambda: b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "password"),
    "locked, ZIP": (lambda: _with_flag(xlsx(LIST)), "password"),
    "locked, ODS": (lambda: ods("", **{"META-INF/manifest.xml": _ENCRYPTED}), "password"),
    "locked, XLS": (lambda: _with_password(xls(XLS_LIST)), "password"),
    "a million repeated rows": (lambda: ods(ods_table(ods_row("a", times=10**6))), "100,000 rows"),
    "a row repeated for ever": (lambda: ods(ods_table(ods_row("a", times=10**15))), "cannot be op"),
    "a cell repeated for ever": (
        lambda: ods(ods_table(ods_row("a", cell_times=10**15))),
        "200 columns",
    ),
    "rows without end": (lambda: xlsx(row("a") * 100_002), "100,000 rows"),
    "something in the last corner": (lambda: xlsx(LIST + _LAST_CORNER), "200 columns"),
    "something in the last corner, XLS": (lambda: xls({(65_535, 255): "b"}), "200 columns"),
    "a row that cannot be": (lambda: xlsx(row("a", number=10**18)), "cannot be opened"),
    "rows that go back": (lambda: xlsx(row("a", number=7) * 2), "cannot be opened"),
    "a column that cannot be": (lambda: xlsx(f"<row>{cell('a', 'É1')}</row>"), "cannot be opened"),
    "a shared text that is not there": (
        lambda: xlsx('<row><c t="s"><v>7</v></c></row>'),
        "cannot be opened",
    ),
}
"""Workbooks made to do harm, or broken, each with what is said of it."""


_ENCRYPTED = (
    "<manifest:manifest xmlns:manifest='urn:m'><manifest:encryption-data/></manifest:manifest>"
)


def _inflated(size: int) -> bytes:
    """Return a workbook with one cell of so many letters, packed to a few kilobytes."""
    out = BytesIO(xlsx(LIST, ""))
    with (
        ZipFile(out, "a", ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("xl/worksheets/s9.xml", "w") as part,
    ):
        part.write(f"<worksheet {_XLSX}><sheetData><row><c t='str'><v>".encode())
        for _ in range(size // 1_000_000):
            part.write(b"x" * 1_000_000)
        part.write(b"</v></c></row></sheetData></worksheet>")
    return (
        out.getvalue()
        .replace(b"xl/worksheets/s1.xml", b"xl/worksheets/s0.xml")
        .replace(b"xl/worksheets/s9.xml", b"xl/worksheets/s1.xml")
    )


def _half(workbook: bytes) -> bytes:
    return workbook[: len(workbook) // 2]


def _declaring(workbook: bytes, size: int) -> bytes:
    """Return a workbook whose directory declares another size for its sheet."""
    entry = workbook.rindex(b"xl/worksheets/s1.xml") - 46
    at = entry + 24
    return workbook[:at] + struct.pack("<I", size) + workbook[at + 4 :]


def _with_flag(workbook: bytes) -> bytes:
    """Return a workbook whose directory says that its sheet is encrypted."""
    at = workbook.rindex(b"xl/worksheets/s1.xml") - 46 + 8
    return workbook[:at] + b"\x01" + workbook[at + 1 :]


def _with_password(workbook: bytes) -> bytes:
    """Return an XLS file whose second record says that the rest is encrypted (FILEPASS)."""
    at = workbook.index(b"\x09\x08\x10\x00") + 20
    return workbook[:at] + b"\x2f\x00" + workbook[at + 2 :]
