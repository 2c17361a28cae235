"""Questions that wait for a person, the rows that wait with them, and answers given before."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from reminders.rules.questions import Doubt
from reminders.rules.sayings import keep
from reminders.store.queries.common import QUIET, insert_once, put
from reminders.store.tables import Question, RememberedAnswer, WaitingRow

OF_NO_ROW = ("vanished", "joined", "country")
"""Kinds of questions for which no row of a list waits."""


def ask(session: Session, row: dict[str, Any]) -> Question:
    """Return the open question of this clinic, kind and subject, asked anew if there is none."""
    insert_once(session, Question, row)
    return session.scalars(
        select(Question).where(
            col(Question.clinic_id) == row["clinic_id"],
            col(Question.kind) == row["kind"],
            col(Question.subject) == row["subject"],
            col(Question.answered_at).is_(None),
        )
    ).one()


def ask_doubt(session: Session, clinic_id: int, doubt: Doubt, now: datetime) -> int:
    """Ask a doubt unless it is asked already, and return the question's id."""
    facts = {"sentence": keep(doubt.sentence), "label": doubt.label, "ids": doubt.ids}
    row = {
        "clinic_id": clinic_id,
        "kind": doubt.kind.value,
        "subject": doubt.subject,
        "facts": json.dumps(facts, ensure_ascii=False),
        "choices": json.dumps([[c.key, keep(c.label)] for c in doubt.choices], ensure_ascii=False),
        "asked_at": now,
    }
    return ask(session, row).id


def is_remembered(session: Session, clinic_id: int, kind: str, subject: str) -> bool:
    """Say whether something was answered before."""
    wanted = select(col(RememberedAnswer.id)).where(
        col(RememberedAnswer.clinic_id) == clinic_id,
        col(RememberedAnswer.kind) == kind,
        col(RememberedAnswer.subject) == subject,
    )
    return session.scalar(wanted) is not None


def forget_answer(session: Session, clinic_id: int, kind: str, subject: str) -> None:
    """Forget what was answered, so that it is asked anew."""
    gone = delete(RememberedAnswer).where(
        col(RememberedAnswer.clinic_id) == clinic_id,
        col(RememberedAnswer.kind) == kind,
        col(RememberedAnswer.subject) == subject,
    )
    session.execute(gone.execution_options(**QUIET))


def wait(session: Session, row: dict[str, Any]) -> None:
    """Let a row wait; what waited for the same treatment before gives way to it."""
    put(session, WaitingRow, row, "clinic_id", "row_key")


def waiting_keys(session: Session, clinic_id: int) -> set[str]:
    """Return the keys of all rows that wait at a clinic."""
    wanted = select(col(WaitingRow.row_key)).where(col(WaitingRow.clinic_id) == clinic_id)
    return set(session.scalars(wanted))


def stop_waiting(session: Session, clinic_id: int, row_keys: Collection[str]) -> None:
    """Forget rows that a later list answered, and the questions nobody waits for any more."""
    keys = list(row_keys)
    for start in range(0, len(keys), 500):
        some = keys[start : start + 500]
        gone = delete(WaitingRow).where(
            col(WaitingRow.clinic_id) == clinic_id, col(WaitingRow.row_key).in_(some)
        )
        session.execute(gone.execution_options(**QUIET))
    close_unneeded(session, clinic_id)


def close_unneeded(session: Session, clinic_id: int) -> None:
    """Delete open questions for which no row waits, but those that are about no row."""
    waited_for = select(col(WaitingRow.question_id))
    unneeded = delete(Question).where(
        col(Question.clinic_id) == clinic_id,
        col(Question.answered_at).is_(None),
        col(Question.kind).not_in(OF_NO_ROW),
        col(Question.id).not_in(waited_for),
    )
    session.execute(unneeded.execution_options(**QUIET))


def drop_open(session: Session, clinic_id: int, kind: str, subject: str) -> None:
    """Take an open question back, since what it asks about may be another by now."""
    asked = delete(Question).where(*_open_about(clinic_id, kind, subject))
    session.execute(asked.execution_options(**QUIET))


def asked_about(session: Session, clinic_id: int, kind: str, subject: str) -> set[int]:
    """Return the ids that an open question is about."""
    asked = select(col(Question.facts)).where(*_open_about(clinic_id, kind, subject))
    return {one for facts in session.scalars(asked) for one in json.loads(facts)["ids"]}


def _open_about(clinic_id: int, kind: str, subject: str) -> tuple[ColumnElement[bool], ...]:
    return (
        col(Question.clinic_id) == clinic_id,
        col(Question.kind) == kind,
        col(Question.subject) == subject,
        col(Question.answered_at).is_(None),
    )


def open_questions(session: Session, clinic_id: int | None = None) -> list[tuple[Question, int]]:
    """Return what waits for an answer with how many rows wait for it, the oldest first."""
    rows = func.count(col(WaitingRow.id))
    wanted = (
        select(Question, rows)
        .outerjoin(WaitingRow, col(WaitingRow.question_id) == col(Question.id))
        .where(col(Question.answered_at).is_(None))
        .group_by(*Question.__table__.c)  # type: ignore[attr-defined]
        .order_by(col(Question.id))
    )
    if clinic_id is not None:
        wanted = wanted.where(col(Question.clinic_id) == clinic_id)
    return [(question, count) for question, count in session.execute(wanted)]


