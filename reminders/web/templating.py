"""Load the Jinja templates of pages: cached, escaped, translated, and strict about undefined names."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from heroicons.jinja import heroicon_micro
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reminders.rules import translation


def pages_in(folder: Path) -> Environment:
    """Return what renders the pages of a folder; whoever calls keeps it."""
    pages = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    pages.policies["ext.i18n.trimmed"] = True
    # Values are filled in by our own functions, so that numbers and dates are written as the
    # language writes them; the extension is told only how it calls them.
    pages.newstyle_gettext = True  # type: ignore[attr-defined] # added by the extension
    pages.globals |= {"_": _sentence, "gettext": _sentence, "ngettext": _counting}
    pages.globals["icon"] = icon
    pages.filters["translated"] = translation.gettext
    return pages


@cache
def icon(name: str) -> Markup:
    """Return an icon of Heroicons as large as the text beside it, which says what it means."""
    return Markup(heroicon_micro(name, size=None, **{"class": "icon"}))  # noqa: S704 (the set's own)


def _sentence(sentence: str, /, **values: object) -> Markup:
    """Translate a sentence of a template, which may hold markup; its values are escaped."""
    return translation.fill(Markup(translation.gettext(sentence)), values)  # noqa: S704 (our own)


def _counting(one: str, many: str, n: int, /, **values: object) -> Markup:
    """Translate a sentence of a template that counts."""
    chosen = Markup(translation.plural(one, many, n))  # noqa: S704 (our own)
    return translation.fill(chosen, {"n": n, **values})
