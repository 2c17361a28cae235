"""Read XLSX workbooks row by row, whatever corner their last cell stands in.

Code of our own on expat: calamine lays a sheet out from its first cell to its last, blank ones
included, and aborts when memory ends; openpyxl takes three times as long for a full list, and
refuses the style sheets of some booking systems.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from posixpath import join, normpath
from typing import TypeVar

from reminders.workbooks.archives import Archive, Visitor
from reminders.workbooks.cells import (
    SINCE_1900,
    SINCE_1904,
    Cells,
    iso_text,
    number_text,
    serial_text,
    yes_or_no,
)
from reminders.workbooks.terms import LAST_ROW, NumberedRow, Sheet, damaged

_DATE_FORMATS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
"""Number formats every workbook has (ECMA-376, 18.8.30) that show dates or times."""

_NOT_LETTERS_OF_DATES = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]|;.*', re.DOTALL)
_CONTROL = re.compile(r"_x00[01][0-9A-Fa-f]_")
"""How Excel writes characters that XML has no place for, like ``_x000D_`` for a line's end."""

V = TypeVar("V", bound=Visitor)


def sheets(archive: Archive) -> Iterator[Sheet]:
    """Read the sheets in sight."""
    main = _main_part(archive)
    there, book = _relations(archive, main), _Book()
    archive.walk(main, book)
    content = _Content(archive, there, date_1904=book.date_1904)
    for name, relation in book.visible:
        kind, part = there.get(relation, ("", ""))
        if kind == "worksheet":  # not a chart, nor a macro
            yield Sheet(name, _rows(archive, part, content))


def _main_part(archive: Archive) -> str:
    there = _relations(archive, "").values()
    return next((part for kind, part in there if kind == "officeDocument"), "xl/workbook.xml")


def _relations(archive: Archive, part: str) -> dict[str, tuple[str, str]]:
    """Return kind and name of the parts that a part refers to, by how it calls them."""
    folder, _, name = part.rpartition("/")
    listed, visitor = join(folder, "_rels", f"{name}.rels"), _Relations(folder)
    if listed in archive:
        archive.walk(listed, visitor)
    return visitor.found


def _rows(archive: Archive, part: str, content: _Content) -> Iterator[NumberedRow]:
    rows = _Rows(content)
    for _ in archive.visit(part, rows):
        yield from rows.done
        rows.done.clear()


class _Relations(Visitor):
    def __init__(self, folder: str) -> None:
        super().__init__()
        self._folder = folder
        self.found: dict[str, tuple[str, str]] = {}

    def start(self, name: str, attributes: dict[str, str], /) -> None:
        if _local(name) == "Relationship":
            target = normpath(join("/", self._folder, attributes.get("Target", "")))
            kind = attributes.get("Type", "").rpartition("/")[2]
            self.found[attributes.get("Id", "")] = kind, target.lstrip("/")


class _Book(Visitor):
    """The names of the sheets in sight, and since when days are counted."""

    def __init__(self) -> None:
        super().__init__()
        self.visible: list[tuple[str, str]] = []
        self.date_1904 = False

    def start(self, name: str, attributes: dict[str, str], /) -> None:
        here = {_local(key): value for key, value in attributes.items()}
        if _local(name) == "workbookPr":
            self.date_1904 = yes_or_no(here.get("date1904", "")) == "yes"
        elif _local(name) == "sheet" and here.get("state", "visible") == "visible":
            self.visible.append((here.get("name", ""), here.get("id", "")))


class _Styles(Visitor):
    """Whether a cell of a style holds a date, by the style's number."""

    def __init__(self) -> None:
        super().__init__()
        self.dates: list[bool] = []
        self._formats = {str(number) for number in _DATE_FORMATS}
        self._within = False

    def start(self, name: str, attributes: dict[str, str], /) -> None:
        match _local(name):
            case "numFmt" if _shows_dates(attributes.get("formatCode", "")):
                self._formats.add(attributes.get("numFmtId", ""))
            case "cellXfs":
                self._within = True
            case "xf" if self._within:
                self.dates.append(attributes.get("numFmtId") in self._formats)

    def end(self, name: str) -> None:
        if _local(name) == "cellXfs":
            self._within = False


