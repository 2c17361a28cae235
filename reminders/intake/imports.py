"""Lists imported through the web pages: begun, corrected in place, taken in, undone."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from reminders.enrolment.terms import Effect
from reminders.enrolment.treatments import by_id
from reminders.intake import lists
from reminders.intake.arrivals import Pace
from reminders.intake.column_meanings import CellRemark
from reminders.intake.list_results import CheckedList
from reminders.list_tables import Rows, Table
from reminders.plans.reminder_plans import replan_clients
from reminders.questions import questions
from reminders.rules import list_columns
from reminders.rules.terms import Channel, InputError
from reminders.rules.translation import gettext
from reminders.store.database import reading, writing
from reminders.store.queries import arrivals, people
from reminders.store.queries import imports as queries
from reminders.store.tables import Clinic, Import
from reminders.wording.library import Library

KEPT = timedelta(days=7)
"""How long rows that were left out, and lists nobody finished, stay to be fetched."""


@dataclass(slots=True)
class ImportPreview:
    """A list as it stands: its cells, which column holds what, and what can go in."""

    table: Table
    columns: dict[str, int]
    checked: CheckedList

    @property
    def missing(self) -> list[CellRemark]:
        """Return which columns are needed and not there; until they are, no row is read."""
        held = self.columns.keys()
        whole = all(held & set(any_of) for any_of, _ in lists.NEEDED.values())
        return [] if whole else self.checked.faults

    def faults_of(self, number: int) -> list[CellRemark]:
        """Return what is wrong with a row."""
        return [fault for fault in self.checked.faults if fault.row == number]


@dataclass(slots=True)
class UndoResult:
    """What undoing a list did: treatments and reminders cancelled, and what had left already."""

    treatments: int = 0
    reminders: int = 0
    left: int = 0
    effects: Counter[str] = field(default_factory=Counter)


def begin(
    session: Session, clinic: Clinic, table: Table, name: str, who: str, now: datetime
) -> Import:
    """Keep a list to be looked at, its columns recognised as they were corrected last time.

    Cells pasted without headings get some, so that no row is taken for them.
    """
    table = lists.under_headings(table)
    if not list_columns.recognise_columns(table.header):
        rows = [(1, table.header), *((number, row) for number, row in table.rows)]
        widest = max(len(row) for _, row in rows)
        table = Table([f"Column {n}" for n in range(1, widest + 1)], rows)
    known = lists.columns_of(session, clinic, table.header)
    where = list_columns.recognise_columns(table.header) if known is None else known
    intake = Import(
        clinic_id=clinic.id,
        file_name=name[:120],
        imported_by=who,
        started_at=now,
        columns=json.dumps(where),
        cells=table.as_text(),
    )
    session.add(intake)
    session.flush()
    return intake


def look(
    session: Session, intake: Import, clinic: Clinic, library: Library, now: datetime
) -> ImportPreview:
    """Read a list that was begun, cell by cell; raises ``InputError`` when it is gone."""
    table, where = _table(intake), json.loads(intake.columns)
    known = questions.answers(session, clinic.id)
    checked = lists.check(table, intake.file_name, clinic, library, now, where, known)
    return ImportPreview(table, where, checked)


def set_columns(session: Session, intake: Import, where: Mapping[str, int]) -> None:
    """Say which column holds what, here and in lists with the same headings from now on."""
    table = _table(intake)
    kept = {name: place for name, place in where.items() if 0 <= place < len(table.header)}
    intake.columns = json.dumps(kept)
    queries.remember(session, intake.clinic_id, list_columns.fingerprint(table.header), kept)


def mend(intake: Import, cells: Mapping[tuple[int, int], str]) -> int:
    """Write into cells, given by row number and column place; return how many changed."""
    table, changed, rows = _table(intake), 0, Rows()
    for number, row in table.rows:
        mended = [*row, *[""] * (len(table.header) - len(row))]
        for place in range(len(mended)):
            wanted = cells.get((number, place), mended[place])
            changed += wanted != mended[place]
            mended[place] = wanted
        rows.append(number, mended)
    intake.cells = Table(table.header, rows).as_text()
    return changed


def leave_out(intake: Import, numbers: set[int]) -> None:
    """Drop rows from a list, as those of other treatments."""
    table = _table(intake)
    rows = Rows((number, row) for number, row in table.rows if number not in numbers)
    intake.cells = Table(table.header, rows).as_text()


def say_consent(intake: Import, channels: Sequence[Channel], source: str, on: str) -> None:
    """Record how everyone on a list without consent columns gave consent.

    ``source`` says how (“intake form”), ``on`` when, as it was typed; they become columns of the
    list, so that each is read and checked like any other.
    """
    table, where = _table(intake), json.loads(intake.columns)
    said = {f"{channel}_consent": "yes" for channel in channels}
    said |= {"consent_source": source, "consent_at": on}
    new = {name: text for name, text in said.items() if name not in where}
    rows = Rows(
        (number, [*row, *[""] * (len(table.header) - len(row)), *new.values()])
        for number, row in table.rows
    )
    where |= {name: len(table.header) + place for place, name in enumerate(new)}
    intake.columns = json.dumps(where)
    intake.cells = Table([*table.header, *new], rows).as_text()


def accept(intake: Import, now: datetime) -> None:
    """Let a list be on its way in from now on, so that nobody changes it any more; raises
    ``InputError`` where it is already.
    """
    if intake.taken_at is not None:
        raise InputError(
            gettext("This file has already been imported."),
            gettext("Undo that import first to import it again."),
        )
    if intake.arriving_at is not None:
        raise InputError(
            gettext("This file is being imported."), gettext("Wait until it is complete.")
        )
    intake.arriving_at = now


def open_list(session: Session, clinic: Clinic, name: str, who: str, now: datetime) -> Import:
    """Note a list that goes in as it is, without being looked at on a page first."""
    intake = Import(
        clinic_id=clinic.id,
        file_name=name[:120],
        imported_by=who,
        started_at=now,
        columns=json.dumps({}),
        arriving_at=now,
    )
    session.add(intake)
    session.flush()
    return intake


def cells_left_out(looked: ImportPreview) -> str | None:
    """Return the rows that do not go in, as they are kept; None where all do."""
    faulty = {fault.row for fault in looked.checked.faults}
    rows = [(number, row) for number, row in looked.table.rows if number in faulty]
    return Table(looked.table.header, rows).as_text() if rows else None


def rows_left_out(looked: ImportPreview) -> list[list[str]]:
    """Return the rows that cannot go in as they are, with a column that says why."""
    rows = []
    for number, row in looked.table.rows:
        if faults := looked.faults_of(number):
            why = " ".join(f"{f.column}: {f.problem} {f.advice}".strip() for f in faults)
            rows.append([*row, *[""] * (len(looked.table.header) - len(row)), why])
    return [[*looked.table.header, gettext("Problem")], *rows]


def undo(
    engine: Engine, library: Library, import_id: int, who: str, clock: Callable[[], datetime]
) -> UndoResult:
    """Cancel the treatments that came in by a list, and with them all that has not left, by short
    transactions; one that is interrupted goes on when it is undone again. Raises ``InputError``.

    What the list changed of treatments known before is not changed back, since somebody may have
    intended it: staff are shown which clients (``queries.changed_clients``).
    """
    with reading(engine) as session:
        intake = session.get_one(Import, import_id)
        if intake.taken_at is None or intake.undone_at is not None:
            raise InputError(
                gettext("There is nothing to undo."), gettext("Reload the page and check again.")
            )
        rows = queries.rows_of(session, import_id)
        undone = UndoResult(effects=Counter(row.effect for row in rows))
        undone.left = queries.left_already(session, import_id, Effect.ADDED)
        came = {row.treatment_id: row.client_id for row in rows if row.effect == Effect.ADDED}
        ids = sorted(people.kept_ids(session, set(came.values())))
    with writing(engine) as session:
        arrivals.forget_list(session, import_id)
    pace = Pace()
    while ids:
        some, ids = ids[: pace.rows], ids[pace.rows :]
        with pace.step(engine) as session:
            _undo_some(session, library, intake.clinic_id, some, came.keys(), clock(), undone)
    with writing(engine) as session:
        intake = session.get_one(Import, import_id)
        intake.undone_at, intake.undone_by = clock(), who
    return undone


def _undo_some(
    session: Session,
    library: Library,
    clinic_id: int,
    ids: Sequence[int],
    came: Collection[int | None],
    now: datetime,
    undone: UndoResult,
) -> None:
    clients = by_id(people.lock(session, ids))
    for treatment in people.treatments_of(session, clients):
        if treatment.id in came and treatment.cancelled_at is None:
            treatment.cancelled_at = now
            undone.treatments += 1
    session.flush()
    clinic = people.clinic(session, clinic_id)
    changes = replan_clients(session, library, clinic, clients, now)
    undone.reminders += sum(len(change.cancel) for change in changes.values())


def _table(intake: Import) -> Table:
    if intake.cells is None:
        raise InputError(gettext("This import has expired."), gettext("Import the file again."))
    table = Table.of_text(intake.cells)
    if table is None:
        raise InputError(gettext("No sheet is chosen."), gettext("Choose the one to import."))
    return table
