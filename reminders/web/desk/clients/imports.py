"""Staff pages to import a list: upload or paste, correct, take in, undo."""

from __future__ import annotations

import re
from typing import Any

from starlette.datastructures import UploadFile
from starlette.responses import Response

from reminders.enrolment.terms import Effect
from reminders.intake import imports as list_imports
from reminders.intake import lists
from reminders.intake.imports import ImportPreview
from reminders.intake.lists import Taken
from reminders.rules.list_columns import ALIASES
from reminders.rules.roles import Role
from reminders.rules.terms import Channel, InputError
from reminders.spreadsheets import table_of, write_table
from reminders.store.database import reading, short_transaction, writing
from reminders.store.queries import imports as queries
from reminders.store.queries import people
from reminders.store.queries.desk import row_of_clinic
from reminders.store.tables import Import
from reminders.web.desk.page import DeskRequest, desk_route

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
    "external_id": "Booking number", "client_id": "Client number",
}  # fmt: skip
"""What a column may hold, in the desk's words."""

assert HOLDS.keys() - {""} == ALIASES.keys()


def show_all(visit: DeskRequest) -> Response:
    """Show where to drop a list, and those brought in lately."""
    with writing(visit.app.engine) as session:
        queries.forget_cells(session, visit.now - list_imports.KEPT)
    with reading(visit.app.engine) as session:
        found = queries.recent(session, visit.clinic_id)
        return visit.page("imports.html", lists=found)


def begin(visit: DeskRequest) -> Response:
    """Take a file or pasted cells, and go on to checking them."""
    try:
        content, name = _given(visit)
        table = table_of(content)
    except InputError as error:
        visit.faults["file"] = str(error)
        return show_all(visit)
    with writing(visit.app.engine) as session:
        clinic = people.clinic(session, visit.clinic_id)
        who = visit.signed_in.staff.email
        intake = list_imports.begin(session, clinic, table, name, who, visit.now)
        visit.record(session, "began a list", Import, intake.id, f"{len(table.rows)} rows")
    return visit.redirect(f"/lists/{intake.id}")


def _given(visit: DeskRequest) -> tuple[bytes, str]:
    """Return what was dropped or pasted, and what it is called."""
    upload = visit.form.get("file")
    if isinstance(upload, UploadFile) and upload.filename:
        return upload.file.read(), upload.filename
    if pasted := visit.typed("cells").strip("\r\n"):
        return pasted.encode(), "pasted cells"
    raise InputError("There is no list yet.", "Choose a file, or paste cells.")


def show(visit: DeskRequest) -> Response:
    """Show a list as it stands: what can go in, what is to be mended, and what it would do."""
    with reading(visit.app.engine) as session:
        intake = row_of_clinic(session, visit.clinic_id, Import, visit.id)
        if intake.taken_at is not None:
            return _show_taken(visit, intake)
        clinic = people.clinic(session, visit.clinic_id)
        try:
            looked = list_imports.look(intake, clinic, visit.app.library, visit.now)
        except InputError as error:
            visit.faults["list"] = str(error)
            return visit.page("import-dropped.html", intake=intake)
    return visit.page("import.html", **_draft(visit, intake, looked))


def _draft(visit: DeskRequest, intake: Import, looked: ImportPreview) -> dict[str, Any]:
    missing = looked.missing
    faults = [] if missing else looked.checked.faults
    faulty = list(dict.fromkeys(fault.row for fault in faults))
    cells = dict(looked.table.rows)
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
        "foreseen": _foresee(visit, looked),
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


def _foresee(visit: DeskRequest, looked: ImportPreview) -> Taken | None:
    """Play the intake on the real database, and undo it."""
    if not 0 < len(looked.checked.good) <= FORESEEN:
        return None
    with short_transaction(visit.app.engine) as session:
        clinic = people.clinic(session, visit.clinic_id)
        return lists.bring_in(session, visit.app.library, clinic, looked.checked, visit.now)


def _show_taken(visit: DeskRequest, intake: Import) -> Response:
    with reading(visit.app.engine) as session:
        effects = queries.effects(session, intake.id)
        known = (Effect.ADDED, Effect.UNCHANGED)
        changed = queries.changed_clients(session, intake.id, known) if intake.undone_at else []
        left = queries.left_already(session, intake.id, Effect.ADDED)
    return visit.page(
        "import-done.html", intake=intake, effects=effects, changed=changed, left=left
    )


