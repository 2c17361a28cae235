"""Keep the recorded heartbeat fresh while a long pass runs."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from reminders.delivery.group_commit import GroupCommit
from reminders.delivery.history_watch import HistoryCut, HistoryWatch
from reminders.store.queries import delivery

EVERY = 15
"""Seconds between two beats."""


async def beat_until_cancelled(commits: GroupCommit, history: HistoryWatch, name: str) -> None:
    """Record a heartbeat at intervals until cancelled; the next makes up for a failed one. Where
    history was cut there is none: from the last one on something may be missing.
    """

    def beat(session: Session, now: datetime) -> None:
        history.beat(session, now)
        delivery.beat(session, name, now)

    while True:
        await asyncio.sleep(EVERY)
        with suppress(SQLAlchemyError, HistoryCut):
            await commits.run(beat)
