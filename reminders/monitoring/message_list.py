"""Tell a clinic's messages one by one: what will leave, what left, and why not."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from reminders.monitoring.client_timeline import ahead_of, why_of
from reminders.rules.terms import OPEN, Channel, Facts, Message, Reason, Status
from reminders.store.queries import reminder_facts
from reminders.store.queries.client_messages import ClientMessage, moment

Words = Callable[[Facts, datetime, datetime], Message]


@dataclass(frozen=True, slots=True)
class ToldMessage:
    """One message: ``why`` in a sentence, ``text`` as it left or would leave as things are now."""

    id: int
    client: int
    treatment: int | None
    milestone: str
    name: str
    channel: Channel
    status: Status
    reason: Reason | None
    why: str
    at: datetime
    subject: str
    text: str
    segments: int


def tell(
    session: Session,
    words: Words,
    names: Mapping[str, str],
    steps: Collection[ClientMessage],
    now: datetime,
) -> list[ToldMessage]:
    """Return these messages in their order; ``names`` are the milestones'."""
    open_ids = [s.reminder.id for s in steps if s.reminder.status in OPEN]
    ahead = {facts.reminder_id: facts for facts in reminder_facts.facts(session, open_ids, now)}
    return [_told(step, words, names, ahead.get(step.reminder.id)) for step in steps]


def _told(
    step: ClientMessage, words: Words, names: Mapping[str, str], facts: Facts | None
) -> ToldMessage:
    r, last = step.reminder, step.attempts[-1].attempt if step.attempts else None
    text, subject, segments = (last.body, last.subject, last.segments) if last else ("", "", 0)
    why = why_of(step)
    if facts is not None:
        message = words(facts, r.due_at, r.stale_at)
        text, subject, segments = message.text, message.subject, message.segments
        why = ahead_of(facts, r) or why
    return ToldMessage(
        id=r.id,
        client=r.client_id,
        treatment=r.treatment_id,
        milestone=r.milestone,
        name=names.get(r.milestone, r.milestone),
        channel=r.channel,
        status=r.status,
        reason=r.reason,
        why=why,
        at=moment(r),
        subject=subject,
        text=text,
        segments=segments,
    )
