"""The ``import`` command, which takes in a clinic's list of clients and treatments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table as Grid
from sqlalchemy.orm import Session

from reminders.app import App
from reminders.cli.common import (
    EXIT_FAULT,
    AsJson,
    err,
    find_clinic,
    opened,
    out,
    print_json,
    progress_bar,
    stop,
)
from reminders.intake import imports, list_results, lists
from reminders.intake.arrivals import Arrival, settle_interrupted
from reminders.intake.column_meanings import CellRemark
from reminders.intake.list_results import CheckedList, Taken
from reminders.list_tables import Table
from reminders.questions import questions
from reminders.rules.terms import InputError
from reminders.rules.translation import gettext
from reminders.shapes.operation import Import
from reminders.spreadsheets import read_table
from reminders.store.database import reading, writing
from reminders.store.queries.audit import COMMAND_LINE
from reminders.wording.localised import number_text
from reminders.workbooks.terms import SeveralSheetsError

SHOWN = 100
"""How many remarks are shown on a screen; --json shows all."""

ROWS_SHOWN = 12
"""How many rows a remark names."""


def import_list(
    file: Annotated[Path, typer.Argument(help="A .csv, .tsv, .xlsx, .xls or .ods file.")],
    clinic: Annotated[str, typer.Option(help="The clinic's name.")],
    good_rows: Annotated[
        bool, typer.Option("--good-rows", help="Import the good rows and skip the faulty ones.")
    ] = False,
    sheet: Annotated[
        str | None, typer.Option(help="The sheet to read, if the workbook has several.")
    ] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option(
            help="What a column holds, for example “Procedure Date=treated_at”. Remembered for"
            " lists with the same headings."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Import a list of clients and treatments, all of it or nothing.

    With --good-rows the good rows are imported and the faulty ones skipped. Each faulty cell is
    shown with its row, its column and what to do. Importing the same list again changes
    nothing; a changed date reschedules what has not been sent.
    """
    with opened() as app:
        table = _read(file, sheet)
        with (writing if columns else reading)(app.engine) as session:
            checked = _check(session, app, table, file.name, clinic, columns or ())
        taken = None
        if good_rows or not checked.faults:
            with progress_bar(gettext("Importing"), len(checked.good)) as progress:
                taken = _take_in(app, checked, file.name, clinic, progress)
        _report(checked, taken, as_json=as_json)
        if checked.faults and not good_rows:
            raise typer.Exit(EXIT_FAULT)


def _read(file: Path, sheet: str | None) -> Table:
    try:
        return lists.under_headings(read_table(file, sheet))
    except SeveralSheetsError as question:
        stop(
            f"{file.name}: {question}",
            gettext(
                "Choose one, for example: %(option)s", option=f'--sheet "{question.sheets[0]}"'
            ),
        )
    except InputError as error:
        stop(f"{file.name}: {error}")


def _check(
    session: Session, app: App, table: Table, name: str, clinic: str, said: Sequence[str]
) -> CheckedList:
    its_clinic = find_clinic(session, clinic)
    try:
        where = lists.columns_of(session, its_clinic, table.header, said)
    except InputError as error:
        stop(error.problem, error.mend)
    known = questions.answers(session, its_clinic.id)
    return lists.check(table, name, its_clinic, app.library, app.clock(), where, known)


def _take_in(
    app: App, checked: CheckedList, name: str, clinic: str, progress: Callable[[int], None]
) -> Taken:
    now = app.clock()
    settle_interrupted(app.engine, app.library, now)
    with writing(app.engine) as session:
        where = find_clinic(session, clinic)
        import_id = imports.open_list(session, where, name, COMMAND_LINE, now).id
    return Arrival(app.engine, app.library, checked, import_id, app.clock, progress).run()


def _report(checked: CheckedList, taken: Taken | None, *, as_json: bool) -> None:
    notes = checked.notes + (taken.notes if taken else [])
    if as_json:
        print_json(
            Import.of(
                taken or Taken(),
                rows=checked.rows,
                taken=taken.rows if taken else 0,
                other_services=checked.other_services.total(),
                services=checked.other_services,
                not_taking_place=checked.not_taking_place,
                not_yet=checked.not_yet,
                questions=taken.asked if taken else checked.questions,
                ignored_columns=checked.ignored,
                faults=checked.faults,
                notes=notes,
            )
        )
        return
    show_remarks(gettext("To fix"), checked.faults)
    show_remarks(gettext("For information"), notes)
    if checked.ignored:
        ignored = gettext("Columns not used: %(columns)s", columns=", ".join(checked.ignored))
        err.print(f"[dim]{ignored}[/dim]")
    out.print(list_results.summary(checked, taken))


def show_remarks(title: str, remarks: list[CellRemark]) -> None:
    """Show what is to be fixed or known, each thing once with the rows it is about."""
    if not remarks:
        return
    said: dict[tuple[str, str, str], list[str]] = {}
    for remark in remarks:
        said.setdefault((remark.column, remark.problem, remark.advice), []).append(str(remark.row))
    grid = Grid(
        gettext("Row"),
        gettext("Column"),
        gettext("Found"),
        gettext("What to do"),
        title=f"{title} ({number_text(len(remarks))})",
        title_justify="left",
    )
    for words, rows in list(said.items())[:SHOWN]:
        others = len(rows) - ROWS_SHOWN
        more = [gettext("and %(n)s more", n=others)] if others > 0 else []
        grid.add_row(", ".join([*rows[:ROWS_SHOWN], *more]), *map(escape, words))
    out.print(grid)
    if len(said) > SHOWN:
        out.print(gettext("… and %(n)s more; --json shows them all.", n=len(said) - SHOWN))
