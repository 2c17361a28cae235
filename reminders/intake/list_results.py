"""What was read in a list, what taking it in did, and both in a sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from reminders.enrolment.terms import Effect, Enrolment, EnrolmentResult
from reminders.intake.column_meanings import CellRemark, ColumnMeanings
from reminders.intake.list_row import ListRow
from reminders.rules.questions import Doubt


@dataclass(frozen=True, slots=True)
class WaitingListRow:
    """A row that waits for a person's answer, with what is in doubt."""

    number: int
    values: Sequence[str]
    key: str
    doubt: Doubt


class KeyedRows(Mapping[int, tuple[str, Sequence[str]]]):
    """The rows of a list by their numbers, each with its key, which is made when it is asked for."""

    def __init__(
        self, sheet: ColumnMeanings | None, rows: Sequence[tuple[int, Sequence[str]]]
    ) -> None:
        """Take the rows, and what their columns mean."""
        self._sheet, self._rows = sheet, rows
        self._passed_over: set[int] = set()
        self._places: dict[int, int] = {}

    def pass_over(self, number: int) -> None:
        """Leave a row out that is none of the list."""
        self._passed_over.add(number)

    def row(self, number: int) -> ListRow:
        """Return a row, to be read again."""
        assert self._sheet is not None
        self._places = self._places or {n: place for place, (n, _) in enumerate(self._rows)}
        return ListRow(self._sheet, number, self._rows[self._places[number]][1])

    def __getitem__(self, number: int) -> tuple[str, Sequence[str]]:
        """Return the key and the cells of a row."""
        row = self.row(number)
        return row.key, row.values

    def __iter__(self) -> Iterator[int]:
        """Return the numbers of all rows."""
        return (number for number, _ in self._rows if number not in self._passed_over)

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self._rows) - len(self._passed_over)


@dataclass(slots=True)
class CheckedList:
    """A list as understood: what can go in, what is left out and why, what a person is asked, what
    is wrong with the rest, and what was assumed. ``bookings`` and ``days`` are those its rows name.
    """

    rows: int = 0
    good: list[tuple[int, Enrolment]] = field(default_factory=list)
    faults: list[CellRemark] = field(default_factory=list)
    notes: list[CellRemark] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    doubts: list[WaitingListRow] = field(default_factory=list)
    services: dict[str, str] = field(default_factory=dict)
    other_services: Counter[str] = field(default_factory=Counter)
    not_taking_place: int = 0
    not_yet: int = 0
    vendor: str | None = None
    meanings: ColumnMeanings | None = None
    cells: KeyedRows = field(default_factory=lambda: KeyedRows(None, ()))
    bookings: set[str] = field(default_factory=set)
    days: set[date] = field(default_factory=set)
    whole: bool = True

    @property
    def numbers(self) -> dict[int, int]:
        """Return the number of the row by its enrolment's identity in memory."""
        return {id(enrolment): number for number, enrolment in self.good}

    def waits(self, number: int, doubt: Doubt) -> WaitingListRow:
        """Return a row of the list as one that waits for the answer to a doubt."""
        key, values = self.cells[number]
        return WaitingListRow(number, values, key, doubt)

    @property
    def questions(self) -> int:
        """Return how many questions its rows raise; many rows may wait for one."""
        return len({(row.doubt.kind, row.doubt.subject) for row in self.doubts})


@dataclass(slots=True)
class Taken:
    """What taking a list in, or an answer, did to treatments, to the reminders planned for them,
    and to clients.
    """

    rows: int = 0
    effects: Counter[str] = field(default_factory=Counter)
    planned: int = 0
    moved: int = 0
    already_sent: int = 0
    too_late: int = 0
    gives_way: int = 0
    clients: list[int] = field(default_factory=list)
    notes: list[CellRemark] = field(default_factory=list)
    faults: list[CellRemark] = field(default_factory=list)
    asked: int = 0
    made_one: bool = False
    waiting: list[WaitingListRow] = field(default_factory=list)
    treatments: set[int] = field(default_factory=set)

    def count(self, number: int, done: EnrolmentResult) -> None:
        """Count one enrolment."""
        in_vain = done.enrolment.cancelled and done.effect is Effect.UNCHANGED
        self.effects.update([] if in_vain else [done.effect])
        self.rows += not done.enrolment.cancelled and done.doubt is None
        self.notes += [CellRemark(number, "", remark) for remark in done.remarks]
        if done.client:
            self.clients.append(done.client.id)
        if done.treatment:
            self.treatments.add(done.treatment.id)
        if done.change is not None:
            self.planned += len(done.change.add)
            self.moved += len(done.change.move)
            self.already_sent += len(done.change.already_sent)
            self.too_late += len(done.change.late) + len(done.change.too_late)
            self.gives_way += len(done.change.no_room) + len(done.change.give_way)

    def add(self, other: Taken) -> None:
        """Count what another list did as well."""
        self.rows += other.rows
        self.effects += other.effects
        self.planned += other.planned
        self.moved += other.moved
        self.already_sent += other.already_sent
        self.too_late += other.too_late
        self.gives_way += other.gives_way
        self.clients += other.clients
        self.notes += other.notes
        self.faults += other.faults
        self.asked += other.asked


def summary(checked: CheckedList, taken: Taken | None) -> str:
    """Summarise in a sentence or two what importing a list did."""
    faulty = len({fault.row for fault in checked.faults})
    if taken is None:
        if not checked.faults:
            return " ".join(["There are no rows to import.", *_beside(checked, 0)])
        if checked.meanings is None:
            return "Nothing was imported, because a column that is needed was not recognised."
        more = " Fix them, or import the other rows with --good-rows." if checked.good else ""
        have = "has" if faulty == 1 else "have"
        return f"Nothing was imported. {faulty} of {count_of(checked.rows, 'row')} {have} faults.{more}"
    effects = ", ".join(f"{n} {effect}" for effect, n in sorted(taken.effects.items()))
    said = [
        f"{taken.rows} of {count_of(checked.rows, 'row')} imported{f': {effects}' if effects else ''}.",
        f"{count_of(taken.planned, 'reminder')} scheduled, {taken.moved} moved.",
    ]
    if taken.already_sent:
        said.append(f"{count_of(taken.already_sent, 'reminder')} already sent for an old date.")
    if taken.too_late:
        said.append(f"{count_of(taken.too_late, 'reminder')} skipped as too late to be useful.")
    if taken.gives_way:
        said.append(f"{count_of(taken.gives_way, 'text')} skipped for more important ones.")
    if faulty:
        said.append(f"{count_of(faulty, 'faulty row')} skipped.")
    said += _beside(checked, taken.asked)
    return " ".join(said)


def _beside(checked: CheckedList, asked: int) -> Iterator[str]:
    """Say what of a list is no fault and no treatment."""
    if others := checked.other_services.total():
        yield f"{count_of(others, 'row')} skipped as {'another service' if others == 1 else 'other services'}."
    if gone := checked.not_taking_place:
        yield f"{count_of(gone, 'row')} skipped as not taking place."
    if checked.not_yet:
        yield f"{count_of(checked.not_yet, 'row')} not confirmed yet."
    if asked:
        yield f"{count_of(asked, 'question')} to answer. To see {'it' if asked == 1 else 'them'}: reminders questions"


def count_of(number: int, one: str, many: str = "") -> str:
    """Count something in words."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
