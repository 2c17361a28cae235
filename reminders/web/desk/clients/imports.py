"""Staff pages to import a list: upload or paste, correct, take in, undo."""

from __future__ import annotations

import re
from contextvars import copy_context
from typing import Any

from starlette.background import BackgroundTask
from starlette.datastructures import UploadFile
from starlette.responses import Response

from reminders.enrolment.terms import Effect
from reminders.intake import imports as list_imports
from reminders.intake import sheet_choices
from reminders.rules.list_columns import FIELDS
from reminders.rules.roles import Role
from reminders.rules.terms import Channel, InputError
from reminders.rules.translation import gettext, gettext_noop
from reminders.store.database import reading, writing
from reminders.store.queries import imports as queries
from reminders.store.queries.desk import row_of_clinic
from reminders.store.tables import Import
from reminders.web.desk.clients import import_process, import_sheets, import_work
from reminders.web.desk.clients.import_draft import HOLDS
from reminders.web.desk.clients.questions import cards
from reminders.web.desk.page import DeskRequest, desk_route
from reminders.workbooks.terms import LARGEST, SeveralSheetsError

ASKED = 10
"""So many questions stand under a list that is in; the others have a page of their own."""


def show_all(request: DeskRequest) -> Response:
    """Show where to drop a list, and those brought in lately."""
    with writing(request.app.engine) as session:
        queries.forget_cells(session, request.now - list_imports.KEPT)
    with reading(request.app.engine) as session:
        found = queries.recent(session, request.clinic_id)
    return request.page("imports.html", lists=found)


def begin(request: DeskRequest) -> Response:
    """Take a file or pasted cells, and go on to checking them."""
    who = request.signed_in.staff.email
    try:
        content, name = _given(request)
        number = import_process.begin(request.app, content, request.clinic_id, name, who)
    except SeveralSheetsError as question:
        return import_sheets.ask(request, content, name, question.sheets)
    except InputError as error:
        request.faults["file"] = str(error)
        return show_all(request)
    return request.redirect(f"/lists/{number}")


def _given(request: DeskRequest) -> tuple[bytes, str]:
    """Return what was dropped or pasted, and what it is called."""
    upload = request.form.get("file")
    if isinstance(upload, UploadFile) and upload.filename:
        return upload.file.read(LARGEST + 1), upload.filename
    if pasted := request.typed("cells").strip("\r\n"):
        return pasted.encode(), gettext("Pasted rows")
    raise InputError(
        gettext("There is nothing to import yet."), gettext("Choose a file or paste rows.")
    )


def show(request: DeskRequest) -> Response:
    """Show a list as it stands: what can go in, what is to be mended, and what it would do."""
    with reading(request.app.engine) as session:
        intake = row_of_clinic(session, request.clinic_id, Import, request.id)
    if intake.taken_at is not None:
        return _show_taken(request, intake)
    if intake.arriving_at is not None:
        return _show_arriving(request, intake)
    if sheets := sheet_choices.sheets_of(intake):
        return import_sheets.show(request, intake, sheets)
    try:
        shown = import_process.look(request.app, intake, import_work.overview)
    except InputError as error:
        request.faults["list"] = str(error)
        return request.page("import-dropped.html", intake=_briefly(intake))
    return request.page("import.html", **shown)


def _show_arriving(request: DeskRequest, intake: Import) -> Response:
    with reading(request.app.engine) as session:
        there = queries.count_rows(session, intake.id)
    return request.page("import-arriving.html", intake=_briefly(intake), there=there)


def _show_taken(request: DeskRequest, intake: Import) -> Response:
    with reading(request.app.engine) as session:
        effects = queries.effects(session, intake.id)
        known = (Effect.ADDED, Effect.UNCHANGED)
        changed = queries.changed_clients(session, intake.id, known) if intake.undone_at else []
        left = queries.left_already(session, intake.id, Effect.ADDED)
        asked = cards(session, request.clinic_id, 0 if intake.undone_at else ASKED)
    shown: dict[str, Any] = {
        "intake": _briefly(intake),
        "effects": effects,
        "changed": changed,
        "left": left,
    }
    return request.page("import-done.html", **shown | asked)


def _briefly(intake: Import) -> dict[str, Any]:
    """Return a list without its cells: templates hold what they show until garbage is collected."""
    return {**intake.model_dump(exclude={"cells"}), "has_rest": bool(intake.cells)}


def set_columns(request: DeskRequest) -> Response:
    """Say which column holds what; it is remembered for lists that look alike."""
    chosen: dict[str, int] = {}
    for key, value in request.form.multi_items():
        place = re.fullmatch(r"column-(\d{1,3})", key)
        if place and isinstance(value, str) and value in FIELDS:
            if value in chosen:
                request.faults["columns"] = gettext(
                    "Two columns are matched with “%(name)s”. Choose one of them.",
                    name=gettext(HOLDS[value]),
                )
            chosen[value] = int(place[1])
    if request.faults:
        return show(request)
    return _change(
        request, lambda session, intake: list_imports.set_columns(session, intake, chosen)
    )


