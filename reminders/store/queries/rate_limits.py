"""Queries for the rate of one sender, which all lanes and workers share."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from reminders.rules.forecast import RateLimit
from reminders.rules.lanes import LaneFacts
from reminders.rules.terms import Channel
from reminders.store.queries.common import asked, insert_once, table_of
from reminders.store.tables import SenderRate

P = table_of(SenderRate)

UTC = ZoneInfo("UTC")
"""A sender's day is nobody's but the provider's."""

_LOCKING = select(P).where(P.c.channel == bindparam("of")).with_for_update(skip_locked=True)
_KEEPING = (
    update(P)
    .where(P.c.channel == bindparam("of"))
    .values({name: bindparam(f"to_{name}") for name in ("opens_at", "counted_on", "counted")})
)


def lock(session: Session, channel: Channel, rate: RateLimit) -> LaneFacts | None:
    """Lock a sender's pace and return it with these limits; None where another worker has it."""
    row = asked(session, _LOCKING, of=channel).first()
    if row is None:
        insert_once(session, SenderRate, {"channel": channel, "counted": 0})
        row = asked(session, _LOCKING, of=channel).first()
    if row is None:
        return None
    return LaneFacts(
        0, 0, channel, UTC, rate.per_minute, rate.per_day, row.opens_at, row.counted_on, row.counted
    )


def keep(session: Session, pace: LaneFacts) -> None:
    """Write down how a sender's pace stands now."""
    to = {f"to_{name}": getattr(pace, name) for name in ("opens_at", "counted_on", "counted")}
    asked(session, _KEEPING, of=pace.channel, **to)
