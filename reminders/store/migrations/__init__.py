"""The steps by which a database reaches today's tables, run under a lock."""

from __future__ import annotations

import time
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import OperationalError

PATIENCE = 120.0
"""Seconds to go on trying while others hold what a step needs."""

AGAIN = 1.0
"""Seconds between tries."""

LOCK = 7_305_214_001
"""Any number will do, as long as nobody else locks it: one migration at a time."""


VERSIONS = Path(__file__).parent / "versions"
"""Where the steps lie."""

STEPS = sorted(path.stem[:4] for path in VERSIONS.glob("0*.py"))
"""The revisions this code knows, each by the number that begins its file's name."""


def newest() -> str:
    """Return the revision this code needs."""
    return STEPS[-1]


def current(engine: Engine) -> str | None:
    """Return the revision the database stands at; None where it is empty."""
    with engine.execution_options(read_only=True).connect() as connection:
        return _revision(connection)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def is_behind(revision: str | None) -> bool:
    """Say whether a database at this revision lacks steps that this code needs. One that a newer
    version brought further lacks none, for steps only add: old processes go on, and start again.
    """
    return revision is None or revision in STEPS[:-1]


def migrate(engine: Engine) -> bool:
    """Bring the database to today's tables, all steps or none; say whether any was needed.

    Whoever comes second waits for the first (SQLite's write lock, or an advisory lock that
    ends with the transaction) and finds nothing left to do. A step that cannot have a table
    within seconds gives up, so that senders do not queue behind it, and tries again later.
    """
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return _migrate(engine)
        except OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(AGAIN)


def _migrate(engine: Engine) -> bool:
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
        if not is_behind(_revision(connection)):
            return False
        from reminders.store.migrations.alembic_runner import step_to  # noqa: PLC0415 (slow to import)

        step_to(connection)
        return True
