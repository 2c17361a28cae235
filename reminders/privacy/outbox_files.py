"""The outbox's files of erased clients: what was only written down must go with the rest."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

from sqlalchemy import Engine

from reminders.links import Links
from reminders.store.database import reading
from reminders.store.queries import erasure

_NAME = re.compile(r"-(r\d+\.[0-9a-f]+)\.\w+$")


def remove(engine: Engine, folder: Path, links: Links) -> int:
    """Remove every file of a reminder whose client is erased, and return how many those were.
    Asked once the erasure is committed, and as often as anybody likes.
    """
    files = defaultdict(list)
    for path in folder.glob("*-r*.*"):
        if (named := _NAME.search(path.name)) and (owner := links.reminder_of(named[1])):
            files[owner].append(path)
    with reading(engine) as session:
        erased = erasure.erased_reminders(session) if files else []
    gone = [path for owner in erased for path in files[owner]]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)
