"""Count what one pass sent, skipped and failed, by channel and reason."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from reminders.delivery.group_commit import GroupCommit
from reminders.rules.decision import Settled
from reminders.rules.terms import Facts, Reason, Status
from reminders.store.queries import delivery

log = structlog.get_logger()

SILENCE = timedelta(hours=1)
"""After a longer gap between two heartbeats, staff are alerted to what became stale."""


@dataclass(slots=True)
class PassSummary:
    """What a pass did, counted by channel, by reason, and by clinic what came too late."""

    sent: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    deferred: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    in_doubt: int = 0
    rescued: int = 0
    proven: Counter[str] = field(default_factory=Counter)
    missed: Counter[int] = field(default_factory=Counter)

    def count(self, facts: Facts, settled: Settled) -> None:
        """Count one settled reminder."""
        reason = settled.reason or ""
        match settled.status:
            case Status.ACCEPTED:
                self.sent[facts.channel] += 1
            case Status.SKIPPED:
                self.skipped[reason] += 1
                if settled.reason in {Reason.STALE, Reason.SUPERSEDED}:
                    self.missed[facts.clinic.clinic_id] += 1
            case Status.PLANNED:
                self.deferred[reason] += 1
            case Status.FAILED:
                self.failed[reason] += 1
            case _:
                self.in_doubt += 1


def log_settled(facts: Facts, settled: Settled) -> None:
    """Log what became of a reminder, by ids and words of ours only; the usual end quietly."""
    tell = log.debug if settled.status is Status.ACCEPTED else log.info
    tell(
        "settled",
        reminder=facts.reminder_id,
        clinic=facts.clinic.clinic_id,
        channel=facts.channel,
        milestone=facts.milestone,
        status=settled.status,
        reason=settled.reason,
    )


async def report_missed(
    commits: GroupCommit, summary: PassSummary, began: datetime | None, ended: datetime
) -> None:
    """After a long outage alert staff once to what became stale; ``began`` is the beat before."""
    if began is None or ended - began < SILENCE or not summary.missed:
        return
    await commits.run(
        lambda session, _: delivery.note_outage(session, began, ended, summary.missed)
    )
    log.error("reminders went stale while nothing was sent", missed=summary.missed.total())
