"""Whatever lists are taken in, in whatever order and split: nobody is recombined or planned in vain."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from reminders.intake import lists
from reminders.list_tables import Table
from reminders.questions import questions
from reminders.rules.name_likeness import Likeness, likeness
from reminders.store.database import short_transaction
from reminders.store.queries import people
from reminders.wording.library import Library
from tests.conftest import House

pytestmark = pytest.mark.portable

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
HEADER = ("first_name", "last_name", "phone", "treated_at", "status", "sms_consent", "booking_id")
PEOPLE = (
    ("Ana", "Silva", "+447700900201"),
    ("Maria", "Silva", "+447700900201"),  # the mother's number
    ("Bob", "Jones", "+447700900202"),
    ("Bob", "Jones", "+447700900203"),  # another of that name
    ("Catherine", "Hall", "+447700900204"),
    ("Zoë", "Lefèvre", "+447700900205"),
)
SPELLINGS = (
    lambda first, last: (first, last),
    lambda first, last: (first.upper(), last.upper()),
    lambda first, last: (f"Dr. {first}", last),
    lambda first, last: (f"{first} (VIP)", last),
    lambda first, last: (f"{last}, {first}", ""),
    lambda first, last: ({"Catherine": "Kate"}.get(first, first), last),
)
STATUSES = ("Confirmed", "Completed", "Cancelled by client", "No-show", "Pending", "Waitlist")
PLANNED = text(
    "SELECT DISTINCT c.phone, t.treated_on FROM reminder r"
    " JOIN treatment t ON t.id = r.treatment_id JOIN client c ON c.id = r.client_id"
    " WHERE r.status = 'planned'"
)
STANDS = {"Confirmed", "Completed"}

row = st.tuples(
    st.integers(0, len(PEOPLE) - 1),
    st.sampled_from(SPELLINGS),
    st.integers(0, 20),
    st.sampled_from(STATUSES),
    st.sampled_from(["", "1", "2", "3"]),
)
some_lists = st.lists(st.lists(row, min_size=1, max_size=6), min_size=1, max_size=4)


def cells(one: tuple[Any, ...]) -> list[str]:
    who, spelled, day, status, booking = one
    first, last, phone = PEOPLE[who]
    return [*spelled(first, last), phone, day_of(day).isoformat(), status, "yes", booking]


def day_of(number: int) -> date:
    return NOW.date() + timedelta(days=number)


def bring_in(session: Session, library: Library, rows: list[list[str]]) -> None:
    table = Table(list(HEADER), list(enumerate(rows, 2)))
    clinic, known = people.clinic(session, 1), questions.answers(session, 1)
    checked = lists.check(table, "list", clinic, library, NOW, answers=known)
    lists.bring_in(session, library, clinic, checked, NOW)


def is_one_of_them(first: str, last: str, phone: str) -> bool:
    return any(
        phone == number and likeness(first, last, given, family) is Likeness.SAME
        for given, family, number in PEOPLE
    )


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(given_lists=some_lists)
def test_nobody_is_recombined_and_nobody_is_planned_for_in_vain(
    house: House, given_lists: list[list[Any]]
) -> None:
    stands = {
        (PEOPLE[who][2], day_of(day).isoformat())
        for rows in given_lists
        for who, _, day, status, _ in rows
        if status in STANDS
    }
    with short_transaction(house.engine) as session:
        for rows in given_lists:
            bring_in(session, house.app.library, [cells(one) for one in rows])
        clients = people.clients_of(session)
        assert all(is_one_of_them(c.first_name, c.last_name, c.phone or "") for c in clients)
        named = [(c.phone, c.first_name) for c in clients]
        assert len(named) == len(set(named)), "one person is one client"
        planned = session.execute(PLANNED)
        assert {(phone, str(day)) for phone, day in planned} <= stands
