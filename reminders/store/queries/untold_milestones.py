"""Find which milestones of a treatment never left, so that a later message can say what they were to say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, case, func, or_, select
from sqlalchemy.orm import Session

from reminders.rules.terms import LEFT, Reason, Status
from reminders.store.column_types import among
from reminders.store.queries.common import asked, table_of
from reminders.store.tables import Reminder

RECALLED = timedelta(days=3)
"""How long after a treatment's end a message may say what an earlier one was to say."""

R = table_of(Reminder)
TOLD = LEFT - {Status.UNDELIVERED}
_WAS_TOLD = or_(R.c.status.in_(TOLD), R.c.reason == Reason.TAKEN_OUT)
_UNTOLD = (
    select(R.c.treatment_id, R.c.milestone)
    .where(
        among(R.c.client_id, "clients"),
        among(R.c.treatment_id, "treatments"),
        R.c.scheduled_at <= bindparam("now"),
    )
    .group_by(R.c.treatment_id, R.c.milestone)
    .having(func.max(case((_WAS_TOLD, 1), else_=0)) == 0)
)
"""Found by their clients, whose rows have an index. Most of a course is still to come, and untold as a
matter of course."""


def untold_milestones(
    session: Session, rows: Collection[Row[Any]], now: datetime
) -> dict[int, frozenset[str]]:
    """Return which milestones of treatments that ended lately were planned for a moment before ``now``
    (UTC), and have not left by any channel; what staff took out counts as told.
    """
    lately = {row.treatment_id: row.client_id for row in rows if _is_lately(row.ends_at, now)}
    if not lately:
        return {}
    wanted = {"clients": list(set(lately.values())), "treatments": list(lately)}
    untold: dict[int, set[str]] = defaultdict(set)
    for row in asked(session, _UNTOLD, **wanted, now=now):
        untold[row.treatment_id].add(row.milestone)
    return {number: frozenset(milestones) for number, milestones in untold.items()}


def _is_lately(ends_at: datetime | None, now: datetime) -> bool:
    return ends_at is not None and ends_at < now < ends_at + RECALLED
