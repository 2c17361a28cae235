"""Ask about treatments that a later list of the same source and days no longer holds."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from reminders.enrolment.terms import Enrolment
from reminders.intake.column_meanings import ColumnMeanings
from reminders.intake.list_results import CheckedList, Taken
from reminders.questions import questions
from reminders.rules.identity import booking_number
from reminders.rules.mentions import is_named, is_reached
from reminders.rules.other_dates import read_day
from reminders.rules.questions import QuestionKind, about_vanished
from reminders.rules.sayings import Saying
from reminders.rules.terms import InputError
from reminders.rules.translation import DayOfYear
from reminders.store.queries import imports
from reminders.store.queries import questions as queries
from reminders.store.tables import Client, Treatment

LOOKED_BACK = timedelta(days=31)
"""What was treated longer ago gets no reminder that a cancellation could still stop."""

Gone = tuple[Treatment, Client]


def days_named(
    sheet: ColumnMeanings, checked: CheckedList, read: Sequence[tuple[int, Enrolment]]
) -> set[date]:
    """Return every day that stands in a list, also in rows of other services and in doubtful ones."""
    known = {number: enrolment.treated_on for number, enrolment in read}
    left = (number for number in checked.cells if number not in known)
    cells = {checked.cells.row(number).cell("treated_at") for number in left}
    days = set(known.values())
    for cell in filter(None, cells):
        with suppress(InputError):
            days.add(read_day(cell, sheet.zone, sheet.order, sheet.today).day)
    return days


def ask_about_vanished(
    session: Session,
    clinic_id: int,
    sheet: ColumnMeanings,
    taken: Taken,
    checked: CheckedList,
    now: datetime,
) -> bool:
    """Ask whether what stood in an earlier list and does not in this one is cancelled; nothing is
    cancelled by itself. A list speaks of the days its rows name, whatever they are about; what was
    asked about other days stays asked.
    """
    gone = missing(session, clinic_id, sheet, taken, checked)
    return ask_again(session, clinic_id, sheet.source, gone, now)


def missing(
    session: Session, clinic_id: int, sheet: ColumnMeanings, taken: Taken, checked: CheckedList
) -> list[Gone]:
    """Return what stood in an earlier list and does not in this one, or is asked about already."""
    asked = queries.asked_about(session, clinic_id, QuestionKind.VANISHED, sheet.source)
    since = sheet.today - LOOKED_BACK
    first, last = min(checked.days, default=since), max(checked.days, default=since)
    ids = [
        one.id
        for one in imports.treatments_from(session, clinic_id, sheet.source, since)
        if (one.id in asked or first <= one.treated_on <= last)
        and one.id not in taken.treatments
        and booking_number(one.external_id) not in checked.bookings
        and sheet.answers.get(QuestionKind.VANISHED, str(one.id)) is None
    ]
    known = imports.treatments_by_id(session, ids) if ids else []
    return _not_here(known, taken, checked)


def ask_again(
    session: Session, clinic_id: int, source: str, gone: Sequence[Gone], now: datetime
) -> bool:
    """Ask about these treatments instead of those asked about before; say whether there are any."""
    queries.drop_open(session, clinic_id, QuestionKind.VANISHED, source)
    return ask_of(session, clinic_id, source, gone, now)


def _not_here(known: Sequence[Gone], taken: Taken, checked: CheckedList) -> list[Gone]:
    """Leave out what without a number may be in a row that cannot be read or is in doubt."""
    unclear = [row.values for row in (*checked.doubts, *taken.waiting)]
    unclear += [
        checked.cells.row(one.row).values for one in checked.faults if one.row in checked.cells
    ]
    return [
        (treatment, client)
        for treatment, client in known
        if not (treatment.external_id is None and _may_be_in(unclear, client))
    ]


def _may_be_in(rows: Sequence[Sequence[str]], client: Client) -> bool:
    name = f"{client.first_name} {client.last_name}"
    contacts = [contact for contact in (client.phone, client.email) if contact]
    return any(is_named(cells, name) or is_reached(cells, contacts) for cells in rows)


def _whose_and_when(treatment: Treatment, client: Client) -> str:
    name = f"{client.first_name} {client.last_name}".strip()
    return Saying("%(name)s (%(day)s)", name=name, day=DayOfYear.of(treatment.treated_on))


def ask_of(
    session: Session, clinic_id: int, source: str, gone: Sequence[Gone], now: datetime
) -> bool:
    """Ask about these treatments; say whether there are any."""
    who = {t.id: _whose_and_when(t, c) for t, c in gone}
    if who:
        questions.ask(session, clinic_id, about_vanished(source, who), now)
    return bool(who)
