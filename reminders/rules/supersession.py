"""Decide what is planned again that was skipped for a later visit which does not stand any more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from reminders.rules.planning import ExistingReminder, Replan
from reminders.rules.terms import LEFT, OPEN, Channel, Reason, Status


@dataclass(frozen=True, slots=True)
class LaterVisit:
    """A visit of the same client that comes after another's and stands: its local day, and what
    becomes of its own reminders.
    """

    treated_on: date
    change: Replan

    def speaks(self, channel: Channel, on: date) -> bool:
        """Say whether a message of its own left by this channel that day, or is to."""
        rows = (*self.change.keep, *(row for row, _ in self.change.already_sent))
        to_come = (*self.change.add, *(planned for _, planned in self.change.move))
        days = {(row.channel, row.due_on) for row in rows if row.status in OPEN | LEFT}
        return (channel, on) in days | {(one.channel, one.due_on) for one in to_come}


def released(
    reminders: Sequence[ExistingReminder], later: Sequence[LaterVisit], now: datetime
) -> Sequence[ExistingReminder]:
    """Return a treatment's reminders, with what was superseded and is no more as cancelled, so that
    ``replan`` plans it again where it still helps at ``now`` (aware).

    A later visit that was missed, cancelled or moved away supersedes nothing. What left for this
    treatment since then still does: advice goes in its order.
    """
    if not any(row.reason is Reason.SUPERSEDED for row in reminders):
        return reminders
    return [
        replace(row, status=Status.CANCELLED)
        if _was_superseded(row) and not _is_superseded(row, reminders, later, now)
        else row
        for row in reminders
    ]


def _was_superseded(row: ExistingReminder) -> bool:
    return row.status is Status.SKIPPED and row.reason is Reason.SUPERSEDED


def _is_superseded(
    row: ExistingReminder,
    own: Sequence[ExistingReminder],
    later: Sequence[LaterVisit],
    now: datetime,
) -> bool:
    """Say by the rules of sending whether a reminder is superseded."""
    begun = any(visit.treated_on <= row.due_on for visit in later)
    same_day = any(visit.speaks(row.channel, row.due_on) for visit in later)
    overtaken = any(
        other.status in OPEN | LEFT
        and other.channel is row.channel
        and row.scheduled_at < other.scheduled_at <= now
        for other in own
    )
    return begun or same_day or overtaken
