"""Released versions of this program, taken from its own history, each in a folder of its own."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
VERSION_FILE = "reminders/__init__.py"
FIRST_RELEASE = (1, 0, 0)
"""What came before was never let out, and kept its tables under other names."""


@dataclass(frozen=True)
class Edition:
    """The commit that gave a version its number."""

    version: str
    commit: str

    def lay_out(self, folder: Path) -> Path:
        """Write the program as it stood then into a folder, and return that."""
        packed = _git("archive", "--format=tar", self.commit, "reminders", "templates")
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            archive.extractall(folder, filter="data")
        return folder


def released() -> Iterator[Edition]:
    """Give each released version as it was when its number was set, the latest first; none where
    this is no checkout. In a shallow one only the latest is known.
    """
    known: set[str] = set()
    for commit in (*_changes(), "HEAD"):
        version = _version(commit)
        if version and version not in known and _number(version) >= FIRST_RELEASE:
            known.add(version)
            yield Edition(version, commit)


def _changes() -> list[str]:
    return _git("log", "--format=%H", "--", VERSION_FILE).decode().splitlines()


def _version(commit: str) -> str:
    written = _git("show", f"{commit}:{VERSION_FILE}").decode()
    found = re.search(r'__version__ = "([\d.]+)"', written)
    return found[1] if found else ""


def _number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _git(*words: str) -> bytes:
    if shutil.which("git") is None:
        return b""
    command = ["git", "-C", str(ROOT), *words]
    return subprocess.run(command, capture_output=True, check=False).stdout