def _shows_dates(code: str) -> bool:
    return any(letter in "dmyhs" for letter in _NOT_LETTERS_OF_DATES.sub("", code).lower())


class _Strings(Visitor):
    """The texts that cells refer to by number, without the readings beside Japanese names."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._beside = False

    def start(self, name: str, _: dict[str, str], /) -> None:
        match _local(name):
            case "rPh":
                self._beside = True
            case "t":
                self.wants_text = not self._beside

    def end(self, name: str) -> None:
        match _local(name):
            case "rPh":
                self._beside = False
            case "t":
                self.wants_text = False
            case "si":
                self.texts.append(_CONTROL.sub(" ", self.take_text()))


class _Content:
    """What cells of all sheets need to be read: shared texts and styles, fetched at first use."""

    def __init__(
        self, archive: Archive, there: dict[str, tuple[str, str]], *, date_1904: bool
    ) -> None:
        self._archive = archive
        self._parts = dict(there.values())
        self._since = SINCE_1904 if date_1904 else SINCE_1900
        self._strings: list[str] | None = None
        self._styles: list[bool] | None = None

    def text(self, kind: str, style: str, raw: str) -> str:
        """Return a cell's text, by its kind and style."""
        match kind:
            case "s":
                return self._shared(int(raw))
            case "n":
                return self._number(raw, int(style))
            case "b":
                return yes_or_no(raw.strip())
            case "d":
                return iso_text(raw)
            case _:
                return _CONTROL.sub(" ", raw)

    def _number(self, raw: str, style: int) -> str:
        if self._styles is None:
            self._styles = self._visited("styles", _Styles()).dates
        is_date = style < len(self._styles) and self._styles[style]
        try:
            return serial_text(float(raw), self._since) if is_date else number_text(float(raw))
        except ValueError:
            return raw

    def _shared(self, number: int) -> str:
        if self._strings is None:
            self._strings = self._visited("sharedStrings", _Strings()).texts
        return self._strings[number]

    def _visited(self, kind: str, visitor: V) -> V:
        if kind in self._parts:
            self._archive.walk(self._parts[kind], visitor)
        return visitor


class _Rows(_Strings):
    """The rows of a sheet; its cells may hold texts of their own."""

    def __init__(self, content: _Content) -> None:
        super().__init__()
        self.done: list[NumberedRow] = []
        self._content, self._cells = content, Cells()
        self._number = self._place = 0
        self._kind, self._style = "n", "0"

    def start(self, name: str, attributes: dict[str, str], /) -> None:
        match _local(name):
            case "c":
                self._place = _place(attributes.get("r", ""), self._place)
                self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "0")
            case "v":
                self.wants_text = True
            case "row":
                self._number = _row_number(attributes.get("r", ""), self._number)
                self._place = 0
            case _:
                super().start(name, attributes)

    def end(self, name: str) -> None:
        match _local(name):
            case "c":
                if raw := self.take_text():
                    self._cells.put(
                        self._place - 1, self._content.text(self._kind, self._style, raw)
                    )
            case "v":
                self.wants_text = False
            case "row":
                if row := self._cells.take():
                    self.done.append((self._number, row))
            case _:
                super().end(name)


def _place(reference: str, before: int) -> int:
    """Return the place of a cell like B7, counted from 1; without one it is the next."""
    letters = reference.rstrip("0123456789")
    return _column(letters) if letters else before + 1


@lru_cache(1024)
def _column(letters: str) -> int:
    if not re.fullmatch("[A-Z]{1,3}", letters):
        raise damaged()
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - 64
    return place


def _row_number(written: str, before: int) -> int:
    number = int(written) if written else before + 1
    if not before < number <= LAST_ROW:
        raise damaged()
    return number


@lru_cache(256)
def _local(name: str) -> str:
    return name.rpartition(":")[2]
