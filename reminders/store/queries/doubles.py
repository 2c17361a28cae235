"""Queries for clients that may be one person, and for pairs that staff have said are two."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import Column, ColumnElement, func, intersect, select
from sqlalchemy.orm import Session
from sqlmodel import col

from reminders.rules.name_likeness import name_key
from reminders.store.queries.common import insert_once, table_of
from reminders.store.tables import Client, RememberedAnswer

SHARING = 5
"""A number, address or name that more clients have is nobody's own, such as the clinic's."""

LOOKED_AT = 1000
"""How many of each are looked at, the newest first."""

KIND = "same-person"

C = table_of(Client)


LISTED = (C.c.id, C.c.first_name, C.c.last_name, C.c.phone, C.c.email, C.c.created_at)


@dataclass(frozen=True, slots=True)
class ListedClient:
    """A client of whom somebody else may be a double."""

    id: int
    first_name: str
    last_name: str
    phone: str | None
    email: str | None
    created_at: datetime

    @property
    def name_key(self) -> str:
        """Return what the full name shares with itself in any order; empty where a part is missing."""
        return name_key(self.first_name, self.last_name)


def sharing(session: Session, clinic_id: int) -> Iterator[list[ListedClient]]:
    """Return clients who share a number, an address or a full name in either order with a few
    others, those who share one together; each is found by its index, and nobody is compared with
    everybody.
    """
    for what in (C.c.phone, C.c.email):
        shared = _shared(session, clinic_id, what, what.is_not(None))
        rows = _listed(session, clinic_id, what.in_(shared))
        yield from _together(rows, attrgetter(what.name))
    yield from _namesakes(session, clinic_id)


def _namesakes(session: Session, clinic_id: int) -> Iterator[list[ListedClient]]:
    names = _shared(session, clinic_id, C.c.name_key, C.c.name_key.contains(" "))
    turned = _turned(session, clinic_id)
    found_by = C.c.name_key.in_({*names, *turned}) | C.c.family_key.in_(turned)
    rows = _listed(session, clinic_id, found_by & (C.c.last_name != ""))
    together = _together(rows, attrgetter("name_key"))
    yield from (few for few in together if len(few) <= SHARING)


def _together(
    rows: Iterable[ListedClient], by: Callable[[ListedClient], str]
) -> Iterable[list[ListedClient]]:
    together = defaultdict(list)
    for row in rows:
        together[by(row)].append(row)
    return together.values()


def _shared(
    session: Session, clinic_id: int, what: Column[Any], worth: ColumnElement[bool]
) -> Sequence[str]:
    """Return what a few share: of what the index holds alone; who is listed is asked of the few that
    are found.
    """
    shared = (
        select(what)
        .where(C.c.clinic_id == clinic_id, worth)
        .group_by(what)
        .having(func.count().between(2, SHARING))
        .order_by(func.max(C.c.id).desc())
        .limit(LOOKED_AT)
    )
    return session.scalars(shared).all()


def _turned(session: Session, clinic_id: int) -> Sequence[str]:
    """Return names that somebody else has with the family name in front: “Silva Ana”."""
    of_both = (C.c.clinic_id == clinic_id, C.c.name_key != C.c.family_key)
    names = select(C.c.name_key).where(*of_both, C.c.name_key.contains(" "))
    turned = intersect(names, select(C.c.family_key).where(*of_both)).limit(LOOKED_AT)
    return session.scalars(turned).all()


def listed(session: Session, clinic_id: int, ids: Collection[int]) -> dict[int, ListedClient]:
    """Return which of these clients are listed, as they are now."""
    return {row.id: row for row in _listed(session, clinic_id, C.c.id.in_(ids))}


def newest(session: Session) -> int:
    """Return the id of the client added last, to whichever clinic."""
    return session.scalar(select(func.max(C.c.id))) or 0


def _listed(
    session: Session, clinic_id: int, found_by: ColumnElement[bool]
) -> Iterator[ListedClient]:
    is_listed = C.c.merged_into.is_(None) & C.c.erased_at.is_(None)
    wanted = select(*LISTED).where(C.c.clinic_id == clinic_id, is_listed, found_by)
    return (ListedClient(*row) for row in session.execute(wanted.order_by(C.c.id)))


def two_people(session: Session, clinic_id: int, subjects: Collection[str]) -> set[str]:
    """Return which of these pairs were said to be two people."""
    wanted = select(col(RememberedAnswer.subject)).where(
        col(RememberedAnswer.clinic_id) == clinic_id,
        col(RememberedAnswer.kind) == KIND,
        col(RememberedAnswer.subject).in_(subjects),
    )
    return set(session.scalars(wanted))


def pair(one: int, other: int) -> str:
    """Return what a pair of clients is remembered by, in whichever order."""
    return f"{min(one, other)}:{max(one, other)}"


def note_two_people(
    session: Session, clinic_id: int, subject: str, by: str | None, now: datetime
) -> None:
    """Remember that a pair is two people, so that nobody is asked again; ``by`` None says that staff
    answered another question.
    """
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
