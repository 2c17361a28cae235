"""Back up the database while it is in use, by the database's own tools."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.engine import URL

from reminders.private_files import owner_only
from reminders.store.database import writing
from reminders.store.queries import stored_settings

BACKED_UP, COPIED = "backed up", "copied"
"""Marks: when the last backup was made; and, in the copy itself, that it is one."""

_LIBPQ = {
    "host": "PGHOST",
    "port": "PGPORT",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
}


class BackupError(RuntimeError):
    """No backup could be made; the message says why and what to do."""


def back_up(engine: Engine, file: Path, now: datetime) -> int:
    """Copy the database into a new file that only its owner may read, and return its size in
    bytes. Raises ``BackupError``.
    """
    try:
        open(file, "xb", opener=owner_only).close()
    except OSError as error:
        msg = f"{file} cannot be created ({error.strerror}). Name a new file in an existing folder."
        raise BackupError(msg) from None
    try:
        (_sqlite if engine.dialect.name == "sqlite" else _postgresql)(engine, file, now)
    except BaseException:
        file.unlink()
        raise
    with writing(engine) as session:
        stored_settings.write(session, BACKED_UP, now.isoformat())
    return file.stat().st_size


def _sqlite(engine: Engine, file: Path, now: datetime) -> None:
    """Use SQLite's online backup, and mark the copy as one: put in place it must not send what
    the original sent meanwhile.
    """
    with engine.connect() as source, closing(sqlite3.connect(file)) as target:
        source.connection.driver_connection.backup(target)  # type: ignore[union-attr]
        target.execute("PRAGMA journal_mode=DELETE")
        target.execute(
            "INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)",
            (COPIED, f'"{now.isoformat()}"'),
        )
        target.commit()


def _postgresql(engine: Engine, file: Path, _now: datetime) -> None:
    tool = shutil.which("pg_dump")
    if tool is None:
        msg = "pg_dump is not on this machine. Install PostgreSQL's client, or use your host's own backups."
        raise BackupError(msg)
    command = [tool, "--format=custom", "--no-owner", f"--file={file}"]
    done = subprocess.run(  # noqa: S603 (our own words; the password goes by the environment)
        command, env=os.environ | connection_words(engine.url), capture_output=True, check=False
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        old = (
            " Install the client tools of the server's version."
            if b"version" in done.stderr
            else ""
        )
        raise BackupError("; ".join(said[:2]) + old)


def connection_words(url: URL) -> dict[str, str]:
    """Return a database address as PostgreSQL's own tools read it from the environment."""
    given = {
        "PGHOST": url.host,
        "PGPORT": url.port,
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
        **{_LIBPQ[name]: value for name, value in url.query.items() if name in _LIBPQ},
    }
    return {name: str(value) for name, value in given.items() if value}
