"""Find clients that are likely one person twice, for staff to say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations, islice
from threading import Lock

from sqlalchemy.orm import Session

from reminders.questions import questions
from reminders.rules.name_likeness import Likeness, likeness
from reminders.rules.translation import gettext
from reminders.store.queries import doubles, join_requests
from reminders.store.queries.doubles import ListedClient

SEARCHED_EVERY = timedelta(minutes=10)
"""How old a search may be: it looks at every client, and Today is opened all day long."""

LOOKED_AT = 50
"""How many of the pairs found are looked at again at once."""


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


@dataclass(frozen=True, slots=True)
class Search:
    """What was found at a clinic at a time (UTC), since the last clients were added or merged."""

    at: datetime
    since: tuple[int, int]
    pairs: list[LikelyDouble]


class LikelyDoubles:
    """Finds likely doubles: by a search where clients were added or merged or the last one is old,
    and of those it found only who still is one.
    """

    def __init__(self) -> None:
        self._searches: dict[int, Search] = {}
        self._one = Lock()

    def find(
        self, session: Session, clinic_id: int, now: datetime, limit: int
    ) -> list[LikelyDouble]:
        """Return a clinic's likely doubles that nobody has said are two people, the newest first:
        who shares a number or address under names that are alike, or a full name. Who only wrote a
        number into a form is none, and whom a question is about is asked about there.
        """
        since, search = doubles.last_changes(session), self._searches.get(clinic_id)
        is_old = search is None or search.since != since or now - search.at > SEARCHED_EVERY
        if is_old and self._one.acquire(blocking=False):  # who comes meanwhile sees what was found
            try:
                search = Search(now, since, _search(session, clinic_id))
                self._searches[clinic_id] = search
            finally:
                self._one.release()
        return list(islice(_unsaid(session, clinic_id, search.pairs if search else ()), limit))


def _search(session: Session, clinic_id: int) -> list[LikelyDouble]:
    together = doubles.sharing(session, clinic_id)
    pairs = (pair for group in together for pair in combinations(group, 2))
    found = {double.subject: double for pair in pairs if (double := _double(*pair))}
    return sorted(found.values(), key=lambda pair: (pair.since, pair.second), reverse=True)


def _unsaid(
    session: Session, clinic_id: int, pairs: Iterable[LikelyDouble]
) -> Iterator[LikelyDouble]:
    """Return the pairs that still are one, and that staff are not asked about elsewhere."""
    asked, unproven = _asked(session, clinic_id), join_requests.unproven(session, clinic_id)
    rest = iter(pairs)
    while some := list(islice(rest, LOOKED_AT)):
        known = asked | doubles.two_people(session, clinic_id, {pair.subject for pair in some})
        ids = {number for pair in some for number in (pair.first, pair.second)} - unproven
        now = doubles.listed(session, clinic_id, ids)
        for pair in some:
            both = now.get(pair.first), now.get(pair.second)
            if pair.subject not in known and (double := _double(*both)):
                yield double


def _asked(session: Session, clinic_id: int) -> set[str]:
    joined = questions.about_joined(session, clinic_id)
    return {doubles.pair(one, other) for one, others in joined.items() for other in others}


def _double(one: ListedClient | None, other: ListedClient | None) -> LikelyDouble | None:
    """Say whether two clients may be one person, and why."""
    if one is None or other is None or not (why := _shared(one, other)):
        return None
    names = gettext("%(one)s and %(other)s", one=_name(one), other=_name(other))
    return LikelyDouble(one.id, other.id, names, why, max(one.created_at, other.created_at))


def _shared(one: ListedClient, other: ListedClient) -> str:
    alike = _alike(one, other)
    if alike and one.phone and one.phone == other.phone:
        return gettext("same phone number")
    if alike and one.email and one.email == other.email:
        return gettext("same email address")
    return gettext("same name") if one.name_key and one.name_key == other.name_key else ""


def _alike(one: ListedClient, other: ListedClient) -> bool:
    names = (one.first_name, one.last_name, other.first_name, other.last_name)
    return likeness(*names) >= Likeness.ALIKE


def _name(one: ListedClient) -> str:
    return f"{one.first_name} {one.last_name}".strip()
