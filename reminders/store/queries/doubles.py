"""Queries for clients that may be one person, and for pairs that staff have said are two."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from reminders.store.queries.common import insert_once, table_of
from reminders.store.tables import Client, RememberedAnswer

SHARING = 5
"""A number, address or name that more clients have is nobody's own, such as the clinic's."""

LOOKED_AT = 200
"""How many of each are looked at, the newest first."""

KIND = "same-person"

C = table_of(Client)


@dataclass(frozen=True, slots=True)
class Sharing:
    """A client who shares ``what`` (``phone``, ``email`` or ``name_key``) with others."""

    what: str
    shared: str
    id: int
    first_name: str
    last_name: str
    created_at: datetime


def sharing(session: Session, clinic_id: int) -> Iterator[Sharing]:
    """Return clients who share a number, an address or a full name with a few others, those who
    share one together; each is found by its index, and nobody is compared with everybody.
    """
    of_clinic = (C.c.clinic_id == clinic_id, C.c.merged_into.is_(None), C.c.erased_at.is_(None))
    for what in (C.c.phone, C.c.email, C.c.name_key):
        named = (*of_clinic, C.c.last_name != "") if what is C.c.name_key else of_clinic
        shared = (
            select(what)
            .where(*named, what.is_not(None))
            .group_by(what)
            .having(func.count().between(2, SHARING))
            .order_by(func.max(C.c.id).desc())
            .limit(LOOKED_AT)
        )
        rows = session.execute(
            select(what, C.c.id, C.c.first_name, C.c.last_name, C.c.created_at)
            .where(*named, what.in_(session.scalars(shared).all()))
            .order_by(what, C.c.id)
        )
        yield from (Sharing(what.name, *row) for row in rows)


def two_people(session: Session, clinic_id: int, subjects: Collection[str]) -> set[str]:
    """Return which of these pairs were said to be two people."""
    wanted = select(col(RememberedAnswer.subject)).where(
        col(RememberedAnswer.clinic_id) == clinic_id,
        col(RememberedAnswer.kind) == KIND,
        col(RememberedAnswer.subject).in_(subjects),
    )
    return set(session.scalars(wanted))


def note_two_people(session: Session, clinic_id: int, subject: str, by: str, now: datetime) -> None:
    """Remember that a pair is two people, so that nobody is asked again."""
    row = {
        "clinic_id": clinic_id,
        "kind": KIND,
        "subject": subject,
        "label": "two people",
        "answer": "different",
        "answered_by": by,
        "answered_at": now,
    }
    insert_once(session, RememberedAnswer, row)
