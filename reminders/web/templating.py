"""Templates of pages: compiled once, escaped, and strict about what they name."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined


def pages_in(folder: Path) -> Environment:
    """Return what renders the pages of a folder; whoever calls keeps it."""
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
