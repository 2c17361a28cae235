"""Let Jinja templates translate the sentences in them, as they are marked by ``_`` and ``trans``."""

from __future__ import annotations

from jinja2 import Environment
from markupsafe import Markup

from reminders.rules import translation


def translate_in(pages: Environment) -> Environment:
    """Let the templates of an environment translate to the language that is current, and return it."""
    pages.add_extension("jinja2.ext.i18n")
    pages.policies["ext.i18n.trimmed"] = True
    # Values are filled in by our own functions, so that numbers and dates are written as the
    # language writes them; the extension is told only how it calls them.
    pages.newstyle_gettext = True  # type: ignore[attr-defined] # added by the extension
    pages.globals |= {"_": _sentence, "gettext": _sentence, "ngettext": _counting}
    pages.filters["translated"] = translation.gettext
    return pages


def _sentence(sentence: str, /, **values: object) -> Markup:
    """Translate a sentence of a template, which may hold markup; its values are escaped."""
    return translation.fill(Markup(translation.gettext(sentence)), values)  # noqa: S704 (our own)


def _counting(one: str, many: str, n: int, /, **values: object) -> Markup:
    """Translate a sentence of a template that counts."""
    chosen = Markup(translation.plural(one, many, n))  # noqa: S704 (our own)
    return translation.fill(chosen, {"n": n, **values})
