"""Plan a single message outside any protocol, with the same delivery guarantees as a reminder."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from reminders.rules.terms import Channel, OneOffKind
from reminders.store.queries import consents, people, plans
from reminders.store.tables import Client, OneOffMessage


def write(
    session: Session,
    client: Client,
    channel: Channel,
    kind: OneOffKind,
    words: str,
    now: datetime,
    *,
    good_for: timedelta,
    subject: str = "",
    urgent: bool = False,
) -> int:
    """Plan a note to a client, due at ``now`` (UTC) and useful for so long; return its reminder's
    id. ``words`` are sent as they are. An ``urgent`` one heeds no sending hours: it is for a client
    who asked or wrote just now. Suppression still applies.
    """
    note = OneOffMessage(
        clinic_id=client.clinic_id,
        client_id=client.id,
        kind=kind,
        subject=subject,
        words=words,
        urgent=urgent,
        written_at=now,
    )
    contacts = [contact for contact in (client.phone, client.email) if contact]
    consents.recall(session, client.clinic_id, contacts)
    zone = ZoneInfo(client.time_zone or people.clinic(session, client.clinic_id).time_zone)
    due_on = now.astimezone(zone).date()
    return plans.add_note(session, note, channel, due_on, now, now + good_for)
