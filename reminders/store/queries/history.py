"""Queries for where a database stands in its history; SQLite's is one file, and has none.

``pg_walfile_name()`` and ``pg_current_wal_insert_lsn()`` may be asked by every role, and tell of a
promotion at once; ``pg_control_checkpoint()`` tells of it only after the next checkpoint.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Row, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from reminders.rules.history import Position, RecordedHistory
from reminders.store.queries import stored_settings
from reminders.store.queries.common import asked

HISTORY = "history"
"""The stored setting in which a database remembers its own history."""

UNREADABLE = {"42501", "42883", "0A000"}
"""PostgreSQL's codes for a function that is not allowed, not there, or not supported."""

_HERE = text("""
    SELECT pg_walfile_name(lsn) AS file, CAST(lsn - '0/0' AS bigint) AS written,
        (SELECT value FROM setting WHERE key = 'history') AS recorded
    FROM pg_current_wal_insert_lsn() AS lsn
""")
_HERE_LOCKING = text("""
    SELECT pg_walfile_name(lsn) AS file, CAST(lsn - '0/0' AS bigint) AS written,
        (SELECT value FROM setting WHERE key = 'history') AS recorded, locked
    FROM pg_current_wal_insert_lsn() AS lsn,
        (SELECT count(pg_advisory_xact_lock(hashtextextended(contact, 7305214002))) AS locked
            FROM unnest(CAST(:contacts AS text[])) AS contact) AS of_contacts
""")


@dataclass(frozen=True, slots=True)
class Here:
    """Where the database stands, and what it remembers of it."""

    position: Position
    recorded: RecordedHistory | None


def here(session: Session) -> Here | None:
    """Return where the database stands; None where there is no history, or it may not be read."""
    if session.get_bind().dialect.name != "postgresql":
        return None
    try:
        with session.begin_nested():
            return _read(session.execute(_HERE).one())
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) in UNREADABLE:
            return None
        raise


def lock_contacts(session: Session, contacts: Iterable[str]) -> Here:
    """Lock these numbers and addresses as ``delivery.lock_contacts`` does, and return from the same
    statement where the database stands.
    """
    return _read(asked(session, _HERE_LOCKING, contacts=sorted(set(contacts))).one())


def record(session: Session, found: RecordedHistory) -> None:
    """Let the database remember this."""
    stored = {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in asdict(found).items()
    }
    stored_settings.write(session, HISTORY, stored)


def _read(row: Row[tuple[str, int, str | None]]) -> Here:
    position = Position(int(row.file[:8], 16), row.written)
    return Here(position, None if row.recorded is None else _recorded(json.loads(row.recorded)))


def _recorded(stored: dict[str, str | int | None]) -> RecordedHistory:
    until = stored["settled_until"]
    return RecordedHistory(
        int(stored["timeline"] or 0),
        datetime.fromisoformat(str(stored["at"])),
        str(stored["server"]),
        None if until is None else datetime.fromisoformat(str(until)),
    )
