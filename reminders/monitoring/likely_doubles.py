"""Find clients that are likely one person twice, for staff to say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations, groupby

from sqlalchemy.orm import Session

from reminders.questions import questions
from reminders.rules.name_likeness import Likeness, likeness
from reminders.store.queries import doubles, join_requests
from reminders.store.queries.doubles import Sharing

WHY = {"phone": "on one number", "email": "on one address", "name_key": "with one name"}


@dataclass(frozen=True, slots=True)
class LikelyDouble:
    """Two clients who may be one person; ``why`` is what they share."""

    first: int
    second: int
    names: str
    why: str
    since: datetime

    @property
    def subject(self) -> str:
        """Return what the pair is remembered by."""
        return doubles.pair(self.first, self.second)


def find(session: Session, clinic_id: int) -> list[LikelyDouble]:
    """Return a clinic's likely doubles that nobody has said are two people, the newest first: who
    shares a number or address under names that are alike, or a full name. Who only wrote a number
    into a form is none, and whom a question is about is asked about there.
    """
    found: dict[str, LikelyDouble] = {}
    for pair in _pairs(session, clinic_id):
        found.setdefault(pair.subject, pair)
    if not found:
        return []
    known = doubles.two_people(session, clinic_id, found) | _asked(session, clinic_id)
    unproven = join_requests.unproven(session, clinic_id)
    waiting = [
        pair
        for of, pair in found.items()
        if of not in known and not {pair.first, pair.second} & unproven
    ]
    return sorted(waiting, key=lambda pair: (pair.since, pair.second), reverse=True)


def _asked(session: Session, clinic_id: int) -> set[str]:
    joined = questions.about_joined(session, clinic_id)
    return {doubles.pair(one, other) for one, others in joined.items() for other in others}


def _pairs(session: Session, clinic_id: int) -> Iterator[LikelyDouble]:
    rows = doubles.sharing(session, clinic_id)
    for (what, _), group in groupby(rows, key=lambda row: (row.what, row.shared)):
        for one, other in combinations(group, 2):
            if what == "name_key" or _alike(one, other):
                names = f"{_name(one)} and {_name(other)}"
                since = max(one.created_at, other.created_at)
                yield LikelyDouble(one.id, other.id, names, WHY[what], since)


def _alike(one: Sharing, other: Sharing) -> bool:
    names = (one.first_name, one.last_name, other.first_name, other.last_name)
    return likeness(*names) >= Likeness.ALIKE


def _name(one: Sharing) -> str:
    return f"{one.first_name} {one.last_name}".strip()
