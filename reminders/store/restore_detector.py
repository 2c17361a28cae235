"""Detect that a database was restored from an older copy."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from reminders import private_files


def place_of(session: Session) -> str | None:
    """Return what changes when PostgreSQL's tables are put back from a dump, or moved to another
    server; None for SQLite, whose tables lie in a file.
    """
    if session.get_bind().dialect.name != "postgresql":
        return None
    found = session.execute(
        text(
            "SELECT system_identifier, (SELECT oid FROM pg_database WHERE datname ="
            " current_database()), CAST(CAST('setting' AS regclass) AS oid) FROM pg_control_system()"
        )
    ).one()
    return ".".join(map(str, found))


class RestoreDetector:
    """A small file beside an SQLite database that counts its beats, so that a database put back
    from an older time is caught counting again. PostgreSQL has none.
    """

    def __init__(self, engine: Engine) -> None:
        """Take the database engine."""
        database = engine.url.database
        here = engine.dialect.name == "sqlite" and database not in {None, "", ":memory:"}
        self.path = Path(f"{database}-beats") if here else None

    def read(self) -> tuple[int, datetime] | None:
        """Return the latest heartbeat in the file and its time (UTC); None where there is none."""
        if self.path is None:
            return None
        try:
            count, at = self.path.read_text("ascii").split()
            return int(count), datetime.fromisoformat(at)
        except (OSError, ValueError):
            return None

    @property
    def gone(self) -> bool:
        """Say whether the file that ought to be there is not."""
        return self.path is not None and not self.path.exists()

    def write(self, beats: int, at: datetime) -> None:
        """Record a heartbeat that has been committed."""
        if self.path is not None:
            new = self.path.with_name(f"{self.path.name}-{os.getpid()}")
            private_files.write(new, f"{beats} {at.isoformat()}".encode("ascii"))
            new.replace(self.path)
