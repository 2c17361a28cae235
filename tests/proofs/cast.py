"""The cast of a proof: clinics and clients with one reminder each, due when they are told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import Engine, text, update
from sqlalchemy.orm import Session
from sqlmodel import col

from reminders.enrolment import clinic_senders, clinics
from reminders.enrolment.clinic_senders import TypedAccount
from reminders.rules.terms import Channel, Status
from reminders.sealing import Sealing
from reminders.store.database import writing
from reminders.store.queries import people
from reminders.store.queries.common import insert_many, insert_numbered, is_status
from reminders.store.queries.plans import COLUMNS
from reminders.store.tables import Reminder
from tests.support.doubles.twilio import ACCOUNT, SECOND, SECOND_TOKEN

CLINIC: dict[str, str | int | None] = {
    "phone": "+44 20 7946 0018",
    "email": "desk@rosewood.example",
    "address": "18 Rose Street, London",
}

SECOND_NAME, SECOND_SENDER = "Bay Skin", "80222"
"""A clinic with an account of its own, and a short code, whose rate is what was bought."""

LATER = timedelta(hours=5)
"""Out of a worker's sight for now, and long before it is stale."""

GOOD_FOR = timedelta(hours=10)


def morning_zone(now: datetime) -> str:
    """Return a zone in which it is nine in the morning, so that all of its day lies ahead."""
    ahead = (9 - now.hour + 11) % 24 - 11
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


def add_clinic(engine: Engine, name: str = "Rosewood Skin") -> int:
    """Add a clinic that is live and open all the day it may be."""
    now = datetime.now(UTC)
    hours = {"time_zone": morning_zone(now), "sending_hours": "Mon-Sun 08:00-21:00"}
    with writing(engine) as session:
        return clinics.add(session, CLINIC | hours | {"name": name}, now, live=True).id


def add_second_clinic(engine: Engine, sealing: Sealing, name: str = SECOND_NAME) -> int:
    """Add a clinic with an account and a sender of its own; its name begins as that of all such."""
    number = add_clinic(engine, name)
    now = datetime.now(UTC)
    with writing(engine) as session:
        clinic = people.clinic(session, number)
        typed = TypedAccount(SECOND, SECOND_TOKEN)
        clinic_senders.use_account(session, sealing, clinic, typed, ACCOUNT, "proof", now)
        clinic_senders.use_senders(session, clinic, {"": SECOND_SENDER}, "proof", now)
    return number


def add_clients(
    engine: Engine,
    clinic_id: int,
    channel: Channel,
    number: int,
    due_in: timedelta = timedelta(),
    first: int | None = None,
) -> list[int]:
    """Add clients with a reminder each, and return the reminders' ids. Nobody has their numbers and
    addresses yet, or whoever was the ``first`` to be added, and who came after.
    """
    now = datetime.now(UTC)
    with writing(engine) as session:
        start = session.scalar(text("SELECT count(*) FROM client")) or 0
        start = start if first is None else first
        people = [_client(clinic_id, start + n, now) for n in range(number)]
        clients = insert_numbered(session, "client", people)
        consents = [(client, channel.value, True, now, "paper form", now) for client in clients]
        said = ("client_id", "channel", "given", "given_at", "source", "recorded_at")
        insert_many(session, "consent", said, consents)
        treated = [_treatment(clinic_id, client, now) for client in clients]
        treatments = insert_numbered(session, "treatment", treated)
        return _remind(session, clinic_id, channel, list(zip(clients, treatments, strict=True)), now + due_in)  # fmt: skip


def _client(clinic_id: int, number: int, now: datetime) -> dict[str, Any]:
    return {
        "clinic_id": clinic_id,
        "first_name": "Ana",
        "last_name": "",
        "phone": f"+4477{number:08}",
        "email": f"c{number}@mail.example",
        "language": "en",
        "created_at": now,
    }


def _treatment(clinic_id: int, client_id: int, now: datetime) -> dict[str, Any]:
    yesterday = now - timedelta(days=1)
    return {
        "clinic_id": clinic_id,
        "client_id": client_id,
        "protocol": "skin-needling",
        "treated_on": yesterday.date(),
        "starts": time(14, 30),
        "ends_at": yesterday,
        "created_at": now,
    }


def _remind(
    session: Session,
    clinic_id: int,
    channel: Channel,
    whom: Sequence[tuple[int, int]],
    due_at: datetime,
) -> list[int]:
    first = (session.scalar(text("SELECT coalesce(max(id), 0) FROM reminder")) or 0) + 1
    stale_at = due_at + GOOD_FOR
    rows = [
        (clinic_id, client, treatment, "day-1", channel.value, Status.PLANNED.value, None,
         due_at, due_at.date(), due_at, stale_at, 0, None, None)
        for client, treatment in whom
    ]  # fmt: skip
    insert_many(session, "reminder", COLUMNS, rows)
    made = text("SELECT id FROM reminder WHERE id >= :first ORDER BY id")
    return list(session.scalars(made, {"first": first}))  # after a failover numbers are left out


def call(engine: Engine, reminder: int) -> None:
    """Let this reminder be due now, and no other that still waits."""
    now = datetime.now(UTC)
    waits = update(Reminder).where(is_status(Status.PLANNED))
    with writing(engine) as session:
        session.execute(waits.where(col(Reminder.due_at) <= now).values(due_at=now + LATER))
        session.execute(waits.where(col(Reminder.id) == reminder).values(due_at=now))
