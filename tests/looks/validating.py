"""Whether pages are valid HTML, as the Nu validator says; it is no part of this project."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path


def found() -> list[str] | None:
    """Return how the validator is called where it is installed, or nothing."""
    program = shutil.which("vnu")
    return [program] if program else None


def called(path: Path) -> list[str]:
    """Return how the validator at this path is called: a program, or a jar for Java."""
    return ["java", "-jar", str(path)] if path.suffix == ".jar" else [str(path)]


def invalid(validator: list[str], pages: Mapping[str, str], folder: Path) -> dict[str, list[str]]:
    """Return what the validator finds wrong with pages, by their names."""
    for name, page in pages.items():
        (folder / f"{name}.html").write_text(page, "utf-8")
    told = subprocess.run([*validator, "--format", "json", "--exit-zero-always", str(folder)], capture_output=True, text=True, check=True)  # fmt: skip
    wrong: dict[str, list[str]] = {}
    for one in json.loads(told.stderr)["messages"]:
        line = f"HTML {one['type']}, line {one.get('lastLine', '?')}: {one['message']}"
        wrong.setdefault(Path(one["url"]).stem, []).append(line)
    return wrong
