"""One row of a list: its cells by what they hold, and what was found wrong or doubtful in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from reminders.intake.column_meanings import CellRemark, ColumnMeanings
from reminders.rules import questions
from reminders.rules.contacts import clean
from reminders.rules.folding import fold, phrases
from reminders.rules.questions import Doubt
from reminders.rules.terms import InputError

T = TypeVar("T")


class LeftOut(StrEnum):
    """Why a row is left out without being a fault."""

    OTHER_SERVICE = "other-service"
    NOT_TAKING_PLACE = "not-taking-place"
    NOT_YET = "not-yet"
    BY_ANSWER = "by-answer"


@dataclass(slots=True)
class ListRow:
    """One row, with what was found wrong, assumed or doubtful while reading it."""

    sheet: ColumnMeanings
    number: int
    values: Sequence[str]
    faults: list[CellRemark] = field(default_factory=list)
    notes: list[CellRemark] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    left_out: LeftOut | None = None
    service: str = ""

    def cells(self, name: str) -> list[str]:
        """Return all cells that hold one thing, the best first."""
        places = self.sheet.columns.get(name, ())
        return [clean(self.values[place]) for place in places if place < len(self.values)]

    def cell(self, name: str) -> str:
        """Return the best cell that says something; empty where none does."""
        for place in self.sheet.columns.get(name, ()):
            text = clean(self.values[place]) if place < len(self.values) else ""
            if text and _says(name, text):
                return text
        return ""

    def read(self, name: str, how: Callable[[str], T]) -> T | None:
        """Understand a cell; an empty one is None, and so is one that is a fault now."""
        text = self.cell(name)
        try:
            return how(text) if text else None
        except InputError as error:
            self.fault(name, error.problem, error.mend)
            return None

    def fault(self, name: str, problem: str, advice: str) -> None:
        """Note that a cell cannot be used."""
        self.faults.append(CellRemark(self.number, self.sheet.title(name), problem, advice))

    def note(self, name: str, what: str) -> None:
        """Note what was assumed about a cell."""
        self.notes.append(CellRemark(self.number, self.sheet.title(name), what))

    def settle(self, doubt: Doubt) -> str | None:
        """Return what a person answered to a doubt before; None where they are to be asked."""
        answer = self.sheet.answers.get(doubt.kind, doubt.subject)
        if answer is None:
            self.doubts.append(doubt)
        elif answer == questions.LEAVE_OUT:
            self.left_out = LeftOut.BY_ANSWER
        return answer

    @property
    def key(self) -> str:
        """Return what a later list would say of the same treatment, from which nobody is read."""
        contact = self.cell("phone") or self.cell("email")
        if booking := self.cell("external_id"):
            return self.subject(self.sheet.source, booking, contact)
        return self.subject(self._who(), contact, self.cell("treated_at"))

    def subject(self, *parts: str) -> str:
        """Return what an answer about this row's person is remembered by."""
        return self.sheet.answers.subject(*parts)

    def _who(self) -> str:
        return " ".join(self.cell(name) for name in ("first_name", "last_name", "name"))


def _says(name: str, cell: str) -> bool:
    """Say whether a cell holds more than “-” or “n/a”; a name and a phone are looked at closer."""
    if len(cell) > LONGEST or name in CLOSER:
        return True
    said = fold(cell)
    return said not in NOTHING and not (name in NUMBERS and not said.strip("0 "))


NOTHING = {""} | phrases("n a | na | none | null | nil | nan | undefined | not set | unknown")
"""What systems write where there is nothing."""

LONGEST = 9
"""Nothing longer is nothing."""

CLOSER = {"first_name", "last_name", "name", "phone"}
NUMBERS = {"external_id", "client_id"}
