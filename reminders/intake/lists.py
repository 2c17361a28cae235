"""Check a clinic's list cell by cell, then take it in as a whole or not at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from reminders.enrolment.terms import Enrolment, EnrolmentResult
from reminders.enrolment.treatments import enrol
from reminders.intake.rows import CellRemark, ColumnMeanings, ListRow, read_row
from reminders.rules import list_cells, list_columns
from reminders.spreadsheets import Table
from reminders.store.tables import Clinic
from reminders.wording.library import Library

NEEDED = {
    "first_name": (("first_name", "name"), "the client's first name"),
    "treated_at": (("treated_at",), "the day of the treatment"),
    "phone": (("phone", "email"), "the mobile number, or one called email"),
}


@dataclass(slots=True)
class CheckedList:
    """A list as understood: what can go in, what is wrong with the rest, what was assumed."""

    rows: int = 0
    good: list[tuple[int, Enrolment]] = field(default_factory=list)
    faults: list[CellRemark] = field(default_factory=list)
    notes: list[CellRemark] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Taken:
    """What taking a list in did to treatments, and to the reminders planned for them."""

    effects: Counter[str] = field(default_factory=Counter)
    planned: int = 0
    moved: int = 0
    already_sent: int = 0
    too_late: int = 0
    clients: list[int] = field(default_factory=list)
    notes: list[CellRemark] = field(default_factory=list)

    def count(self, number: int, done: EnrolmentResult) -> None:
        """Count one enrolment."""
        self.effects[done.effect] += 1
        self.notes += [CellRemark(number, "", remark) for remark in done.remarks]
        if done.client:
            self.clients.append(done.client.id)
        if done.change is not None:
            self.planned += len(done.change.add)
            self.moved += len(done.change.move)
            self.already_sent += len(done.change.already_sent)
            self.too_late += len(done.change.late) + len(done.change.too_late)


def check(
    table: Table,
    name: str,
    clinic: Clinic,
    library: Library,
    now: datetime,
    where: dict[str, int] | None = None,
) -> CheckedList:
    """Read every row of a list for a clinic, and every faulty cell with its fix.

    ``name`` is the list's own name, kept as the source of consents that name none; ``where``
    says which column holds what, if somebody has corrected that.
    """
    where = list_columns.recognise_columns(table.header) if where is None else where
    used = set(where.values())
    checked = CheckedList(rows=len(table.rows))
    checked.ignored = [
        title for place, title in enumerate(table.header) if title and place not in used
    ]
    checked.faults = [
        CellRemark(
            1, column, "This column is missing.", f"Add a column called {column} for {what}."
        )
        for column, (any_of, what) in NEEDED.items()
        if not where.keys() & set(any_of)
    ]
    if not checked.faults:
        sheet = _sheet(table, where, name, clinic, library, now)
        seen: dict[object, int] = {}
        for number, values in table.rows:
            _check_row(ListRow(sheet, number, values), checked, seen)
    return checked


def _sheet(
    table: Table,
    where: dict[str, int],
    name: str,
    clinic: Clinic,
    library: Library,
    now: datetime,
) -> ColumnMeanings:
    place = where["treated_at"]
    dates = [row[place] for _, row in table.rows if place < len(row)]
    return ColumnMeanings(
        name=name,
        header=table.header,
        columns=where,
        zone=ZoneInfo(clinic.time_zone),
        country=clinic.country,
        day_comes_first=list_cells.day_first(dates, clinic.country),
        library=library,
        now=now,
    )


def _check_row(row: ListRow, checked: CheckedList, seen: dict[object, int]) -> None:
    enrolment = read_row(row)
    repeats = enrolment is not None and not row.faults and _repeats(row, enrolment, seen)
    checked.faults += row.faults
    checked.notes += row.notes
    if enrolment is not None and not row.faults and not repeats:
        checked.good.append((row.number, enrolment))


def _repeats(row: ListRow, enrolment: Enrolment, seen: dict[object, int]) -> bool:
    """Take a row written twice once; refuse one booking on two days."""
    booking = enrolment.external_id
    when = (enrolment.protocol, enrolment.treated_on, enrolment.starts)
    same = seen.setdefault((enrolment.identity, when, booking), row.number)
    if same != row.number:
        row.note("", f"Row {same} says the same; it is taken once.")
        return True
    other = seen.setdefault(booking, row.number) if booking else row.number
    if other != row.number:
        row.fault(
            "external_id",
            f"Row {other} has the same booking number for another treatment.",
            "Give each treatment its own; call the column client_id if the number is the client's.",
        )
    return False


def bring_in(
    session: Session,
    library: Library,
    clinic: Clinic,
    checked: CheckedList,
    now: datetime,
    progress: Callable[[int], None] = lambda _: None,
    each: Callable[[int, EnrolmentResult], None] = lambda *_: None,
) -> Taken:
    """Import the good rows of a checked list, in the caller's transaction; ``each`` is called with
    the result of every row.
    """
    taken = Taken()
    numbers = {id(enrolment): number for number, enrolment in checked.good}
    enrolments = [enrolment for _, enrolment in checked.good]
    for done in enrol(session, library, clinic, enrolments, now, progress):
        taken.count(numbers[id(done.enrolment)], done)
        each(numbers[id(done.enrolment)], done)
    return taken


def summary(checked: CheckedList, taken: Taken | None) -> str:
    """Summarise in a sentence or two what importing a list did."""
    faulty = len({fault.row for fault in checked.faults})
    if taken is None:
        if not checked.faults:
            return "There are no rows to take in."
        more = " Mend them, or take the rest with --good-rows." if checked.good else ""
        return f"Nothing was taken in: {faulty} of {_count(checked.rows, 'row')} faulty.{more}"
    effects = ", ".join(f"{n} {effect}" for effect, n in sorted(taken.effects.items()))
    said = [
        f"{len(checked.good)} of {_count(checked.rows, 'row')} taken in: {effects}.",
        f"{_count(taken.planned, 'reminder')} planned, {taken.moved} moved.",
    ]
    if taken.already_sent:
        said.append(f"{_count(taken.already_sent, 'reminder')} already went for an old date.")
    if taken.too_late:
        said.append(f"{_count(taken.too_late, 'reminder')} would come too late to help: skipped.")
    if faulty:
        said.append(f"{_count(faulty, 'faulty row')} left out.")
    return " ".join(said)


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
