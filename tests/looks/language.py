"""Take the steps to a page in another language: what they click is named in English."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from unittest.mock import patch

from playwright.sync_api import Locator, Page

from reminders.wording.library import packaged

NAMED = re.compile(r"(text=)([^>]+?)(?= >>|$)|((?:text|text-is|has-text)\(['\"])(.+?)(?=['\"]\))")
"""The words of a page within a selector of Playwright's."""

STEPS = {
    Page: ("click", "locator", "get_by_role", "get_by_label", "get_by_text", "wait_for_selector"),
    Locator: ("get_by_role", "get_by_label", "get_by_text"),
}


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Let every step name what it clicks by its name in a language."""
    patches = [
        patch.object(of, name, _translated(getattr(of, name), partial(_said, language)))
        for of, names in STEPS.items()
        for name in names
    ]
    for one in patches:
        one.start()
    try:
        yield
    finally:
        for one in patches:
            one.stop()


def _translated(step: Callable[..., Any], said: Callable[[str], str]) -> Callable[..., Any]:
    def take(of: object, words: str, **more: Any) -> Any:
        more |= {
            key: said(more[key]) for key in ("name", "has_text") if isinstance(more.get(key), str)
        }
        plain = step.__name__ in {"get_by_label", "get_by_text"}
        return step(of, said(words) if plain else _selector(words, said), **more)

    return take


def _selector(words: str, said: Callable[[str], str]) -> str:
    return NAMED.sub(lambda m: f"{m[1] or m[3]}{said(m[2] or m[4])}", words)


def _said(language: str, sentence: str) -> str:
    """Return a sentence of the desk, or of a client's page, in a language."""
    library = packaged()
    english, spoken = library.phrases.table("en"), library.phrases.table(language)
    of_clients = {
        said: spoken.get(key, said) for key, said in english.items() if isinstance(said, str)
    }
    translated = library.translation(language).catalogue.gettext(sentence)
    return str(of_clients.get(sentence, translated))
