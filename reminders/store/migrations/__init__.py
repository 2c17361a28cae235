"""The steps by which a database reaches today's tables, run under a lock."""

from __future__ import annotations

import time

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from reminders.store.fillings import fill

PATIENCE = 120.0
"""Seconds to go on trying while others hold what a step needs."""

AGAIN = 1.0
"""Seconds between tries."""

LOCK = 7_305_214_001
"""Any number will do, as long as nobody else locks it: one migration at a time."""


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", "reminders:store/migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def newest() -> str | None:
    """Return the revision this code needs."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def current(engine: Engine) -> str | None:
    """Return the revision the database stands at; None where it is empty."""
    with engine.execution_options(read_only=True).connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def is_behind(revision: str | None) -> bool:
    """Say whether a database at this revision lacks steps that this code needs. One that a newer
    version brought further lacks none, for steps only add: old processes go on, and start again.
    """
    steps = ScriptDirectory.from_config(_config()).walk_revisions()
    return revision is None or revision in {step.revision for step in steps} - {newest()}


def migrate(engine: Engine) -> bool:
    """Bring the database to today's tables, all steps or none, and then fill in what rows of
    earlier versions lack; say whether any step was needed.

    Whoever comes second waits for the first (SQLite's write lock, or an advisory lock that
    ends with the transaction) and finds nothing left to do. A step that cannot have a table
    within seconds gives up, so that senders do not queue behind it, and tries again later.
    """
    until = time.monotonic() + PATIENCE
    while True:
        try:
            done = _migrate(engine)
            fill(engine)
        except OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(AGAIN)
        else:
            return done


def _migrate(engine: Engine) -> bool:
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
        before = MigrationContext.configure(connection).get_current_revision()
        if not is_behind(before):
            return False
        command.upgrade(_config(connection), "head")
        return True
