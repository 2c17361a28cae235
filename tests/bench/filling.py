"""Databases filled for the measurements: clients due one reminder each, and rows far ahead."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import Engine

from reminders.enrolment import clinics
from reminders.store.database import writing
from reminders.store.queries.common import insert_many
from reminders.store.queries.plans import COLUMNS
from tests.bench.databases import analyse
from tests.support.samples import CLINIC

TODAY = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
NOW = TODAY + timedelta(days=-TODAY.weekday() % 7)
"""Noon of this or the next Monday, when every clinic's hours are open: what is due belongs to a day that
the database does not count yet."""

CLINICS = 20
DUE_AT, STALE_AT = NOW - timedelta(hours=2), NOW + timedelta(days=2)
OVER_AT = NOW - timedelta(days=2, hours=20)
PAGE = 20_000
EACH = 10
"""Reminders far ahead that a client has."""

CLIENT = ("clinic_id", "first_name", "last_name", "phone", "email", "language", "created_at")
TREATMENT = (
    "clinic_id", "client_id", "protocol", "treated_on", "starts", "ends_at", "created_at",
)  # fmt: skip
CONSENT = ("client_id", "channel", "given", "given_at", "source", "recorded_at")

Row = tuple[Any, ...]


def fill(engine: Engine, channel: str, due: int, ahead: int = 0) -> None:
    """Put ``due`` clients there with a reminder due by a channel, and ``ahead`` rows of others."""
    people = due + -(-ahead // EACH)
    with writing(engine) as session:
        for number in range(CLINICS):
            clinics.add(session, CLINIC | {"name": f"Rosewood {number}"}, NOW, live=True)
    _insert(engine, "client", CLIENT, people, _client)
    _insert(engine, "treatment", TREATMENT, people, _treatment)
    _insert(engine, "consent", CONSENT, people, lambda n: _consent(n, channel))
    _insert(engine, "reminder", COLUMNS, due, lambda n: _due(n, channel))
    _insert(engine, "reminder", COLUMNS, ahead, lambda n: _ahead(n, due, channel))
    analyse(engine)


def _insert(
    engine: Engine, table: str, columns: tuple[str, ...], count: int, row: Callable[[int], Row]
) -> None:
    for numbers in _pages(count):
        with writing(engine) as session:
            insert_many(session, table, columns, [row(number) for number in numbers])


def _pages(count: int) -> Iterator[range]:
    return (range(first, min(first + PAGE, count)) for first in range(0, count, PAGE))


def _clinic(number: int) -> int:
    return 1 + number % CLINICS


def _client(number: int) -> Row:
    return (
        _clinic(number), f"Ana {number % 997}", "", f"+4477{number:08}", f"c{number}@mail.example", "en", NOW,
    )  # fmt: skip


def _treatment(number: int) -> Row:
    return (
        _clinic(number), number + 1, "skin-needling", (NOW - timedelta(days=3)).date(), time(14, number % 60), OVER_AT, NOW,
    )  # fmt: skip


def _consent(number: int, channel: str) -> Row:
    return (number + 1, channel, True, NOW - timedelta(days=9), "paper form", NOW)


def _due(number: int, channel: str) -> Row:
    return (
        _clinic(number), number + 1, number + 1, "day-3", channel, "planned", None,
        DUE_AT, DUE_AT.date(), DUE_AT, STALE_AT, 0, None, None,
    )  # fmt: skip


def _ahead(number: int, due: int, channel: str) -> Row:
    """Return a row of somebody else, in the weeks to come or long accepted."""
    person, milestone = due + number // EACH, number % EACH
    at = NOW + timedelta(days=1 + 14 * milestone, minutes=number % 600)
    gone = milestone >= EACH // 2
    status, settled_at = ("delivered", NOW) if gone else ("planned", None)
    return (
        _clinic(person), person + 1, person + 1, f"m-{milestone}", channel, status, None,
        at, at.date(), at, at + timedelta(days=2), 0, settled_at, None,
    )  # fmt: skip
