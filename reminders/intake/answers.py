"""Take a person's answer to a question, and do what waited for it."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import datetime

from sqlalchemy.orm import Session

from reminders.enrolment import join_requests, texted_countries, treatments
from reminders.intake import lists, waiting_rows
from reminders.intake.list_results import CheckedList, Taken
from reminders.intake.vanished import ask_of
from reminders.questions import questions
from reminders.rules.questions import CANCELLED, YES, QuestionKind
from reminders.rules.terms import InputError
from reminders.rules.translation import gettext, gettext_noop
from reminders.store.queries import audit, imports, people
from reminders.store.queries import questions as queries
from reminders.store.tables import Question
from reminders.wording.library import Library


def answer(
    session: Session, library: Library, question_id: int, choice: str, by: str, now: datetime
) -> Taken:
    """Record an answer, remember it, and take in what waited for it; what is in doubt still is
    asked next. Raises ``InputError``.
    """
    asked = queries.question(session, question_id)
    if asked is None:
        raise InputError(
            gettext("This question no longer exists."),
            gettext("Reload the page to see what is still open."),
        )
    about = json.loads(asked.facts)
    waiting = queries.waiting_rows(session, asked.id)
    rows = [(row.layout, row.number, json.loads(row.cells), row.import_id) for row in waiting]
    questions.take_answer(session, asked, choice, by, now)
    queries.forget_rows(session, waiting)
    what = gettext_noop("answered a question")
    audit.record(session, asked.clinic_id, by, what, Question, asked.id, now, asked.kind)
    if asked.kind == QuestionKind.VANISHED:
        return _settle_vanished(session, library, asked, about["ids"], by, now)
    if asked.kind == QuestionKind.JOINED:
        known = join_requests.settle(session, library, asked, about["ids"], by, now)
        return Taken(made_one=known)
    if asked.kind == QuestionKind.COUNTRY:
        if asked.answer == YES:
            clinic = people.clinic(session, asked.clinic_id)
            texted_countries.add(session, clinic, asked.subject, by, now)
        return Taken()
    return _read_again(session, library, asked, rows, now)


def _read_again(
    session: Session,
    library: Library,
    asked: Question,
    rows: list[tuple[str, int, list[str], int | None]],
    now: datetime,
) -> Taken:
    clinic = people.clinic(session, asked.clinic_id)
    answers = questions.answers(session, clinic.id)
    by_list: dict[tuple[str, int | None], list[tuple[int, list[str]]]] = defaultdict(list)
    for layout, number, cells, import_id in rows:
        by_list[layout, import_id].append((number, cells))
    total = Taken()
    for (layout, import_id), some in by_list.items():
        sheet = waiting_rows.meanings(layout, clinic, library, now, answers)
        checked = CheckedList(rows=len(some), whole=False)
        lists.check_rows(sheet, some, checked)
        total.faults += checked.faults
        total.add(lists.bring_in(session, library, clinic, checked, now, import_id=import_id))
    return total


def _settle_vanished(
    session: Session, library: Library, asked: Question, ids: list[int], by: str, now: datetime
) -> Taken:
    """Cancel what a person said is cancelled; of the rest remember that it takes place, or ask on
    where they spoke of one.
    """
    taken = Taken()
    chosen, _, one = (asked.answer or "").partition(":")
    standing = imports.treatments_by_id(session, ids)
    if chosen == CANCELLED:
        for treatment, _ in standing:
            if one in {"", str(treatment.id)}:
                treatments.cancel(session, library, treatment, now)
                taken.effects["cancelled"] += 1
    else:
        for number in ids:
            about = (QuestionKind.VANISHED, str(number), "")
            questions.remember(session, asked.clinic_id, *about, chosen, by, now)
    if one:
        left = imports.treatments_by_id(session, ids)
        taken.asked = ask_of(session, asked.clinic_id, asked.subject, left, now)
    return taken