def mend(request: DeskRequest) -> Response:
    """Write what was typed into faulty cells, or leave rows out."""
    cells = {
        (int(found[1]), int(found[2])): value
        for key, value in request.form.multi_items()
        if isinstance(value, str) and (found := re.fullmatch(r"cell-(\d{1,6})-(\d{1,3})", key))
    }
    out = {int(n) for n in request.form.getlist("out") if isinstance(n, str) and n.isdecimal()}

    def change(_: Any, intake: Import) -> None:
        list_imports.mend(intake, cells)
        list_imports.leave_out(intake, out)

    return _change(request, change)


def say_consent(request: DeskRequest) -> Response:
    """Note how everyone on the list said yes."""
    channels = [channel for channel in Channel if request.typed(f"yes-{channel}")]
    source, on = request.typed("source").strip(), request.typed("on").strip()
    if not channels:
        request.faults["yes-sms"] = gettext("Select what everyone in this file has consented to.")
    if not source:
        request.faults["source"] = gettext(
            "Enter how consent was given, for example “signed intake form”."
        )
    if request.faults:
        return show(request)
    return _change(
        request, lambda _, intake: list_imports.say_consent(intake, channels, source, on)
    )


def _change(request: DeskRequest, change: Any) -> Response:
    with writing(request.app.engine) as session:
        intake = row_of_clinic(session, request.clinic_id, Import, request.id, lock=True)
        if intake.taken_at is None and intake.arriving_at is None:
            change(session, intake)
    return request.redirect(f"/lists/{request.id}")


def take(request: DeskRequest) -> Response:
    """Take in what is good; a long list goes on after the page that says so has been answered."""
    app, who = request.app, request.signed_in.staff.email
    here = request.redirect(f"/lists/{request.id}")
    try:
        with writing(app.engine) as session:
            intake = row_of_clinic(session, request.clinic_id, Import, request.id, lock=True)
            list_imports.accept(intake, request.now)
        if import_process.is_long(intake):
            in_this_language = copy_context().run
            here.background = BackgroundTask(
                in_this_language, import_process.take_in, app, intake, who
            )
            return here
        import_work.take_in(app, intake.id, who)
    except InputError:
        return here
    return request.redirect(f"/lists/{request.id}", "brought-in")


def undo(request: DeskRequest) -> Response:
    """Undo a list: what came in by it and has not left is cancelled."""
    app, who = request.app, request.signed_in.staff.email
    with reading(app.engine) as session:
        row_of_clinic(session, request.clinic_id, Import, request.id)
    try:
        undone = list_imports.undo(app.engine, app.library, request.id, who, app.clock)
    except InputError:
        return request.redirect(f"/lists/{request.id}")
    with writing(app.engine) as session:
        detail = gettext(
            "%(treatments)s treatments and %(messages)s messages cancelled",
            treatments=undone.treatments,
            messages=undone.reminders,
        )
        request.record(session, gettext_noop("undid an import"), Import, request.id, detail)
    return request.redirect(f"/lists/{request.id}", "list-undone")


def drop(request: DeskRequest) -> Response:
    """Throw away a list that was not taken in."""
    with writing(request.app.engine) as session:
        intake = row_of_clinic(session, request.clinic_id, Import, request.id, lock=True)
        if intake.taken_at is None and intake.arriving_at is None:
            session.delete(intake)
            request.record(session, gettext_noop("discarded an import"), Import, request.id)
    return request.redirect("/lists")


def rest(request: DeskRequest) -> Response:
    """Return the rows that cannot go in, with a column that says why."""
    with reading(request.app.engine) as session:
        intake = row_of_clinic(session, request.clinic_id, Import, request.id)
    try:
        rows = import_process.look(request.app, intake, import_work.rows_to_mend)
    except InputError:
        return request.redirect(f"/lists/{request.id}")
    name = re.sub(r"[^A-Za-z0-9-]+", "-", intake.file_name.rpartition(".")[0] or intake.file_name)
    heads = {"Content-Disposition": f'attachment; filename="{name}-to-fix.csv"'}
    return Response(rows, media_type="text/csv", headers=heads)


ROUTES = [
    desk_route("/lists", show_all, Role.STAFF),
    desk_route("/lists", begin, Role.STAFF, "POST"),
    desk_route("/lists/{id:int}", show, Role.STAFF),
    desk_route("/lists/{id:int}/columns", set_columns, Role.STAFF, "POST"),
    desk_route("/lists/{id:int}/mend", mend, Role.STAFF, "POST"),
    desk_route("/lists/{id:int}/consent", say_consent, Role.STAFF, "POST"),
    desk_route("/lists/{id:int}/take", take, Role.STAFF, "POST"),
    desk_route("/lists/{id:int}/undo", undo, Role.STAFF, "POST"),
    desk_route("/lists/{id:int}/drop", drop, Role.STAFF, "POST"),
    desk_route("/lists/{id:int}/rest.csv", rest, Role.STAFF),
]
