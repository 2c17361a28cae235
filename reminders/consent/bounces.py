"""Act on returned mail: bounces, full mailboxes, spam complaints and unsubscribe requests."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from reminders.consent import ledger
from reminders.delivery import receipts
from reminders.delivery.receipts import Report
from reminders.links import Links
from reminders.rules.bounces import BouncedMail, Meaning, read
from reminders.rules.decision import Outcome
from reminders.rules.terms import Act, Channel, Reason
from reminders.rules.translation import gettext_noop
from reminders.store.database import writing
from reminders.store.queries import consents, people
from reminders.store.queries import receipts as reports
from reminders.store.queries.receipts import LastAttempt

log = structlog.get_logger()

SOURCES = {
    Meaning.COMPLAINT: gettext_noop("complaint by email"),
    Meaning.UNSUBSCRIBE: gettext_noop("unsubscribe by email"),
}
"""Where an opt-out by returned mail is written down."""

FULL_DAYS = 3
"""After bounces on so many different days a full mailbox counts as abandoned."""

FULL_WITHIN = timedelta(days=90)


def receive(engine: Engine, links: Links, raw: bytes, now: datetime) -> Meaning:
    """Act on a returned mail in a transaction of its own."""
    with writing(engine) as session:
        return handle_bounce(session, links, raw, now)


def handle_bounce(session: Session, links: Links, raw: bytes, now: datetime) -> Meaning:
    """Act on a returned mail, and return how it was classified; repeating it changes nothing.

    The client is found by our own signed references alone: addresses in the mail are ignored, so
    that a forged mail can stop no message.
    """
    returned = read(raw)
    sent = _sent(session, links, returned)
    if sent is None or returned.meaning is Meaning.NOTHING:
        log.info("mail came back", meaning=returned.meaning, known=sent is not None)
        return Meaning.NOTHING
    if returned.meaning in {Meaning.COMPLAINT, Meaning.UNSUBSCRIBE}:
        _suppress_address(session, sent, returned.meaning, now)
    else:
        _note_failure(session, sent, returned, now)
    log.info("mail came back", meaning=returned.meaning, reminder=sent.reminder_id)
    return returned.meaning


def _sent(session: Session, links: Links, returned: BouncedMail) -> LastAttempt | None:
    """Return the email of ours that a genuine reference in the mail names."""
    numbers = (links.reminder_of(reference) for reference in returned.references)
    found = (reports.last_sent(session, number) for number in numbers if number is not None)
    return next(
        (sent for sent in found if sent is not None and sent.channel is Channel.EMAIL), None
    )


def _suppress_address(session: Session, sent: LastAttempt, meaning: Meaning, now: datetime) -> None:
    """Stop emails to the client, and to the address it went to if that has changed since."""
    act = Act.COMPLAINT if meaning is Meaning.COMPLAINT else Act.LINK
    source = SOURCES[meaning]
    client = people.client(session, sent.client_id)
    if client is not None and client.erased_at is None:
        ledger.withdraw(session, client, Channel.EMAIL, source=source, now=now, act=act)
    consents.suppress(
        session, sent.clinic_id, sent.contact, Reason.OPTED_OUT, source=source, now=now
    )


def _note_failure(
    session: Session, sent: LastAttempt, returned: BouncedMail, now: datetime
) -> None:
    meaning = Outcome.INVALID if returned.meaning is Meaning.NO_ADDRESS else None
    token = f"{sent.reminder_id}.{sent.claim}"
    provider_id = sent.provider_id or returned.references[0]
    receipts.record_receipt(
        session, Report(token, provider_id, "undelivered", returned.code, meaning), now
    )
    if returned.meaning is Meaning.FULL:
        days = reports.full_on(session, sent, now - FULL_WITHIN)
        if len(days) >= FULL_DAYS:
            consents.suppress(
                session, sent.clinic_id, sent.contact, Reason.UNREACHABLE, source="full", now=now
            )
