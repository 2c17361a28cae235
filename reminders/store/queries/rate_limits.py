"""Queries for the rate of one sender, which all lanes and workers share."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Column, Table, bindparam, select, update
from sqlalchemy.orm import Session

from reminders.rules.forecast import RateLimit
from reminders.rules.lanes import LaneFacts
from reminders.rules.terms import Channel
from reminders.store.queries.common import asked, insert_once, table_of
from reminders.store.tables import SenderPace, SenderRate

UTC = ZoneInfo("UTC")
"""A sender's day is nobody's but the provider's."""

_KEPT = ("opens_at", "counted_on", "counted")


def _statements(paces: Table, key: Column[Any]) -> tuple[Any, Any]:
    """Return what locks a row, and what changes it."""
    locking = select(paces).where(key == bindparam("of")).with_for_update(skip_locked=True)
    changed: dict[str, Any] = {name: bindparam(f"to_{name}") for name in _KEPT}
    return locking, update(paces).where(key == bindparam("of")).values(changed)


_OURS = _statements(table_of(SenderRate), table_of(SenderRate).c.channel)
_OWN = _statements(table_of(SenderPace), table_of(SenderPace).c.sender_key)
"""Of the installation's senders, and of those that clinics brought."""


def lock(session: Session, channel: Channel, key: str, rate: RateLimit) -> LaneFacts | None:
    """Lock a sender's pace and return it with these limits; None where another worker has it."""
    locking, of = (_OWN if key else _OURS)[0], key or channel
    row = asked(session, locking, of=of).first()
    if row is None:
        if key:
            insert_once(session, SenderPace, {"sender_key": key, "counted": 0})
        else:
            insert_once(session, SenderRate, {"channel": channel, "counted": 0})
        row = asked(session, locking, of=of).first()
    if row is None:
        return None
    return LaneFacts(
        0, 0, channel, UTC, rate.per_minute, rate.per_day, row.opens_at, row.counted_on, row.counted
    )


def keep(session: Session, key: str, pace: LaneFacts) -> None:
    """Write down how a sender's pace stands now."""
    to = {f"to_{name}": getattr(pace, name) for name in _KEPT}
    asked(session, (_OWN if key else _OURS)[1], of=key or pace.channel, **to)
