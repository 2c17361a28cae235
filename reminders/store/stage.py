"""Databases for rehearsals: empty at first, and gone afterwards."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine, event
from sqlmodel import SQLModel

from reminders.store.database import open_engine

Folder = TemporaryDirectory[str]


@dataclass(eq=False)
class _Place:
    """Where a database can stand, and an engine that knows every statement once it was asked: to
    compile them anew took a third of a preview.
    """

    folder: Folder = field(
        default_factory=lambda: TemporaryDirectory(prefix="rehearsal-", ignore_cleanup_errors=True)
    )

    def __post_init__(self) -> None:
        self.engine = open_engine(f"sqlite:///{self.path}")
        self.engine.update_execution_options(unshared=True)  # a transaction keeps nobody waiting
        event.listen(self.engine, "connect", _hurry)

    @property
    def path(self) -> Path:
        return Path(self.folder.name) / "rehearsal.db"


_FREE: list[_Place] = []
"""Places where no database stands at this moment."""


@contextmanager
def stage(text_sender: str) -> Iterator[Engine]:
    """Open a new database whose clinics' texts leave as ``text_sender`` unless they have their own."""
    try:
        place = _FREE.pop()
    except IndexError:
        place = _Place()
    place.engine.update_execution_options(text_sender=text_sender)
    place.path.write_bytes(_empty())
    try:
        yield place.engine
    finally:
        place.engine.dispose()
        place.path.unlink()
    _FREE.append(place)


HURRY = ("journal_mode=MEMORY", "synchronous=OFF", "foreign_keys=OFF", "cache_size=-32000")
"""Wait for no disk, since nobody needs the copy later; and what is copied may belong to what is not."""


def _hurry(connection: sqlite3.Connection, _record: object) -> None:
    for pragma in HURRY:
        connection.execute(f"PRAGMA {pragma}")


@cache
def _empty() -> bytes:
    """Return a database of every table without a row: to make one took a fifth of a preview."""
    with TemporaryDirectory(prefix="rehearsal-") as folder:
        path = Path(folder) / "empty.db"
        engine = open_engine(f"sqlite:///{path}")
        SQLModel.metadata.create_all(engine)
        engine.dispose()
        return path.read_bytes()
