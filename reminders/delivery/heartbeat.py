"""Keep the recorded heartbeat fresh while a long pass runs."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from sqlalchemy.exc import SQLAlchemyError

from reminders.delivery.group_commit import GroupCommit
from reminders.store.queries import delivery

EVERY = 15
"""Seconds between two beats."""


async def beat_until_cancelled(commits: GroupCommit, name: str) -> None:
    """Record a heartbeat at intervals until cancelled; the next makes up for a failed one."""
    while True:
        await asyncio.sleep(EVERY)
        with suppress(SQLAlchemyError):
            await commits.run(lambda session, now: delivery.beat(session, name, now))
