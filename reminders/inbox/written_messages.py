"""Take what a client writes on a page of ours as a reply: its keywords act as those of a text do."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from sqlalchemy.orm import Session

from reminders.consent import preferences
from reminders.inbox.replies import storable
from reminders.monitoring.alerts import raise_alert
from reminders.rules.contacts import clean
from reminders.rules.keywords import LONGEST, STOPS, KeywordReading, Kind, read
from reminders.store.queries import people, replies
from reminders.store.tables import Client
from reminders.wording.fixed_replies import FixedReplies


def take_message(
    session: Session,
    answers: FixedReplies,
    client: Client,
    words: str,
    now: datetime,
    *,
    network_address: str = "",
    once: str = "",
    skin_answer_id: int | None = None,
) -> Kind | None:
    """Store what a client wrote, act on it, alert staff, and return what it was taken for; None where
    nothing was written. ``client`` is locked; what comes again with the same ``once`` changes
    nothing. A START is left to staff, since only a text proves whose
    number it is, and a call for help is a person's to answer.
    """
    said = storable(words).strip()[:LONGEST]
    if not clean(said):
        return None
    provider_id = f"{replies.PAGE_ID}{client.id}.{once or uuid4().hex}"
    if (before := replies.taken(session, provider_id)) is not None:
        return before.kind
    reading = read(said)
    kind = reading.kind if reading.kind in STOPS else Kind.REPLY
    row = {
        "provider_id": provider_id,
        "clinic_id": client.clinic_id,
        "client_id": client.id,
        "contact": contact_for(client),
        "body": said,
        "media": [],
        "kind": kind,
        "alarm": reading.alarm,
        "received_at": now,
        "skin_answer_id": skin_answer_id,
    }
    replies.keep(session, row)
    if kind is Kind.STOP:
        preferences.stop(session, client, now, network_address=network_address)
    elif kind is Kind.WRONG_NUMBER:
        preferences.close_wrong_contact(session, client, now, network_address=network_address)
    for alert in _alerts(reading, kind):
        _alert(session, answers, client, alert, now)
    return kind


def contact_for(client: Client) -> str:
    """Return the number or address whose conversation it belongs to: the client's number, so that it
    stands among their texts."""
    return client.phone or client.email or f"client {client.id}"


def _alerts(reading: KeywordReading, kind: Kind) -> list[str]:
    found = ["alarm"] if reading.alarm else []
    if kind is Kind.WRONG_NUMBER:
        found.append("wrong-number")
    elif kind is Kind.STOP:
        found += ["cancel"] if reading.may_mean_appointment else []
    elif not reading.alarm:
        found.append("written")
    return found


def _alert(
    session: Session, answers: FixedReplies, client: Client, kind: str, now: datetime
) -> None:
    """Alert staff by email within a minute, once for what is written in one go."""
    country = people.clinic(session, client.clinic_id).country
    subject, body = answers.alert(kind, country)
    key = f"{kind}-{client.clinic_id}-{client.id}-{now:%Y%m%d%H%M}"
    raise_alert(session, client.clinic_id, kind, key, subject, body, now)
