"""Load the Jinja templates of pages: cached, escaped, translated, and strict about undefined names."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from reminders.wording.translated_templates import translate_in


def pages_in(folder: Path) -> Environment:
    """Return what renders the pages of a folder; whoever calls keeps it."""
    return translate_in(
        Environment(
            loader=FileSystemLoader(folder),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
    )
