"""Read and write internal settings, one JSON value for each key."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from sqlmodel import col

from reminders.store.queries.common import QUIET, put
from reminders.store.tables import Setting


def read(session: Session, key: str, *, lock: bool = False) -> Any:
    """Return the value kept under a key; None where there is none. With ``lock`` nobody else
    changes it until the transaction ends.
    """
    asked = select(col(Setting.value)).where(col(Setting.key) == key)
    value = session.scalar(asked.with_for_update() if lock else asked)
    return None if value is None else json.loads(value)


def write(session: Session, key: str, value: Any) -> None:
    """Keep a value under a key, in place of what stood there."""
    put(session, Setting, {"key": key, "value": json.dumps(value)}, "key")


def clear(session: Session, *keys: str) -> None:
    """Forget what is kept under these keys."""
    session.execute(delete(Setting).where(col(Setting.key).in_(keys)).execution_options(**QUIET))
