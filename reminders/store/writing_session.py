"""Sessions that write, and log when one of their transactions kept others waiting for long."""

from __future__ import annotations

import time
from typing import Any

import structlog
from sqlalchemy import Connection, event
from sqlalchemy.orm import Session

log = structlog.get_logger()

LONG = 0.5
"""Seconds that a transaction may hold what it locked without being remarked upon."""


class WritingSession(Session):
    """A session that takes SQLite's write lock, or PostgreSQL's locks on rows."""


def _note_begin(session: Session, _transaction: Any, connection: Connection) -> None:
    if not connection.get_execution_options().get("unshared", False):
        session.info["began"] = time.monotonic()


def _note_end(session: Session) -> None:
    held = time.monotonic() - session.info.pop("began", time.monotonic())
    if held > LONG:
        log.warning("long transaction", seconds=round(held, 2))


event.listen(WritingSession, "after_begin", _note_begin)
event.listen(WritingSession, "after_commit", _note_end)
event.listen(WritingSession, "after_rollback", _note_end)
