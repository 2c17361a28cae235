"""Plan the first text to each number, which confirms the consent and says how to stop."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from reminders.rules.terms import Channel, OneOffKind
from reminders.store.queries import consents, people, plans
from reminders.store.tables import Client, Clinic

GOOD_FOR = timedelta(days=30)
"""It is late rather than left out: no other text goes before it."""


def welcome(session: Session, clinic: Clinic, clients: Iterable[Client], now: datetime) -> None:
    """Plan the welcome text for clients who may be texted, where their number has had none, not for
    another client either; it says how often, at what rates, where to get help and how to stop
    (CTIA, Messaging Principles 5.1.2.1). The words are the renderer's.
    """
    fresh = [client for client in clients if client.phone and client.welcomed_at is None]
    if not fresh:
        return
    numbers = {client.phone for client in fresh if client.phone}
    said = consents.consents_of(session, [client.id for client in fresh])
    barred = {
        number for of, number in consents.suppressions_of(session, numbers) if of == clinic.id
    }
    left_out = barred | people.welcomed_numbers(session, clinic.id, numbers)
    reached: dict[str | None, Client] = {}
    for client in fresh:
        if said.get((client.id, Channel.SMS)) and client.phone not in left_out:
            reached.setdefault(client.phone, client)
    people.note_welcome(session, reached.values(), now)
    notes = [_note(client, now) for client in reached.values()]
    days = [_today(clinic, client, now) for client in reached.values()]
    lists = [client.import_id for client in reached.values()]
    plans.add_notes(session, notes, Channel.SMS, days, now, now + GOOD_FOR, lists)


def _today(clinic: Clinic, client: Client, now: datetime) -> date:
    return now.astimezone(ZoneInfo(client.time_zone or clinic.time_zone)).date()


def _note(client: Client, now: datetime) -> dict[str, object]:
    return {
        "clinic_id": client.clinic_id,
        "client_id": client.id,
        "kind": OneOffKind.OPT_IN.value,
        "subject": "",
        "words": "",
        "urgent": False,
        "written_at": now,
    }
