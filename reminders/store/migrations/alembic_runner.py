"""Run Alembic, which takes a while and 11 MB to load, only where migration steps are to be
taken."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from reminders.store import migrations


def step_to(connection: Connection, revision: str = "head") -> None:
    """Take every step up to a revision, inside the transaction that is open."""
    config = Config()
    config.set_main_option("script_location", "reminders:store/migrations")
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", str(migrations.VERSIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
