"""Private files: what holds people's names, numbers or words is made readable by its owner alone."""

from __future__ import annotations

import os
from pathlib import Path

OWNER_READS, OWNER_ENTERS = 0o600, 0o700


def owner_only(path: str, flags: int) -> int:
    """Open a file for ``open(…, opener=owner_only)``; a new one is its owner's alone."""
    return os.open(path, flags, OWNER_READS)


def write(path: Path, content: bytes) -> None:
    """Write a file; an old one is written anew."""
    with open(path, "wb", opener=owner_only) as file:
        file.write(content)


def make_folder(path: Path) -> None:
    """Make a folder, and those above it, unless it is there; only their owner may enter."""
    if not path.exists():
        make_folder(path.parent)
        path.mkdir(OWNER_ENTERS, exist_ok=True)
