"""Record the outcomes of attempts on reminders, contacts and lanes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from reminders.rules.decision import Outcome, Settled
from reminders.rules.lanes import LaneFacts, judge
from reminders.rules.records import record
from reminders.rules.terms import Facts, Reason
from reminders.store.queries import attempts, consents, delivery, lanes
from reminders.store.queries.attempts import EndedAttempt

log = structlog.get_logger()

DEAF = {Outcome.SUPPRESS: Reason.OPTED_OUT, Outcome.INVALID: Reason.UNREACHABLE}
"""Outcomes after which a contact is not messaged again, and why."""

_HEALTHY = frozenset(Outcome) - {Outcome.CONFIGURATION, Outcome.BUSY, Outcome.AMBIGUOUS}


@record
class Settlement:
    """What became of a reminder and, where there was one, of its attempt: how it ended, and when
    it began (``tried_at``, UTC). ``trying`` says that its lane had been stopped, and this one
    was let through to see.
    """

    facts: Facts
    settled: Settled
    outcome: Outcome | None = None
    tried_at: datetime | None = None
    code: str = ""
    provider_id: str = ""
    retry_after: timedelta | None = None
    trying: bool = False

    @property
    def lane(self) -> lanes.Key:
        """Return by which lane it left."""
        return self.facts.clinic.clinic_id, self.facts.channel


class Settler:
    """Record the outcomes of attempts, remembering which lanes had faults lately: only those need a
    check after a success.
    """

    def __init__(self) -> None:
        """Start without known faults; each process sees the end of those it has seen begin."""
        self._troubled: set[lanes.Key] = set()

    def settle(self, session: Session, settlements: Sequence[Settlement], now: datetime) -> None:
        """Write all of them down; the caller holds their clients locked."""
        if not settlements:
            return
        alike: dict[Settled, list[Facts]] = defaultdict(list)
        for one in settlements:
            alike[one.settled].append(one.facts)
        for settled, settled_facts in alike.items():
            delivery.settle(session, settled_facts, settled, now)
        tried = [one for one in settlements if one.outcome is not None]
        attempts.end(session, [_ended(one) for one in tried], now)
        for one in tried:
            _suppress(session, one, now)
        self._judge_lanes(session, tried, now)

    def _judge_lanes(self, session: Session, tried: Sequence[Settlement], now: datetime) -> None:
        """Stop or reopen lanes by the outcomes of their attempts."""
        self._troubled |= {one.lane for one in tried if one.outcome not in _HEALTHY or one.trying}
        keys = self._troubled & {one.lane for one in tried}
        if not keys:
            return
        before = lanes.lock(session, keys)
        after = {(lane.clinic_id, lane.channel): lane for lane in before}
        for one in tried:
            if one.lane in after and one.outcome is not None and one.tried_at is not None:
                after[one.lane] = judge(
                    after[one.lane], one.outcome, one.code, one.tried_at, now, one.retry_after
                )
        lanes.keep(session, list(after.values()))
        self._troubled -= {key for key, lane in after.items() if not lane.faults}
        for was, lane in zip(before, after.values(), strict=True):
            _log_lane_change(was, lane)


def _ended(one: Settlement) -> EndedAttempt:
    return EndedAttempt(delivery.claim_of(one.facts), str(one.outcome), one.code, one.provider_id)


def _suppress(session: Session, one: Settlement, now: datetime) -> None:
    why = one.outcome and DEAF.get(one.outcome)
    if why and one.facts.contact:
        clinic_id = one.facts.clinic.clinic_id
        consents.suppress(session, clinic_id, one.facts.contact, why, source="provider", now=now)


def _log_lane_change(was: LaneFacts, lane: LaneFacts) -> None:
    """Log once when a lane stops, and when it works again."""
    if lane.stopped_since == was.stopped_since:
        return
    tell = log.error if lane.stopped_since else log.warning
    event = "lane stopped" if lane.stopped_since else "lane open again"
    tell(
        event, clinic=lane.clinic_id, channel=lane.channel, code=lane.stopped_for or was.stopped_for
    )
