"""Consent: a client's dated yes or no for each channel, and the stop that binds a contact."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from reminders.rules.terms import Channel, Reason
from reminders.store.queries import delivery, people
from reminders.store.tables import Client


def withdraw(
    session: Session,
    client: Client,
    channel: Channel,
    *,
    source: str,
    now: datetime,
) -> None:
    """Take a client's no: from this transaction on nothing is handed off to this contact.

    The number or address itself is suppressed for her clinic, so whoever shares it is left
    alone too (rulebook: 47 CFR 64.1200(a)(10); the stop binds the number).
    """
    contact = client.phone if channel is Channel.SMS else client.email
    sharing = people.clients_on(session, client.clinic_id, contact) if contact else [client]
    delivery.lock_clients(session, {person.id for person in sharing})
    people.add_consents(session, [(client.id, channel.value, False, now, source, now)])
    if contact:
        delivery.suppress(
            session,
            client.clinic_id,
            contact,
            Reason.OPTED_OUT,
            source=source,
            now=now,
        )
