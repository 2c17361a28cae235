"""Say of rehearsed reminders where the first week would come later than promised, or not at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from reminders.rules.first_week import Shortfall, shortfalls
from reminders.rules.planning import TreatmentTimes
from reminders.rules.protocols import Protocol
from reminders.rules.terms import LEFT, Reason
from reminders.store.queries.overview import ReminderLine

OURS = frozenset({Reason.CAP, Reason.GIVES_WAY, Reason.QUIET_HOURS, Reason.STALE})
"""Reasons that lie in hours and caps, and not in what the client or staff want."""


def late_milestones(
    lines: Iterable[ReminderLine], protocols: Mapping[str, Protocol], now: datetime
) -> list[Shortfall]:
    """Return what treatments that end after ``now`` (UTC) miss of their first week."""
    by_treatment: dict[int, list[ReminderLine]] = defaultdict(list)
    for line in lines:
        if line.treatment_id and (line.status in LEFT or line.reason in OURS):
            by_treatment[line.treatment_id].append(line)
    return [one for of_one in by_treatment.values() for one in _of_one(of_one, protocols, now)]


def _of_one(
    lines: list[ReminderLine], protocols: Mapping[str, Protocol], now: datetime
) -> list[Shortfall]:
    first = lines[0]
    if first.ends_at is None or first.ends_at <= now or first.treated_on is None:
        return []
    visit = TreatmentTimes(first.treated_on, first.ends_at, first.ends_at)
    told = [(line.milestone, line.handoff_at if line.status in LEFT else None) for line in lines]
    return list(shortfalls(protocols[first.protocol or ""], visit, told, first.zone))
