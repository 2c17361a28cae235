"""Answer a client's text in a member of staff's words, and call a conversation done."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from reminders.enrolment.message_actions import UNDO
from reminders.plans import one_off_messages
from reminders.rules.segments import fold, size
from reminders.rules.terms import Channel, InputError, OneOffKind
from reminders.rules.text_names import Named, name_in_texts
from reminders.rules.translation import gettext
from reminders.store.queries import conversations, people
from reminders.store.tables import Client, Reply

ANSWER_HELPS = timedelta(days=2)
LONGEST = 3
"""Segments of one answer."""


def read_words(clinic: Named, text: str) -> str:
    """Put the clinic's name in front, since the client's phone may show only our number. Raises
    ``InputError``.
    """
    if not text.strip():
        raise InputError(gettext("Your reply is empty."), gettext("Enter your reply."))
    words = fold(f"{name_in_texts(clinic)}: {text}")
    if size(words).segments > LONGEST:
        raise InputError(
            gettext("This is too long for a text."), gettext("Shorten it or call the client.")
        )
    return words


def writers(session: Session, reply: Reply) -> list[Client]:
    """Return who may have written: everyone of the clinic on that number."""
    assert reply.clinic_id is not None  # a clinic's own row
    return people.known_by(session, reply.clinic_id, reply.contact)


def answer(
    session: Session,
    reply: Reply,
    client: Client,
    words: str,
    now: datetime,
    *,
    urgent: bool = False,
    keep_open: bool = False,
) -> int:
    """Let an answer leave in ten seconds, and return its message's id; unless ``keep_open``, all that
    waits from this number is done. An ``urgent`` one heeds no sending hours.
    """
    message_id = one_off_messages.write(
        session,
        client,
        Channel.SMS,
        OneOffKind.ANSWER,
        words,
        now + UNDO,
        good_for=ANSWER_HELPS,
        urgent=urgent,
    )
    done_at = None if keep_open else now
    _change(session, reply, answered_at=now, done_at=done_at)
    return message_id


def finish(session: Session, reply: Reply, now: datetime) -> None:
    """Mark all that waits from this number as done, without an answer by text."""
    _change(session, reply, done_at=now)


def _change(session: Session, reply: Reply, **values: datetime | None) -> None:
    assert reply.clinic_id is not None  # a clinic's own row
    conversations.change(session, reply.clinic_id, reply.contact, done=False, **values)
