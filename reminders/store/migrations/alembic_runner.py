"""Stepping: Alembic, which takes a while and 11 MB to load, is met only where steps are to be taken."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection


def step_to(connection: Connection, revision: str = "head") -> None:
    """Take every step up to a revision, inside the transaction that is open."""
    config = Config()
    config.set_main_option("script_location", "reminders:store/migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
