"""Editions: this program as its own history knows it at earlier tables, each in a folder of its own."""

from __future__ import annotations

import io
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
STEPS = "reminders/store/migrations/versions"
FIRST_RELEASE = "0015"
"""What stands at an earlier step was never let out; 0014 would send a welcome that today's version
planned without its words, for it looks for them in another place.
"""


@dataclass(frozen=True)
class Edition:
    """The last commit at which a step was the newest."""

    step: str
    commit: str

    def lay_out(self, folder: Path) -> Path:
        """Write the program as it stood then into a folder, and return that."""
        packed = _git("archive", "--format=tar", self.commit, "reminders", "templates")
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            archive.extractall(folder, filter="data")
        return folder


def earlier() -> Iterator[Edition]:
    """Give the editions between the first release and today's tables, the latest first; none where
    this checkout has no history (it is shallow, or no checkout at all).
    """
    known = {_newest(sorted(path.name for path in (ROOT / STEPS).glob("0*.py")))}
    for commit in _lines("log", "--format=%H", "--", STEPS):
        before = f"{commit}^"
        steps = _lines("ls-tree", "--name-only", f"{before}:{STEPS}")
        step = _newest([name for name in steps if name[:1] == "0"])
        if step >= FIRST_RELEASE and step not in known:
            known.add(step)
            yield Edition(step, before)


def _newest(steps: list[str]) -> str:
    """Return the newest step's number; nothing while two shared one, between two commits."""
    numbers = [name[:4] for name in steps]
    return max(numbers, default="") if len(set(numbers)) == len(numbers) else ""


def _lines(*words: str) -> list[str]:
    return _git(*words).decode().splitlines()


def _git(*words: str) -> bytes:
    if shutil.which("git") is None:
        return b""
    command = ["git", "-C", str(ROOT), *words]
    return subprocess.run(command, capture_output=True, check=False).stdout
