"""Ask about treatments that a later list of the same source and days no longer holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from reminders.intake.column_meanings import ColumnMeanings
from reminders.intake.list_results import CheckedList, Taken
from reminders.questions import questions
from reminders.rules.identity import booking_number
from reminders.rules.questions import Doubt, QuestionKind, about_vanished
from reminders.store.queries import people
from reminders.store.queries import questions as queries
from reminders.store.tables import Client, Treatment

LOOKED_BACK = timedelta(days=31)
"""What was treated longer ago gets no reminder that a cancellation could still stop."""

NAMED = 5
"""How many of them a question names."""


def ask_about_vanished(
    session: Session,
    clinic_id: int,
    sheet: ColumnMeanings,
    taken: Taken,
    checked: CheckedList,
    now: datetime,
) -> bool:
    """Ask whether what stood in an earlier list and does not in this one is cancelled; nothing is
    cancelled by itself. A row that cannot be read or is in doubt may be any without a number.
    """
    queries.drop_open(session, clinic_id, QuestionKind.VANISHED, sheet.source)
    days = taken.days
    first = max(min(days, default=sheet.today), sheet.today - LOOKED_BACK)
    known = people.treatments_from(
        session, clinic_id, sheet.source, first, max(days, default=first)
    )
    unclear = bool(checked.faults or checked.doubts or taken.waiting)
    gone = [
        (treatment, client)
        for treatment, client in known
        if treatment.id not in taken.treatments
        and sheet.answers.get(QuestionKind.VANISHED, str(treatment.id)) is None
        and booking_number(treatment.external_id) not in checked.bookings
        and not (unclear and treatment.external_id is None)
    ]
    if not gone:
        return False
    questions.ask(session, clinic_id, doubt_of(sheet.source, gone), now)
    return True


def doubt_of(source: str, gone: Sequence[tuple[Treatment, Client]]) -> Doubt:
    """Word the question about these treatments, of which the first are named."""
    names = [f"{c.first_name} {c.last_name}".strip() + f" ({t.treated_on:%d %B})" for t, c in gone]
    more = [f"and {len(names) - NAMED} more"] if len(names) > NAMED else []
    return about_vanished(source, [*names[:NAMED], *more], (t.id for t, _ in gone))
