"""Find what a clinic sent lately to numbers and addresses, for caps and for how to stop."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, or_, select, true
from sqlalchemy.orm import Session

from reminders.rules.sender_kinds import is_one_way
from reminders.rules.stop_line import AT_LEAST_EVERY
from reminders.rules.terms import LEFT, Channel
from reminders.store.column_types import among
from reminders.store.queries.common import asked, table_of
from reminders.store.tables import Attempt, Reminder

CAP_MEMORY = timedelta(days=9)
"""How far back texts are counted: the cap's week, whatever the zones."""

TEXT_MEMORY = AT_LEAST_EVERY + timedelta(days=1)
"""How far back it is known which texts said how to stop, and of which treatments they were."""


@dataclass(slots=True)
class SentLately:
    """What a clinic sent to one number or address, whoever it was for: when what ``counted`` under a
    cap left, when a text last said how to stop by a word to reply with or (``link_told_at``) by a link,
    and of which ``treatments`` texts were (UTC).
    """

    counted: list[datetime] = field(default_factory=list)
    stop_told_at: datetime | None = None
    link_told_at: datetime | None = None
    treatments: set[int | None] = field(default_factory=set)


NOTHING = SentLately()


def sent_lately(
    session: Session, contacts: Collection[str], now: datetime
) -> dict[tuple[int, str], SentLately]:
    """Return what each clinic sent to these numbers and addresses before ``now`` (UTC)."""
    sent: dict[tuple[int, str], SentLately] = defaultdict(SentLately)
    if not contacts:
        return sent
    spans = {"since": now - CAP_MEMORY, "texts_since": now - TEXT_MEMORY}
    for row in asked(session, STATEMENT, contacts=list(contacts), **spans):
        if row.status not in LEFT:
            continue  # nothing left by that attempt
        known = sent[row.clinic_id, row.contact]
        known.treatments.add(row.treatment_id)
        if row.counts:
            known.counted.append(row.handoff_at)
        if row.tells_stop and is_one_way(row.sender):
            known.link_told_at = max(row.handoff_at, known.link_told_at or row.handoff_at)
        elif row.tells_stop:
            known.stop_told_at = max(row.handoff_at, known.stop_told_at or row.handoff_at)
    return sent


_R, _A = table_of(Reminder), table_of(Attempt)
_WITHIN_CAPS = _A.c.handoff_at > bindparam("since")
STATEMENT = (
    select(
        _R.c.clinic_id,
        _A.c.contact,
        _A.c.handoff_at,
        _A.c.tells_stop,
        _A.c.sender,
        _R.c.treatment_id,
        _R.c.status,
        and_(_WITHIN_CAPS, or_(_R.c.one_off_id.is_(None), _R.c.channel == Channel.EMAIL)).label(
            "counts"
        ),
    )
    .outerjoin_from(
        _A,
        _R,
        and_(
            _R.c.id == _A.c.reminder_id,
            _R.c.claim == _A.c.claim,
            or_(_WITHIN_CAPS, _R.c.channel == Channel.SMS),
        ),
    )
    .where(
        among(_A.c.contact, "contacts"), (_A.c.handoff_at > bindparam("texts_since")).is_(true())
    )
)
"""Attempts by their contacts, and only then their reminders: an outer join, an instant that no index
answers, and states that are looked at here leave PostgreSQL no other way. On its first busy day it would
read everything sent that day each time, for as long as it believes that nothing was."""
