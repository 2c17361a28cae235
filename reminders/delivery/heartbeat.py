"""Beating on: a pass that a rate stretches over hours still shows that it lives."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from sqlalchemy.exc import SQLAlchemyError

from reminders.delivery.group_commit import Ledger
from reminders.store.queries import delivery

EVERY = 15
"""Seconds between two beats."""


async def go_on_beating(ledger: Ledger, name: str) -> None:
    """Beat until cancelled; a beat that fails is made up for by the next."""
    while True:
        await asyncio.sleep(EVERY)
        with suppress(SQLAlchemyError):
            await ledger.run(lambda session, now: delivery.beat(session, name, now))
