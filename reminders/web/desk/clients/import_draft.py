"""What the page of a list shows that is looked at before it goes in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from reminders.app import App
from reminders.intake import lists
from reminders.intake.column_meanings import CellRemark
from reminders.intake.imports import ImportPreview
from reminders.intake.list_results import Taken
from reminders.rules.list_columns import FIELDS
from reminders.rules.translation import gettext, gettext_noop, pgettext
from reminders.store.database import short_transaction
from reminders.store.queries import people
from reminders.store.tables import Import

SHOWN = 40
"""How many faulty rows, and how many good ones, a page shows at a time."""

FORESEEN = 250
"""Up to so many rows the check page plays the whole intake to say what it would do; others would
wait for a longer one."""

HOLDS = {
    "": gettext_noop("Do not import"),
    "first_name": gettext_noop("First name"),
    "last_name": gettext_noop("Last name"),
    "name": gettext_noop("Full name"),
    "phone": gettext_noop("Mobile number"),
    "email": gettext_noop("Email"),
    "treatment": gettext_noop("Treatment type or service"),
    "treated_at": gettext_noop("Date of treatment"),
    "time": gettext_noop("Start time"),
    "ended_at": gettext_noop("End time"),
    "status": gettext_noop("Status (cancelled, no-show)"),
    "sms_consent": gettext_noop("Consent to texts"),
    "email_consent": gettext_noop("Consent to emails"),
    "consent_at": gettext_noop("Date of consent"),
    "consent_source": gettext_noop("How consent was given"),
    "language": gettext_noop("Language"),
    "time_zone": gettext_noop("Time zone"),
    "external_id": gettext_noop("Booking number"),
    "client_id": gettext_noop("Client number"),
    "duration": gettext_noop("Duration"),
    "ended": gettext_noop("Cancelled or no-show (yes or no)"),
    "ended_why": gettext_noop("Reason for cancellation"),
    "came": gettext_noop("Attended (yes or no)"),
    "certain": gettext_noop("Confirmed (yes or no)"),
    "label": gettext_noop("Label or tag"),
}
"""What a column may hold, as staff read it."""

assert HOLDS.keys() - {""} == set(FIELDS)


def words(app: App, intake: Import, looked: ImportPreview) -> dict[str, Any]:
    """Return what the page of a list that is looked at before it goes in fills its template with:
    nothing long, since templates hold it until the garbage collector comes.
    """
    missing = looked.missing
    faults = [] if missing else looked.checked.faults
    faulty = list(dict.fromkeys(fault.row for fault in faults))
    cells = {number: row for number, row in looked.table.rows if number in faulty[:SHOWN]}
    checked, foreseen = looked.checked, _foresee(app, intake, looked)
    waiting = [*checked.doubts, *(foreseen.waiting if foreseen else [])]
    in_doubt = {row.number for row in waiting}
    ready = [one for one in checked.good if not one[1].cancelled and one[0] not in in_doubt]
    return {
        "intake": {"id": intake.id, "file_name": intake.file_name},
        "header": [_title(one) for one in looked.table.header],
        "first_rows": list(looked.table.rows[:3]),
        "columns_used": len(looked.columns),
        "rows": checked.rows,
        "vendor": checked.vendor,
        "not_taking_place": checked.not_taking_place,
        "not_yet": checked.not_yet,
        "missing": missing,
        "faulty": [_faulty(looked, n, cells[n]) for n in faulty[:SHOWN]],
        "faulty_count": len(faulty),
        "good": ready[:SHOWN],
        "good_count": len(ready),
        "notes": _by_remark([*checked.notes, *(foreseen.notes if foreseen else [])]),
        "says_consent": not {"sms_consent", "email_consent"} & looked.columns.keys(),
        "holds": HOLDS,
        "holds_at": {place: name for name, place in looked.columns.items()},
        "foreseen": foreseen,
        "going_in": foreseen.rows if foreseen else len(ready),
        "other_services": checked.other_services.total(),
        "services": checked.other_services.most_common(),
        "questions": foreseen.asked if foreseen else checked.questions,
        "sentences": list(dict.fromkeys(row.doubt.sentence for row in waiting))[:SHOWN],
        "import_it": pgettext("button", "Import"),
        "can_take": not missing and bool(checked.good or len(faulty) < checked.rows),
    }


def _title(heading: str) -> str:
    """Return a column's heading as staff read it: one that we gave it is ours to translate."""
    given = re.fullmatch(r"Column (\d+)", heading)
    return gettext("Column %(n)s", n=given[1]) if given else heading


def _by_remark(notes: Iterable[CellRemark]) -> dict[tuple[str, str], list[int]]:
    """Say each thing to know once, with the rows it is about."""
    said: dict[tuple[str, str], list[int]] = {}
    for note in notes:
        said.setdefault((_title(note.column), note.problem), []).append(note.row)
    return dict(list(said.items())[:SHOWN])


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
        "cells": [
            (place, _title(titles[place]), cells[place], faults.get(place, [])) for place in used
        ],
    }


def _foresee(app: App, intake: Import, looked: ImportPreview) -> Taken | None:
    """Play the intake on the real database, and undo it."""
    if looked.missing or not 0 < len(looked.checked.good) <= FORESEEN:
        return None
    with short_transaction(app.engine) as session:
        clinic = people.clinic(session, intake.clinic_id)
        return lists.bring_in(session, app.library, clinic, looked.checked, app.clock())
