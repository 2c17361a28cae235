"""Staff pages to import a list: upload or paste, correct, take in, undo."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any, BinaryIO

from starlette.datastructures import UploadFile
from starlette.responses import Response

from reminders.enrolment.terms import Effect
from reminders.intake import imports as list_imports
from reminders.intake import lists, sheet_choices
from reminders.intake.imports import ImportPreview
from reminders.intake.list_results import Taken
from reminders.rules.list_columns import FIELDS
from reminders.rules.roles import Role
from reminders.rules.terms import Channel, InputError
from reminders.spreadsheets import table_in, write_table
from reminders.store.database import reading, short_transaction, writing
from reminders.store.queries import imports as queries
from reminders.store.queries import people
from reminders.store.queries.desk import row_of_clinic
from reminders.store.tables import Import
from reminders.web.desk.clients import import_sheets
from reminders.web.desk.page import DeskRequest, desk_route
from reminders.workbooks.terms import SeveralSheetsError

SHOWN = 40
"""How many faulty rows, and how many good ones, a page shows at a time."""

FORESEEN = 2_000
"""Up to so many rows the check page plays the whole intake to say what it would do."""

HOLDS = {
    "": "Not needed", "first_name": "First name", "last_name": "Last name", "name": "Whole name",
    "phone": "Mobile number", "email": "Email", "treatment": "Kind of treatment",
    "treated_at": "Day of treatment", "time": "Time it begins", "ended_at": "When it ends",
    "status": "Status (cancelled, no-show)", "sms_consent": "Yes to texts",
    "email_consent": "Yes to emails", "consent_at": "Day of consent",
    "consent_source": "How they consented", "language": "Language", "time_zone": "Time zone",
    "external_id": "Booking number", "client_id": "Client number", "duration": "How long it takes",
    "ended": "Cancelled or no-show: yes or no", "ended_why": "Why it was cancelled",
    "came": "Came: yes or no", "certain": "Confirmed: yes or no",
}  # fmt: skip
"""What a column may hold, in the desk's words."""

assert HOLDS.keys() - {""} == set(FIELDS)


def show_all(request: DeskRequest) -> Response:
    """Show where to drop a list, and those brought in lately."""
    with writing(request.app.engine) as session:
        queries.forget_cells(session, request.now - list_imports.KEPT)
    with reading(request.app.engine) as session:
        found = queries.recent(session, request.clinic_id)
    return request.page("imports.html", lists=found)


def begin(request: DeskRequest) -> Response:
    """Take a file or pasted cells, and go on to checking them."""
    try:
        file, name = _given(request)
        table = table_in(file)
    except SeveralSheetsError as question:
        return import_sheets.ask(request, file, name, question.sheets)
    except InputError as error:
        request.faults["file"] = str(error)
        return show_all(request)
    with writing(request.app.engine) as session:
        clinic = people.clinic(session, request.clinic_id)
        who = request.signed_in.staff.email
        intake = list_imports.begin(session, clinic, table, name, who, request.now)
        request.record(session, "began a list", Import, intake.id, f"{len(table.rows)} rows")
    return request.redirect(f"/lists/{intake.id}")


def _given(request: DeskRequest) -> tuple[BinaryIO, str]:
    """Return what was dropped or pasted, and what it is called."""
    upload = request.form.get("file")
    if isinstance(upload, UploadFile) and upload.filename:
        return upload.file, upload.filename
    if pasted := request.typed("cells").strip("\r\n"):
        return BytesIO(pasted.encode()), "pasted cells"
    raise InputError("There is no list yet.", "Choose a file, or paste cells.")


def show(request: DeskRequest) -> Response:
    """Show a list as it stands: what can go in, what is to be mended, and what it would do."""
    with reading(request.app.engine) as session:
        intake = row_of_clinic(session, request.clinic_id, Import, request.id)
        clinic = people.clinic(session, request.clinic_id)
    if intake.taken_at is not None:
        return _show_taken(request, intake)
    if sheets := sheet_choices.sheets_of(intake):
        return import_sheets.show(request, intake, sheets)
    try:
        with reading(request.app.engine) as session:
            looked = list_imports.look(session, intake, clinic, request.app.library, request.now)
    except InputError as error:
        request.faults["list"] = str(error)
        return request.page("import-dropped.html", intake=intake)
    return request.page("import.html", **_draft(request, intake, looked))


def _draft(request: DeskRequest, intake: Import, looked: ImportPreview) -> dict[str, Any]:
    missing = looked.missing
    faults = [] if missing else looked.checked.faults
    faulty = list(dict.fromkeys(fault.row for fault in faults))
    cells = dict(looked.table.rows)
    checked, foreseen = looked.checked, _foresee(request, looked)
    waiting = [*checked.doubts, *(foreseen.waiting if foreseen else [])]
    return {
        "intake": intake,
        "looked": looked,
        "missing": missing,
        "faulty": [_faulty(looked, n, cells[n]) for n in faulty[:SHOWN]],
        "faulty_count": len(faulty),
        "good": looked.checked.good[:SHOWN],
        "says_consent": not {"sms_consent", "email_consent"} & looked.columns.keys(),
        "holds": HOLDS,
        "holds_at": {place: name for name, place in looked.columns.items()},
        "foreseen": foreseen,
        "going_in": foreseen.rows if foreseen else sum(not e.cancelled for _, e in checked.good),
        "other_services": checked.other_services.total(),
        "services": checked.other_services.most_common(),
        "questions": foreseen.asked if foreseen else checked.questions,
        "sentences": list(dict.fromkeys(row.doubt.sentence for row in waiting))[:SHOWN],
        "can_take": not missing and (checked.good or checked.doubts),
    }