def of_kind(session: Session, clinic_id: int, kind: str) -> list[Question]:
    """Return what of one kind waits for an answer at a clinic."""
    wanted = select(Question).where(
        col(Question.clinic_id) == clinic_id,
        col(Question.kind) == kind,
        col(Question.answered_at).is_(None),
    )
    return list(session.scalars(wanted))


def count_open(session: Session, clinic_id: int) -> int:
    """Count what waits for an answer."""
    wanted = select(func.count()).where(
        col(Question.clinic_id) == clinic_id, col(Question.answered_at).is_(None)
    )
    return session.scalar(wanted) or 0


def question(session: Session, question_id: int) -> Question | None:
    """Return a question, for nobody else to answer until the transaction ends."""
    wanted = select(Question).where(col(Question.id) == question_id).with_for_update()
    return session.scalars(wanted).first()


def waiting_rows(session: Session, question_id: int, limit: int | None = None) -> list[WaitingRow]:
    """Return the rows that wait for a question, in their lists' order."""
    wanted = select(WaitingRow).where(col(WaitingRow.question_id) == question_id)
    ordered = wanted.order_by(col(WaitingRow.number), col(WaitingRow.id)).limit(limit)
    return list(session.scalars(ordered))


def forget_rows(session: Session, rows: Iterable[WaitingRow]) -> None:
    """Let rows wait no longer."""
    for row in rows:
        session.delete(row)
    session.flush()


def close(session: Session, asked: Question, answer: str, by: str, now: datetime) -> None:
    """Write an answer to its question; what could tell of a person is taken away."""
    asked.answer, asked.answered_by, asked.answered_at = answer, by, now
    asked.facts, asked.choices = json.dumps({}), json.dumps([])
    session.flush()


def remember(session: Session, row: dict[str, Any]) -> None:
    """Keep what a clinic means by something; a new answer takes the place of the old."""
    put(session, RememberedAnswer, row, "clinic_id", "kind", "subject")


def show_only(session: Session, rows: Iterable[dict[str, Any]]) -> None:
    """Keep what nobody was asked about for being seen, unless something is kept of it already."""
    for row in rows:
        insert_once(session, RememberedAnswer, row)


def answers(session: Session, clinic_id: int) -> dict[tuple[str, str], str]:
    """Return what this clinic's people answered, by kind and subject."""
    wanted = select(
        col(RememberedAnswer.kind), col(RememberedAnswer.subject), col(RememberedAnswer.answer)
    ).where(
        col(RememberedAnswer.clinic_id) == clinic_id,
        col(RememberedAnswer.answered_by).is_not(None),
    )
    return {(kind, subject): answer for kind, subject, answer in session.execute(wanted)}


def remembered(session: Session, clinic_id: int, kind: str) -> list[RememberedAnswer]:
    """Return everything kept of one kind, by its label."""
    wanted = select(RememberedAnswer).where(
        col(RememberedAnswer.clinic_id) == clinic_id, col(RememberedAnswer.kind) == kind
    )
    return list(session.scalars(wanted.order_by(col(RememberedAnswer.label))))


def waiting_at(session: Session, clinic_id: int) -> list[WaitingRow]:
    """Return every row that waits at a clinic."""
    wanted = select(WaitingRow).where(col(WaitingRow.clinic_id) == clinic_id)
    return list(session.scalars(wanted.order_by(col(WaitingRow.id))))


def forget_answers(session: Session, clinic_id: int, answers: Mapping[str, Collection[str]]) -> int:
    """Forget what was answered about somebody, by kind, and the questions it was the answer to;
    return how many answers were remembered.
    """
    count = 0
    for model in (Question, RememberedAnswer):
        for kind, given in answers.items():
            theirs = delete(model).where(
                col(model.clinic_id) == clinic_id,
                col(model.kind) == kind,
                col(model.answer).in_(given),
            )
            gone = session.execute(theirs.returning(col(model.id)).execution_options(**QUIET)).all()
            count += len(gone) if model is RememberedAnswer else 0
    return count


def retire(session: Session, before: datetime) -> int:
    """Forget rows that waited since before then, and questions that had their time; return how
    many rows.
    """
    old = delete(WaitingRow).where(col(WaitingRow.came_at) < before).returning(col(WaitingRow.id))
    count = len(session.execute(old.execution_options(**QUIET)).all())
    for clinic_id in session.scalars(select(col(Question.clinic_id)).distinct()).all():
        close_unneeded(session, clinic_id)
    about_no_row = col(Question.kind).in_(OF_NO_ROW) & (col(Question.asked_at) < before)
    done = delete(Question).where((col(Question.answered_at) < before) | about_no_row)
    session.execute(done.execution_options(**QUIET))
    return count
