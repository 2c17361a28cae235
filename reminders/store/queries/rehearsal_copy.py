"""Copy for a rehearsal what decides about messages, as it is stored and a row at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Connection,
    Select,
    Table,
    and_,
    false,
    func,
    select,
    type_coerce,
    union,
    update,
)
from sqlalchemy.types import NullType
from sqlmodel import SQLModel, col

from reminders.rules.terms import Status
from reminders.store.queries.arrivals import has_arrived
from reminders.store.queries.common import as_sqlite_keeps, is_status, kept_otherwise, table_of
from reminders.store.tables import Client, Clinic, Lane, Reminder

NOT_PLAYED = {
    *("audit", "column_mapping", "import", "import_row", "setting", "outage", "sender_rate"),
    *("receipt", "sender_account", "sender_pace", "segment_spending"),
    *("counted_day", "counted_skin_day"),
    *("postponed_enrolment", "waiting_row", "client_merge", "kept_answer", "booking_mark"),
    *("booking_source", "booking_delivery", "feed", "feed_event"),
    *("event", "endpoint", "event_delivery", "alert", "purge_record", "redaction"),
    *("reply", "page_opening", "skin_answer", "api_key"),
    *("staff", "membership", "invitation", "sign_in", "sign_in_attempt"),
    *("join_request", "verification_code"),
}
"""Tables that say nothing about what will be sent, and passwords, which are not for copying."""

PAGE = 2_000
"""How many rows PostgreSQL hands over at a time."""


def copy_for_rehearsal(
    source: Connection, target: Connection, clients: Collection[int] | None = None
) -> None:
    """Copy for a rehearsal, to SQLite, what decides about messages: everyone's, or these clients' and
    of those who share a number or address with them, whose clinics then count as live.

    Claims are not copied: on the copy everything open is planned. Nor are rates and stops,
    which only time and a provider would lift; and every client comes, whoever waits for that word.
    """
    played = None if clients is None else _with_sharing(source, clients)
    for table in SQLModel.metadata.sorted_tables:
        if table.name not in NOT_PLAYED:
            _copy(source, target, table, _wanted(table, played))
    target.execute(update(Reminder).where(is_status(Status.CLAIMED)).values(status=Status.PLANNED))
    free = {"per_minute": None, "opens_at": None, "stopped_until": None, "stopped_since": None}
    target.execute(update(Lane).values(**free, faults=0))
    target.execute(update(Clinic).values(paused_at=None, attendance_required=False))
    if clients is not None:
        accepted = func.coalesce(col(Clinic.wording_accepted_at), col(Clinic.created_at))
        target.execute(update(Clinic).values(live=True, wording_accepted_at=accepted))


def _copy(source: Connection, target: Connection, table: Table, wanted: Select[Any]) -> None:
    """Copy rows as they are stored: reading them for what they mean takes ten times as long."""
    names = list(table.c.keys())
    stored = wanted.with_only_columns(*(type_coerce(column, NullType()) for column in table.c))
    rows: Iterable[Any] = source.execute(stored, execution_options={"yield_per": PAGE})
    if source.dialect.name != "sqlite":
        rows = as_sqlite_keeps(rows, kept_otherwise(table.name, tuple(names)))
    marks = ", ".join("?" * len(names))
    columns = ", ".join(f'"{name}"' for name in names)
    cursor: Any = target.connection.cursor()
    cursor.executemany(
        f'INSERT INTO "{table.name}" ({columns}) VALUES ({marks})',  # noqa: S608 (our own names)
        map(tuple, rows),
    )


def _with_sharing(source: Connection, clients: Collection[int]) -> set[int]:
    """Return these clients and those whose messages count against theirs: on the same number or
    address of the same clinic.
    """
    them, others = table_of(Client), table_of(Client).alias("others")
    same = (others.c.phone == them.c.phone, others.c.email == them.c.email)
    wanted = [
        select(others.c.id)
        .join(them, and_(others.c.clinic_id == them.c.clinic_id, shared))
        .where(them.c.id.in_(clients))
        for shared in same
    ]
    return {*clients, *source.execute(union(*wanted)).scalars()}


def _wanted(table: Table, clients: Collection[int] | None) -> Select[Any]:
    rows = table.select()
    if table.name in {"client", "treatment", "reminder"}:
        rows = rows.where(has_arrived(table))
    if clients is None:
        return rows
    if table.name == "client":
        return rows.where(table.c.id.in_(clients))
    if table.name == "attempt":
        theirs = select(col(Reminder.id)).where(col(Reminder.client_id).in_(clients))
        return rows.where(table.c.reminder_id.in_(theirs))
    if "client_id" in table.c:
        return rows.where(table.c.client_id.in_(clients))
    if "contact" in table.c:
        return rows.where(table.c.contact.in_(_contacts(clients)))
    known = table.name in {"clinic", "heartbeat"} or "clinic_id" in table.c
    return rows if known else rows.where(false())


def _contacts(clients: Collection[int]) -> CompoundSelect[Any]:
    them = table_of(Client)
    return union(*(select(c).where(them.c.id.in_(clients)) for c in (them.c.phone, them.c.email)))
