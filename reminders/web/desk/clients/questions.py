"""The staff page of questions: what is in doubt about lists and who joined, and each answer one tap."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session
from starlette.responses import Response

from reminders.intake import answers
from reminders.intake.outcomes import outcome
from reminders.questions import questions
from reminders.questions.questions import OpenQuestion
from reminders.rules.roles import Role
from reminders.rules.terms import InputError
from reminders.store.database import reading, writing
from reminders.store.queries import imports
from reminders.store.queries import questions as queries
from reminders.store.tables import Question, WaitingRow
from reminders.web.desk.page import DeskRequest, desk_route

SHOWN = 40
"""How many questions a page shows at a time."""

ROWS_SHOWN = 10
"""How many of the rows that wait for a question are shown."""


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A waiting row as it came: its list, who brought it in, and its cells under their headings."""

    number: int
    file_name: str
    came_at: datetime
    by: str
    cells: list[tuple[str, str]]


def show(request: DeskRequest, said: str = "") -> Response:
    """Show what is in doubt at this clinic, the oldest first."""
    with reading(request.app.engine) as session:
        words = cards(session, request.clinic_id, SHOWN)
    return request.page("questions.html", **words | ({"said": said} if said else {}))


def cards(session: Session, clinic_id: int, most: int) -> dict[str, Any]:
    """Return what the cards of a clinic's first questions show, and how many come after them."""
    asked = questions.open_questions(session, clinic_id)
    rows = {one.id: _rows(session, one) for one in asked[:most]}
    return {"asked": asked[:most], "rows": rows, "more": len(asked) - most}


def _rows(session: Session, asked: OpenQuestion) -> list[ShownRow]:
    found = queries.waiting_rows(session, asked.id, ROWS_SHOWN)
    by = imports.brought_by(session, {row.import_id for row in found if row.import_id})
    return [_row(row, by) for row in found]


def _row(row: WaitingRow, by: Mapping[int, str]) -> ShownRow:
    layout = json.loads(row.layout)
    cells = zip(layout["header"], json.loads(row.cells), strict=False)
    told = [(head, cell) for head, cell in cells if cell.strip()]
    return ShownRow(row.number, layout["name"], row.came_at, by.get(row.import_id or 0, ""), told)


def answer(request: DeskRequest) -> Response:
    """Take an answer, and say what it did."""
    who, choice = request.signed_in.staff.email, request.typed("choice")
    try:
        with writing(request.app.engine) as session:
            asked = request.row(session, Question, lock=True)
            waited = len(queries.waiting_rows(session, asked.id))
            taken = answers.answer(session, request.app.library, asked.id, choice, who, request.now)
    except InputError as error:
        request.faults["questions"] = str(error)
        return show(request)
    return show(request, outcome(taken, waited))


ROUTES = [
    desk_route("/questions", show, Role.STAFF),
    desk_route("/questions/{id:int}", answer, Role.STAFF, "POST"),
]
