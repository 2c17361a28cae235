"""Fillings: what rows lack that an earlier version wrote is filled in, a page at a time."""

from __future__ import annotations

from sqlalchemy import Engine

from reminders.store.database import writing
from reminders.store.queries import people

TOGETHER = 1000
"""Rows of a page: few enough that nobody waits for them."""


def fill(engine: Engine) -> int:
    """Fill in what is missing, and return in how many rows. A step of a migration only adds, for
    it has its tables to itself; what may take long is done here, beside everybody's work. Each
    page is committed by itself, and the rows themselves say what is done: cut off, it goes on there.
    """
    count, after = 0, 0
    while True:
        with writing(engine) as session:
            named = people.name_some(session, after, TOGETHER)
        count += len(named)
        if len(named) < TOGETHER:
            return count
        after = named[-1]
