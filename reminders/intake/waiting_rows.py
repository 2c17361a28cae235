"""Rows of lists that wait for an answer: kept as they came, and read again once it is given."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from reminders.intake.column_meanings import ColumnMeanings
from reminders.intake.list_results import CheckedList, WaitingListRow
from reminders.questions import questions
from reminders.rules.list_dates import Order
from reminders.rules.questions import NO_REMINDERS, Answers
from reminders.rules.services import service_key
from reminders.store.queries import questions as queries
from reminders.store.tables import Clinic
from reminders.wording.library import Library


def let_wait(
    session: Session,
    clinic_id: int,
    sheet: ColumnMeanings,
    waiting: Sequence[WaitingListRow],
    checked: CheckedList,
    now: datetime,
    import_id: int | None,
) -> int:
    """Ask what is in doubt, keep its rows, and let those wait no longer that this list answers;
    return how many questions there are.
    """
    asked = keep(session, clinic_id, sheet, waiting, now, import_id)
    keys = answered(session, clinic_id, waiting, checked)
    end_answered(session, clinic_id, keys, checked, now)
    return len(asked)


def answered(
    session: Session, clinic_id: int, waiting: Sequence[WaitingListRow], checked: CheckedList
) -> set[str]:
    """Return the keys of rows that wait since earlier lists and that this one answers."""
    since = queries.waiting_keys(session, clinic_id) - {row.key for row in waiting}
    return since & {key for key, _ in checked.cells.values()} if since else set()


def end_answered(
    session: Session, clinic_id: int, keys: Collection[str], checked: CheckedList, now: datetime
) -> None:
    """Let rows of earlier lists wait no longer, by their keys, and show the services of this one."""
    means = dict.fromkeys(checked.other_services, NO_REMINDERS) | checked.services
    services = {service_key(name): (name, answer) for name, answer in means.items() if name}
    questions.show_services(session, clinic_id, services, now)
    queries.stop_waiting(session, clinic_id, keys)


def keep(
    session: Session,
    clinic_id: int,
    sheet: ColumnMeanings,
    waiting: Sequence[WaitingListRow],
    now: datetime,
    import_id: int | None,
) -> set[int]:
    """Ask what is in doubt and keep its rows; return the questions."""
    layout = _layout(sheet)
    asked: dict[tuple[str, str], int] = {}
    for row in waiting:
        about = (row.doubt.kind.value, row.doubt.subject)
        if about not in asked:
            asked[about] = questions.ask(session, clinic_id, row.doubt, now)
        queries.wait(
            session,
            {
                "clinic_id": clinic_id,
                "question_id": asked[about],
                "import_id": import_id,
                "row_key": row.key,
                "number": row.number,
                "layout": layout,
                "cells": json.dumps(list(row.values), ensure_ascii=False),
                "came_at": now,
            },
        )
    return set(asked.values())


def _layout(sheet: ColumnMeanings) -> str:
    return json.dumps(
        {
            "name": sheet.name,
            "header": list(sheet.header),
            "columns": {name: list(places) for name, places in sheet.columns.items()},
            "order": list(sheet.order),
            "source": sheet.source,
            "family_first": sheet.family_first,
            "by_name": sheet.by_name,
            "bookings": sheet.bookings,
        },
        ensure_ascii=False,
    )


def meanings(
    layout: str, clinic: Clinic, library: Library, now: datetime, answers: Answers
) -> ColumnMeanings:
    """Return what the cells of rows kept with this layout mean today."""
    kept = json.loads(layout)
    return ColumnMeanings(
        name=kept["name"],
        header=kept["header"],
        columns=kept["columns"],
        zone=ZoneInfo(clinic.time_zone),
        country=clinic.country,
        order=Order(*kept["order"]),
        library=library,
        now=now,
        source=kept["source"],
        answers=answers,
        family_first=kept.get("family_first", False),  # not there in what waits since before
        by_name=kept.get("by_name", False),
        bookings=kept.get("bookings", False),
    )
