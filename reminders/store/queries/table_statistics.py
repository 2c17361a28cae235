"""What PostgreSQL plans its answers by: how many rows its tables have."""

from __future__ import annotations

from sqlalchemy import Engine, text


def clients_counted(engine: Engine) -> int:
    """Return how many clients PostgreSQL believes it has, which it plans by; 0 for SQLite, which plans
    by what its indexes are.
    """
    if engine.dialect.name != "postgresql":
        return 0
    with engine.connect() as connection:
        told = text("SELECT greatest(reltuples, 0) FROM pg_class WHERE oid = 'client'::regclass")
        return int(connection.execute(told).scalar_one())


def refresh_statistics(engine: Engine) -> None:
    """Let PostgreSQL count its tables anew after many rows at once: until it does so by itself, a
    minute later, it plans as for those that were.
    """
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(
                text("ANALYZE client, treatment, reminder, consent, one_off_message")
            )
