"""What is done with all rows of a list at once: to read it, look at it, and take it in."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from reminders.app import App
from reminders.intake import arrivals
from reminders.intake import imports as list_imports
from reminders.intake.imports import ImportPreview
from reminders.rules.terms import InputError
from reminders.rules.translation import gettext, gettext_noop, ngettext
from reminders.spreadsheets import table_of, write_table
from reminders.store.database import reading, writing
from reminders.store.queries import audit, people
from reminders.store.tables import Import
from reminders.web.desk.clients import import_draft


def begin(
    app: App,
    content: bytes,
    clinic_id: int,
    name: str,
    who: str,
    sheet: str | None = None,
    instead_of: int | None = None,
) -> int:
    """Keep a file, or pasted cells, as a list to be looked at, and return its id: in place of the
    workbook ``instead_of`` whose ``sheet`` was asked for. Raises ``InputError``.
    """
    table = table_of(content, sheet)
    with writing(app.engine) as session:
        if instead_of is not None:
            _end_waiting(session, clinic_id, instead_of)
        clinic, now = people.clinic(session, clinic_id), app.clock()
        intake = list_imports.begin(session, clinic, table, name, who, now)
        what, detail = gettext_noop("began a list"), _rows(len(table.rows))
        audit.record(session, clinic_id, who, what, Import, intake.id, now, detail)
    return intake.id


def _rows(n: int) -> str:
    return ngettext("%(n)s row", "%(n)s rows", n)


def _end_waiting(session: Session, clinic_id: int, import_id: int) -> None:
    waiting = session.get(Import, import_id, with_for_update=True)
    if waiting is None or waiting.clinic_id != clinic_id:
        raise InputError(
            gettext("This workbook has already been continued."), gettext("Find it under Import.")
        )
    session.delete(waiting)


def overview(app: App, import_id: int) -> dict[str, Any]:
    """Return what the page of a list fills its template with before it goes in. Raises
    ``InputError``.
    """
    intake, looked = _look(app, import_id)
    return import_draft.words(app, intake, looked)


def rows_to_mend(app: App, import_id: int) -> bytes:
    """Return a file of the rows that cannot go in, with why. Raises ``InputError``."""
    return write_table(list_imports.rows_left_out(_look(app, import_id)[1]))


def take_in(app: App, import_id: int, who: str) -> None:
    """Take in what is good of a list that was accepted; if that fails it is as it was before."""
    try:
        _, looked = _look(app, import_id)
        _expect(app, import_id, len(looked.checked.good))
        arrival = arrivals.Arrival(app.engine, app.library, looked.checked, import_id, app.clock)
    except BaseException:
        arrivals.remove(app.engine, import_id, app.clock())
        raise

    def record(session: Session, intake: Import) -> None:
        what, detail = gettext_noop("imported a file"), _rows(intake.taken or 0)
        audit.record(session, intake.clinic_id, who, what, Import, intake.id, app.clock(), detail)

    arrival.run(record, list_imports.cells_left_out(looked))


def _look(app: App, import_id: int) -> tuple[Import, ImportPreview]:
    with reading(app.engine) as session:
        intake = session.get_one(Import, import_id)
        clinic = people.clinic(session, intake.clinic_id)
        looked = list_imports.look(session, intake, clinic, app.library, app.clock())
    return intake, looked


def _expect(app: App, import_id: int, rows: int) -> None:
    """Say how many rows are to come. Raises ``InputError`` where the list waits no longer."""
    with writing(app.engine) as session:
        intake = session.get_one(Import, import_id)
        if intake.arriving_at is None:
            raise InputError(
                gettext("This file is no longer being imported."), gettext("Reload the page.")
            )
        intake.taken = rows
