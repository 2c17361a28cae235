"""Everything that happened to one client's messages, in order of time, with the reason for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from reminders.monitoring.answer_history import answer_entries
from reminders.rules import stop_line
from reminders.rules.decision import Defer, Skip, decide
from reminders.rules.reason_texts import channel_text, reason_text
from reminders.rules.terms import Act, Channel, Facts, Message, OneOffKind, Reason, Status
from reminders.rules.translation import gettext, gettext_noop, ngettext
from reminders.rules.visits import ToldBy
from reminders.senders.twilio_errors import say
from reminders.store.queries import (
    audit,
    client_messages,
    consents,
    desk,
    merges,
    people,
    reminder_facts,
    skin_answers,
    staff,
)
from reminders.store.queries.client_messages import AttemptHistory, ClientMessage, moment
from reminders.store.tables import Client, Consent, Reminder, Reply, Treatment
from reminders.wording.localised import DateForm, date_text

Words = Callable[[Facts, datetime, datetime], Message]
"""Renders a message from its facts, at a moment and valid until another."""


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One thing that happened to a client's messages, or will.

    ``kind`` is ``message``, ``reply``, ``consent`` or ``change``; ``why`` says in a sentence by
    which rule; ``facts`` are pairs of what an auditor asks and the answer; ``words`` is the exact
    text, with the ``html`` of an email that is still to come.
    """

    at: datetime
    kind: str
    title: str
    status: Status | None = None
    reason: Reason | None = None
    why: str = ""
    words: str = ""
    subject: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    reminder: Reminder | None = None
    treatment: Treatment | None = None
    channel: Channel | None = None
    link: str = ""


def record(
    session: Session, words: Words, names: Mapping[str, str], client: Client, now: datetime
) -> list[TimelineEntry]:
    """Return everything of a client in order of time; ``names`` are the milestones' names."""
    steps = client_messages.steps(session, client.id)
    open_ids = [s.reminder.id for s in steps if s.reminder.status is Status.PLANNED]
    due = {step.reminder.id: step.reminder.due_at for step in steps}
    coming = reminder_facts.facts(session, open_ids, now)
    in_turn = stop_line.in_turn((facts, due[facts.reminder_id]) for facts in coming)
    ahead = {facts.reminder_id: facts for facts in in_turn}
    found = [
        *(_message(step, names, ahead.get(step.reminder.id), words) for step in steps),
        *(_consent(sentence) for sentence in consents.ledger(session, client.id)),
        *(_reply(reply) for reply in desk.replies_of(session, client.clinic_id, client.id)),
        *_skin_answers(session, client),
        *_changes(session, client.id, {s.treatment.id for s in steps if s.treatment}),
        *_visits(session, client.id),
    ]
    return sorted(found, key=lambda entry: (entry.at, entry.kind))


def _message(
    step: ClientMessage, names: Mapping[str, str], facts: Facts | None, words: Words
) -> TimelineEntry:
    r, last = step.reminder, step.attempts[-1] if step.attempts else None
    text, subject = (last.attempt.body, last.attempt.subject) if last else ("", "")
    why = why_of(step)
    if facts is not None:
        message = words(facts, r.due_at, r.stale_at)
        text, subject = message.text, message.subject
        why = ahead_of(facts, r) or why
    return TimelineEntry(
        at=moment(r),
        kind="message",
        title=names.get(r.milestone, r.milestone),
        status=r.status,
        reason=r.reason,
        why=why,
        words=text,
        subject=subject,
        facts=tuple(_facts(step)),
        reminder=r,
        treatment=step.treatment,
        channel=r.channel,
    )


def ahead_of(facts: Facts, reminder: Reminder) -> str:
    """Return why a planned message would not be sent at its time, as far as is known today."""
    match decide(facts, reminder.due_at):
        case Skip(reason):
            return gettext("It will be skipped: %(why)s.", why=reason_text(reason))
        case Defer(_, reason):
            return gettext("It will be sent later: %(why)s.", why=reason_text(reason))
        case _:
            return ""


def why_of(step: ClientMessage) -> str:
    """Return why a message did not leave, or did not arrive, in a sentence; empty where nothing
    says so.
    """
    r = step.reminder
    if r.reason is None:
        sentence = gettext(next((say(code) for code in _codes(step) if say(code)), ""))
        return f"{sentence[0].upper()}{sentence[1:]}." if sentence else ""
    plain = reason_text(r.reason)
    return f"{plain[0].upper()}{plain[1:]}."


def _codes(step: ClientMessage) -> Iterator[str]:
    for tried in reversed(step.attempts):
        yield from (receipt.code for receipt in reversed(tried.receipts) if receipt.code)
        yield from [tried.attempt.code] if tried.attempt.code else []


