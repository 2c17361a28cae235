"""Count reminders by state and reason, and find those overdue, for operators."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from reminders.delivery import pauses
from reminders.delivery.failover import FailoverReport
from reminders.delivery.holds import Hold
from reminders.delivery.pauses import Pause
from reminders.monitoring.alerts import UndeliveredAlerts, untold
from reminders.rules.terms import LEFT, Channel, Reason, Status
from reminders.store.queries import delivery, lanes, overview, replies
from reminders.store.queries.overview import MissedReminders
from reminders.store.tables import Clinic

OVERDUE = timedelta(minutes=5)
"""A reminder this late with nothing to explain it means that nobody is sending."""

SILENCE = timedelta(minutes=5)
"""A heartbeat older than this is overdue."""


RECENT = timedelta(days=7)
"""How long an outage is shown."""


@dataclass(frozen=True, slots=True)
class StoppedLane:
    """A lane that a fault stopped: whose, since when (UTC), and the provider's code for it."""

    clinic: str
    channel: Channel
    since: datetime
    code: str


@dataclass(slots=True)
class SystemStatus:
    """The counts for operators, and the time of the last heartbeat."""

    planned: int = 0
    sent: int = 0
    in_doubt: int = 0
    undelivered: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    cancelled: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    waiting: Counter[str] = field(default_factory=Counter)
    overdue: int = 0
    next_due_at: datetime | None = None
    last_beat_at: datetime | None = None
    clinics: dict[str, str] = field(default_factory=dict)
    maybe_twice: int = 0
    replies: int = 0
    stopped: list[StoppedLane] = field(default_factory=list)
    outages: list[MissedReminders] = field(default_factory=list)
    untold: list[UndeliveredAlerts] = field(default_factory=list)
    paused: Pause | None = None
    held: Hold | None = None
    failover: FailoverReport | None = None

    def silent(self, now: datetime) -> bool:
        """Say whether the heartbeat is overdue, or never began."""
        return self.last_beat_at is None or now - self.last_beat_at > SILENCE

    def note(self, status: Status, reason: Reason | None, count: int) -> None:
        """Count reminders of one state and reason."""
        why = str(reason or "")
        match status:
            case Status.PLANNED | Status.CLAIMED:
                self.planned += count
                if why:
                    self.waiting[why] += count
            case Status.SKIPPED:
                self.skipped[why] += count
            case Status.CANCELLED:
                self.cancelled[why] += count
            case Status.FAILED:
                self.failed[why] += count
            case Status.UNDELIVERED:
                self.undelivered += count
            case Status.HANDOFF | Status.UNKNOWN:
                self.in_doubt += count
            case _ if status in LEFT:
                self.sent += count


def standing(session: Session, now: datetime) -> SystemStatus:
    """Count everything at ``now``."""
    found = SystemStatus(
        overdue=overview.overdue(session, now - OVERDUE),
        next_due_at=lanes.opens_next(session),
        last_beat_at=delivery.last_beat(session),
        maybe_twice=overview.possibly_doubled(session),
        replies=replies.count_waiting(session),
        stopped=[
            StoppedLane(clinic, lane.channel, lane.stopped_since or now, lane.stopped_for or "")
            for clinic, lane in lanes.stopped(session)
        ],
        outages=overview.outages(session, now - RECENT),
        untold=untold(session, now),
        clinics={c.name: _mode(c) for c in overview.clinics(session)},
        paused=pauses.paused(session),
        held=Hold.read(session),
        failover=recent_failover(session, now),
    )
    for status, reason, count in overview.counts(session):
        found.note(status, reason, count)
    return found


def recent_failover(session: Session, now: datetime) -> FailoverReport | None:
    """Return what the last failover brought; None where there was none lately."""
    last = FailoverReport.read(session)
    return last if last is not None and now - last.since <= RECENT else None


def _mode(clinic: Clinic) -> str:
    if clinic.paused_at is not None:
        return "paused"
    return "live" if clinic.live else "practice"