def set_columns(visit: DeskRequest) -> Response:
    """Say which column holds what; it is remembered for lists that look alike."""
    chosen: dict[str, int] = {}
    for key, value in visit.form.multi_items():
        place = re.fullmatch(r"column-(\d{1,3})", key)
        if place and isinstance(value, str) and value in ALIASES:
            if value in chosen:
                visit.faults["columns"] = f"Two columns hold “{HOLDS[value]}”. Choose one of them."
            chosen[value] = int(place[1])
    if visit.faults:
        return show(visit)
    return _change(visit, lambda session, intake: list_imports.set_columns(session, intake, chosen))


def mend(visit: DeskRequest) -> Response:
    """Write what was typed into faulty cells, or leave rows out."""
    cells = {
        (int(found[1]), int(found[2])): value
        for key, value in visit.form.multi_items()
        if isinstance(value, str) and (found := re.fullmatch(r"cell-(\d{1,6})-(\d{1,3})", key))
    }
    out = {int(n) for n in visit.form.getlist("out") if isinstance(n, str) and n.isdecimal()}

    def change(_: Any, intake: Import) -> None:
        list_imports.mend(intake, cells)
        list_imports.leave_out(intake, out)

    return _change(visit, change)


def say_consent(visit: DeskRequest) -> Response:
    """Note how everyone on the list said yes."""
    channels = [channel for channel in Channel if visit.typed(f"yes-{channel}")]
    source, on = visit.typed("source").strip(), visit.typed("on").strip()
    if not channels:
        visit.faults["yes-sms"] = "Nothing is ticked. Tick what everyone on this list agreed to."
    if not source:
        visit.faults["source"] = "How they agreed is missing. Write it, like “signed intake form”."
    if visit.faults:
        return show(visit)
    return _change(visit, lambda _, intake: list_imports.say_consent(intake, channels, source, on))


def _change(visit: DeskRequest, change: Any) -> Response:
    with writing(visit.app.engine) as session:
        intake = row_of_clinic(session, visit.clinic_id, Import, visit.id, lock=True)
        if intake.taken_at is None:
            change(session, intake)
    return visit.redirect(f"/lists/{visit.id}")


def take(visit: DeskRequest) -> Response:
    """Take in what is good."""
    with writing(visit.app.engine) as session:
        intake = row_of_clinic(session, visit.clinic_id, Import, visit.id, lock=True)
        clinic = people.clinic(session, visit.clinic_id)
        try:
            taken = list_imports.bring_in(session, visit.app.library, clinic, intake, visit.now)
        except InputError:
            return visit.redirect(f"/lists/{visit.id}")
        said = ", ".join(f"{n} {effect}" for effect, n in sorted(taken.effects.items()))
        visit.record(session, "brought in a list", Import, intake.id, said)
    return visit.redirect(f"/lists/{visit.id}", "brought-in")


def undo(visit: DeskRequest) -> Response:
    """Undo a list: what came in by it and has not left is cancelled."""
    with writing(visit.app.engine) as session:
        intake = row_of_clinic(session, visit.clinic_id, Import, visit.id, lock=True)
        clinic = people.clinic(session, visit.clinic_id)
        who = visit.signed_in.staff.email
        try:
            undone = list_imports.undo(session, visit.app.library, clinic, intake, who, visit.now)
        except InputError:
            return visit.redirect(f"/lists/{visit.id}")
        detail = f"{undone.treatments} treatments and {undone.reminders} reminders cancelled"
        visit.record(session, "undid a list", Import, intake.id, detail)
    return visit.redirect(f"/lists/{visit.id}", "list-undone")


def drop(visit: DeskRequest) -> Response:
    """Throw away a list that was not taken in."""
    with writing(visit.app.engine) as session:
        intake = row_of_clinic(session, visit.clinic_id, Import, visit.id, lock=True)
        if intake.taken_at is None:
            session.delete(intake)
            visit.record(session, "threw a list away", Import, visit.id)
    return visit.redirect("/lists")


def rest(visit: DeskRequest) -> Response:
    """Return the rows that cannot go in, with a column that says why."""
    with reading(visit.app.engine) as session:
        intake = row_of_clinic(session, visit.clinic_id, Import, visit.id)
        clinic = people.clinic(session, visit.clinic_id)
        try:
            looked = list_imports.look(intake, clinic, visit.app.library, visit.now)
        except InputError:
            return visit.redirect(f"/lists/{visit.id}")
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
