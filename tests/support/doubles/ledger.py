"""An append-only ledger that is on the disk before anybody is told."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any


class Ledger:
    """One line of JSON for each thing that happened, synced before it is believed."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8")

    def write(self, kind: str, **row: Any) -> None:
        self._file.write(json.dumps({"kind": kind, "seen": time.time(), **row}) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())
