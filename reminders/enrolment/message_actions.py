"""Staff actions on a client's messages: hold, skip, send now, send again, undo."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from reminders.plans import one_off_messages
from reminders.plans.reminder_plans import replan_clients
from reminders.rules.planning import Replan
from reminders.rules.terms import Channel, Facts, Message, OneOffKind, Reason
from reminders.store.queries import client_messages, people, reminder_facts
from reminders.store.tables import Client, Reminder
from reminders.wording.library import Library

UNDO = timedelta(seconds=10)
"""How long a message sent by hand can be undone before it leaves."""

AGAIN_HELPS = timedelta(days=1)
"""How long a message that is sent again by hand is useful."""

Words = Callable[[Facts, datetime, datetime], Message]
"""Renders a message from its facts, at a moment and valid until another."""


class TooLate(Exception):  # noqa: N818 (nobody's fault)
    """The message has been sent, or is being sent right now."""


def hold(session: Session, reminder: Reminder, now: datetime) -> None:
    """Hold one message until staff release it; raises ``TooLate``."""
    _change(session, reminder, held_at=now)


def release(session: Session, reminder: Reminder) -> None:
    """Release a held message at its time, or at once where that has passed; raises ``TooLate``."""
    _change(session, reminder, held_at=None, due_at=reminder.scheduled_at, reason=None)


def skip_message(session: Session, reminder: Reminder, now: datetime) -> None:
    """Skip one message for good; raises ``TooLate``."""
    if not client_messages.skip(session, reminder.id, now):
        raise TooLate


def send_now(session: Session, reminder: Reminder, now: datetime) -> None:
    """Send one message in ten seconds, before its time; raises ``TooLate``.

    Consent, opt-outs, sending hours and caps still apply.
    """
    _change(session, reminder, held_at=None, due_at=now + UNDO, reason=None)


def undo_send_now(session: Session, reminder: Reminder, now: datetime) -> None:
    """Undo sending by hand: a milestone waits for its time again, a one-off message is cancelled.
    Raises ``TooLate``.
    """
    if reminder.one_off_id is not None:
        skip_message(session, reminder, now)
    else:
        _change(session, reminder, due_at=reminder.scheduled_at)


def _change(session: Session, reminder: Reminder, **values: object) -> None:
    if not client_messages.change_planned(session, reminder.id, **values):
        raise TooLate


def send_again(
    session: Session, words: Words, client: Client, reminder: Reminder, now: datetime
) -> int:
    """Send the words of a message once more, by hand, to the client's present contact; return the
    new message's id. The old message keeps its state: what may have arrived is never sent again
    automatically.
    """
    (facts,) = reminder_facts.facts(session, [reminder.id], now)
    message = words(facts, now, now + AGAIN_HELPS)
    client_messages.mark_attended(session, client.clinic_id, client.id, now)
    return one_off_messages.write(
        session,
        client,
        reminder.channel,
        OneOffKind.CORRECTION,
        message.text,
        now + UNDO,
        good_for=AGAIN_HELPS,
        subject=message.subject,
    )


def write(session: Session, client: Client, channel: Channel, words: str, now: datetime) -> int:
    """Send the client a correction that staff wrote; return the message's id."""
    return one_off_messages.write(
        session, client, channel, OneOffKind.CORRECTION, words, now + UNDO, good_for=AGAIN_HELPS
    )


def plan_again(
    session: Session, library: Library, client: Client, now: datetime
) -> dict[int, Replan]:
    """Replan a client's reminders after the client's details have changed."""
    clinic = people.clinic(session, client.clinic_id)
    people.lock(session, [client.id])
    session.flush()
    return replan_clients(session, library, clinic, {client.id: client}, now)


def wake(session: Session, client_id: int) -> None:
    """Decide at once about the client's reminders that wait for the end of a pause."""
    client_messages.wake(session, client_id, Reason.PAUSED)
