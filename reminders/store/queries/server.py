"""Ask a PostgreSQL server how it is copied and how many connections it allows: for the doctor."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from reminders.store.queries import history


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """How the server is copied: whether a commit waits for a copy, how many copies can be seen
    (None where our role may not see), whether its history can be read, how many connections our role
    has, and how many the server allows in all.
    """

    waits_for_copy: bool
    copies: int | None
    history_readable: bool
    connections: int
    connections_allowed: int


_COPIED = text("""
    SELECT current_setting('synchronous_standby_names') <> ''
            AND current_setting('synchronous_commit') NOT IN ('off', 'local') AS waits,
        (SELECT count(*) FROM pg_stat_replication WHERE state IS NOT NULL) AS copies,
        (SELECT count(*) FROM pg_stat_replication WHERE state IS NULL) AS hidden,
        (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
            AND usename = current_user) AS mine,
        CAST(current_setting('max_connections') AS integer) AS allowed
""")


def facts(session: Session) -> ServerFacts | None:
    """Return what the server says of itself; None for SQLite."""
    if session.get_bind().dialect.name != "postgresql":
        return None
    found = session.execute(_COPIED).one()
    copies = None if found.hidden else found.copies
    readable = history.here(session) is not None
    return ServerFacts(found.waits, copies, readable, found.mine, found.allowed)