def _faulty(looked: ImportPreview, number: int, row: Any) -> dict[str, Any]:
    """Say which cells of a row are wrong, by place, and which are not."""
    titles = list(looked.table.header)
    faults: dict[int, list[str]] = {}
    for fault in looked.faults_of(number):
        place = titles.index(fault.column) if fault.column in titles else -1
        faults.setdefault(place, []).append(f"{fault.problem} {fault.advice}".strip())
    cells = [*row, *[""] * (len(titles) - len(row))]
    used = sorted(set(looked.columns.values()) | {place for place in faults if place >= 0})
    return {
        "number": number,
        "elsewhere": faults.get(-1, []),
        "cells": [(place, titles[place], cells[place], faults.get(place, [])) for place in used],
    }


def _foresee(request: DeskRequest, looked: ImportPreview) -> Taken | None:
    """Play the intake on the real database, and undo it."""
    if looked.missing or not 0 < len(looked.checked.good) <= FORESEEN:
        return None
    with short_transaction(request.app.engine) as session:
        clinic = people.clinic(session, request.clinic_id)
        return lists.bring_in(session, request.app.library, clinic, looked.checked, request.now)


def _show_taken(request: DeskRequest, intake: Import) -> Response:
    with reading(request.app.engine) as session:
        effects = queries.effects(session, intake.id)
        known = (Effect.ADDED, Effect.UNCHANGED)
        changed = queries.changed_clients(session, intake.id, known) if intake.undone_at else []
        left = queries.left_already(session, intake.id, Effect.ADDED)
    return request.page(
        "import-done.html", intake=intake, effects=effects, changed=changed, left=left
    )


def set_columns(request: DeskRequest) -> Response:
    """Say which column holds what; it is remembered for lists that look alike."""
    chosen: dict[str, int] = {}
    for key, value in request.form.multi_items():
        place = re.fullmatch(r"column-(\d{1,3})", key)
        if place and isinstance(value, str) and value in FIELDS:
            if value in chosen:
                request.faults["columns"] = (
                    f"Two columns hold “{HOLDS[value]}”. Choose one of them."
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
        request.faults["yes-sms"] = "Nothing is ticked. Tick what everyone on this list agreed to."
    if not source:
        request.faults["source"] = (
            "How they agreed is missing. Write it, like “signed intake form”."
        )
    if request.faults:
        return show(request)
    return _change(
        request, lambda _, intake: list_imports.say_consent(intake, channels, source, on)
    )


def _change(request: DeskRequest, change: Any) -> Response:
    with writing(request.app.engine) as session:
        intake = row_of_clinic(session, request.clinic_id, Import, request.id, lock=True)
        if intake.taken_at is None:
            change(session, intake)
    return request.redirect(f"/lists/{request.id}")


def take(request: DeskRequest) -> Response:
    """Take in what is good."""
    with writing(request.app.engine) as session:
        intake = row_of_clinic(session, request.clinic_id, Import, request.id, lock=True)
        clinic = people.clinic(session, request.clinic_id)
        try:
            taken = list_imports.bring_in(session, request.app.library, clinic, intake, request.now)
        except InputError:
            return request.redirect(f"/lists/{request.id}")
        said = ", ".join(f"{n} {effect}" for effect, n in sorted(taken.effects.items()))
        request.record(session, "brought in a list", Import, intake.id, said)
    return request.redirect(f"/lists/{request.id}", "brought-in")


def undo(request: DeskRequest) -> Response:
    """Undo a list: what came in by it and has not left is cancelled."""
    with writing(request.app.engine) as session:
        intake = row_of_clinic(session, request.clinic_id, Import, request.id, lock=True)
        clinic = people.clinic(session, request.clinic_id)
        who = request.signed_in.staff.email
        try:
            undone = list_imports.undo(
                session, request.app.library, clinic, intake, who, request.now
            )
        except InputError:
            return request.redirect(f"/lists/{request.id}")
        detail = f"{undone.treatments} treatments and {undone.reminders} reminders cancelled"
        request.record(session, "undid a list", Import, intake.id, detail)
    return request.redirect(f"/lists/{request.id}", "list-undone")


def drop(request: DeskRequest) -> Response:
    """Throw away a list that was not taken in."""
    with writing(request.app.engine) as session:
        intake = row_of_clinic(session, request.clinic_id, Import, request.id, lock=True)
        if intake.taken_at is None:
            session.delete(intake)
            request.record(session, "threw a list away", Import, request.id)
    return request.redirect("/lists")


def rest(request: DeskRequest) -> Response:
    """Return the rows that cannot go in, with a column that says why."""
    with reading(request.app.engine) as session:
        intake = row_of_clinic(session, request.clinic_id, Import, request.id)
        clinic = people.clinic(session, request.clinic_id)
        try:
            looked = list_imports.look(session, intake, clinic, request.app.library, request.now)
        except InputError:
            return request.redirect(f"/lists/{request.id}")
    name = re.sub(r"[^A-Za-z0-9-]+", "-", intake.file_name.rpartition(".")[0] or intake.file_name)
    heads = {"Content-Disposition": f'attachment; filename="{name}-to-mend.csv"'}
    return Response(
        write_table(list_imports.rows_left_out(looked)), media_type="text/csv", headers=heads
    )


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
