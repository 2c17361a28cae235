"""Load the Jinja templates of pages: cached, escaped, translated, and strict about undefined names."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from heroicons.jinja import heroicon_micro
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reminders.wording.translated_templates import translate_in


def pages_in(folder: Path) -> Environment:
    """Return what renders the pages of a folder; whoever calls keeps it."""
    pages = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    pages.globals["icon"] = icon
    return translate_in(pages)


@cache
def icon(name: str) -> Markup:
    """Return an icon of Heroicons as large as the text beside it, which says what it means."""
    return Markup(heroicon_micro(name, size=None, **{"class": "icon"}))  # noqa: S704 (the set's own)
