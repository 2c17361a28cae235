"""Staff page that asks which sheet of a workbook is the list."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import Response

from reminders.intake import sheet_choices
from reminders.rules.roles import Role
from reminders.rules.terms import InputError
from reminders.store.database import reading, writing
from reminders.store.queries import people
from reminders.store.queries.desk import row_of_clinic
from reminders.store.tables import Import
from reminders.web.desk.clients import import_process
from reminders.web.desk.page import DeskRequest, desk_route


def ask(request: DeskRequest, content: bytes, name: str, sheets: Sequence[str]) -> Response:
    """Keep a workbook, and go on to the question."""
    with writing(request.app.engine) as session:
        clinic, who = people.clinic(session, request.clinic_id), request.signed_in.staff.email
        kept = sheet_choices.keep(session, clinic, content, sheets, name, who, request.now)
    return request.redirect(f"/lists/{kept.id}")


def show(request: DeskRequest, waiting: Import, sheets: Sequence[str]) -> Response:
    """Show the question."""
    return request.page("import-sheet.html", intake=waiting, sheets=sheets)


def choose(request: DeskRequest) -> Response:
    """Go on with the sheet that was chosen."""
    with reading(request.app.engine) as session:
        waiting = row_of_clinic(session, request.clinic_id, Import, request.id)
        sheets, workbook = sheet_choices.sheets_of(waiting), sheet_choices.workbook_of(waiting)
    if not sheets:
        return request.redirect(f"/lists/{request.id}")
    args = (request.clinic_id, waiting.file_name, request.signed_in.staff.email)
    chosen = (request.typed("sheet"), waiting.id)
    try:
        number = import_process.begin(request.app, workbook, *args, *chosen)
    except InputError as error:
        request.faults["sheet"] = str(error)
        return show(request, waiting, sheets)
    return request.redirect(f"/lists/{number}")


ROUTES = [desk_route("/lists/{id:int}/sheet", choose, Role.STAFF, "POST")]
