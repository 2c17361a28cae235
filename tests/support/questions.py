"""Questions as lists leave them behind: doubts, and the rows that wait for an answer."""

from __future__ import annotations

import json
from itertools import count

from sqlalchemy.orm import Session

from reminders.questions import questions
from reminders.rules.list_dates import Order
from reminders.rules.questions import Doubt
from reminders.store.database import reading, writing
from reminders.store.queries import questions as queries
from tests.conftest import House

HEADER = ["First name", "Last name", "Mobile", "Email", "Treatment", "Date"]
COLUMNS = ("first_name", "last_name", "phone", "email", "treatment", "treated_at")
_number = count(2)


def row(
    first: str = "Ana",
    last: str = "Costarica",
    phone: str = "07700 900101",
    email: str = "",
    treatment: str = "Glow",
    date: str = "3 March 2026 15:00",
) -> list[str]:
    return [first, last, phone, email, treatment, date]


def subject_of(house: House, *parts: str) -> str:
    """Return what an answer about a person is remembered by."""
    with reading(house.engine) as session:
        return questions.answers(session, 1).subject(*parts)


def ask(house: House, doubt: Doubt, *rows: list[str]) -> int:
    """Ask a doubt for which these rows wait, and return the question's id."""
    with writing(house.engine) as session:
        asked = questions.ask(session, 1, doubt, house.clock())
        for cells in rows:
            _wait(session, asked, cells, house)
        return asked


def _wait(session: Session, asked: int, cells: list[str], house: House) -> None:
    number = next(_number)
    layout = {
        "name": "march.csv",
        "header": HEADER,
        "columns": {name: [place] for place, name in enumerate(COLUMNS)},
        "order": list(Order(day_first=True)),
        "source": "march",
    }
    queries.wait(
        session,
        {
            "clinic_id": 1,
            "question_id": asked,
            "row_key": str(number),
            "number": number,
            "layout": json.dumps(layout),
            "cells": json.dumps(cells),
            "came_at": house.clock(),
        },
    )
