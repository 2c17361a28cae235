"""Parts of a ZIP file as XML, unpacked piece by piece within what its directory may promise."""

from __future__ import annotations

from collections.abc import Iterator
from pyexpat import ParserCreate
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from reminders.rules.terms import InputError
from reminders.rules.translation import gettext
from reminders.workbooks.terms import MOST_UNPACKED, damaged, locked, too_large

_PIECE = 64 * 1024


class Visitor:
    """What meets the elements of a part in their order, and collects text while it wants any."""

    def __init__(self) -> None:
        self.wants_text = False
        self._texts: list[str] = []

    def start(self, name: str, attributes: dict[str, str], /) -> None:
        """Meet the start of an element."""

    def end(self, name: str, /) -> None:
        """Meet the end of an element."""

    def text(self, text: str) -> None:
        """Meet text."""
        if self.wants_text:
            self._texts.append(text)

    def take_text(self) -> str:
        """Return what was collected, and begin anew."""
        text = "".join(self._texts)
        self._texts.clear()
        return text


class Archive:
    """A ZIP file whose directory was looked at before anything is unpacked.

    A part never gives more than the directory declares for it (``zipfile`` sees to that), and
    only in the two ways spreadsheet programs pack, which unpack in pieces.
    """

    def __init__(self, file: BinaryIO) -> None:
        try:
            self._zip = ZipFile(file)
        except BadZipFile:
            raise damaged() from None
        members = self._zip.infolist()
        if sum(member.file_size for member in members) > MOST_UNPACKED:
            raise too_large()
        if any(member.flag_bits & 1 for member in members):
            raise locked()
        self._members = {_plain(member.filename): member for member in members}

    def __contains__(self, name: str) -> bool:
        """Say whether there is such a part."""
        return _plain(name) in self._members

    def visit(self, name: str, visitor: Visitor) -> Iterator[None]:
        """Lead a visitor through a part; each step is a piece of it."""
        member = self._members.get(_plain(name))
        if member is None or member.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
            raise damaged()
        parser = ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = visitor.start
        parser.EndElementHandler = visitor.end
        parser.CharacterDataHandler = visitor.text
        parser.StartDoctypeDeclHandler = _refuse_entities
        with self._zip.open(member) as part:
            while piece := part.read(_PIECE):
                parser.Parse(piece, False)  # noqa: FBT003 (pyexpat's own)
                yield
        parser.Parse(b"", True)  # noqa: FBT003

    def walk(self, name: str, visitor: Visitor) -> None:
        """Lead a visitor through a whole part."""
        for _ in self.visit(name, visitor):
            pass


def _plain(name: str) -> str:
    """Return a part's name as all programs mean it: some write backslashes, or capitals."""
    return name.replace("\\", "/").lstrip("/").lower()


def _refuse_entities(*_: object) -> None:
    """Refuse a document type: no spreadsheet program writes one, and entity bombs begin there."""
    raise InputError(
        gettext("This workbook contains parts that no spreadsheet program writes."),
        gettext("Copy the list into a new workbook, or save it as CSV."),
    )