def _facts(step: ClientMessage) -> Iterator[tuple[str, str]]:
    """Return what an auditor asks about a message, with the answers."""
    r, treatment = step.reminder, step.treatment
    if treatment is not None:
        yield gettext("Treatment"), _day(treatment.treated_on)
    due = gettext("%(day)s (%(time)s UTC)", day=_day(r.due_on), time=r.scheduled_at.time())
    yield gettext("Scheduled for"), due
    yield gettext("Valid until"), _instant(r.stale_at)
    if step.one_off is not None and step.one_off.kind is OneOffKind.ANSWER:
        yield gettext("Written by"), gettext("Staff")
    for number, tried in enumerate(step.attempts, 1):
        yield gettext("Attempt %(n)s", n=number), _attempt(tried)


def _attempt(tried: AttemptHistory) -> str:
    """Tell one attempt in a line: its parts in the order of time, the provider's words as they are."""
    attempt = tried.attempt
    parts = [
        gettext(
            "%(when)s to %(contact)s",
            when=_instant(attempt.handoff_at, "%H:%M:%S"),
            contact=attempt.contact,
        ),
        gettext("version %(id)s", id=str(attempt.wording_id))
        if attempt.wording_id
        else gettext("default wording"),
    ]
    if attempt.segments > 1:
        parts.append(ngettext("1 segment", "%(n)s segments", attempt.segments))
    outcome = f": {attempt.outcome}" if attempt.outcome else ""
    code = [attempt.code, gettext(say(attempt.code))] if attempt.code else []
    plain = f" ({', '.join(filter(None, code))})" if code else ""
    receipts = "".join(f"; {r.received_at:%H:%M} {r.status}" for r in tried.receipts)
    return f"{', '.join(parts)}{outcome}{plain}{receipts}"


def _day(day: date) -> str:
    return date_text(day, DateForm.DAY_AND_YEAR)


def _instant(at: datetime, clock: str = "%H:%M") -> str:
    day = date_text(at, DateForm.SHORT_AND_YEAR)
    return gettext("%(day)s %(time)s UTC", day=day, time=f"{at:{clock}}")


def _consent(sentence: Consent) -> TimelineEntry:
    answer = (
        gettext_noop("No answer about %(channel)s")
        if sentence.act is Act.UNMERGE
        else gettext_noop("Consented to %(channel)s")
        if sentence.given
        else gettext_noop("Declined or opted out of %(channel)s")
    )
    title = gettext(answer, channel=channel_text(sentence.channel))
    facts = (
        (gettext("Date"), _instant(sentence.given_at)),
        (gettext("Source"), gettext(sentence.source)),
    )
    return TimelineEntry(
        sentence.recorded_at, "consent", title, facts=facts, channel=sentence.channel
    )


def _reply(reply: Reply) -> TimelineEntry:
    title = gettext("Reply from the client")
    return TimelineEntry(reply.received_at, "reply", title, words=reply.body, channel=Channel.SMS)


def _skin_answers(session: Session, client: Client) -> Iterator[TimelineEntry]:
    """Tell what the client said of their skin, and what staff did about it."""
    crew = {one.id: one.name for one, _ in staff.of_clinic(session, client.clinic_id)}
    for answer in skin_answers.of_client(session, client.id):
        for at, title, facts in answer_entries(answer, crew.get(answer.taken_by or 0, "")):
            yield TimelineEntry(at, "answer", title, facts=facts, link=f"/skin/{answer.id}")


def _visits(session: Session, client_id: int) -> Iterator[TimelineEntry]:
    """Say what a booking system or a list told of visits; what staff said is among the changes."""
    for one in people.treatments_of(session, [client_id]):
        said_at = one.missed_at or one.treated_marked_at
        if one.told_by is ToldBy.SOURCE and said_at is not None and said_at != one.created_at:
            title = gettext("No-show") if one.missed_at else gettext("Attended")
            facts = (
                (gettext("Treatment"), _day(one.treated_on)),
                (gettext("Source"), gettext("Booking system or import")),
            )
            yield TimelineEntry(said_at, "change", title, facts=facts)


def _changes(session: Session, client_id: int, treatments: set[int]) -> Iterator[TimelineEntry]:
    rows = [
        line
        for record_id in merges.records_of(session, client_id)
        for line in audit.of_row(session, Client, record_id)
    ]
    for treatment_id in sorted(treatments):
        rows += audit.of_row(session, Treatment, treatment_id)
    for row in rows:
        action = gettext(row.action)
        title = f"{action[0].upper()}{action[1:]}"
        detail = ((gettext("Detail"), gettext(row.detail)),) if row.detail else ()
        facts = ((gettext("By"), gettext(row.actor)), *detail)
        yield TimelineEntry(row.recorded_at, "change", title, facts=facts)
