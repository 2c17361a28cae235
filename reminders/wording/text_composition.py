"""Compose a text: the clinic's name first, greeted by the name that costs no segment, how to stop last."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from reminders.rules.contacts import clean
from reminders.rules.segments import TextSize, fold, size
from reminders.rules.text_names import without_gap

PAGE = "{{ page_url }}"
_TO_THE_PAGE = re.compile(
    r"\s*(?:\{\{.*?\}\}|[^.!?{])*(?:\?\s*)?\{\{\s*page_url\s*\}\}\s*$", re.DOTALL
)
"""The last sentence of a text, where it leads to the client's page; it may be a question."""

Say = Callable[[dict[str, Any]], str]
"""Renders a text's own words, without the clinic's name and how to stop."""


def by_phone(source: str, ask: str) -> str | None:
    """Return a text's words with the clinic's number where they lead to the client's page, to be
    sent where the address leaves no room to say how to stop; None where they do not lead there.
    """
    if not _TO_THE_PAGE.search(source):
        return None
    return f"{_TO_THE_PAGE.sub('', source)} {ask}"


def without_lead(source: str) -> str | None:
    """Return a text's words without the sentence that leads to the client's page, to be sent where
    the link that stops texts leaves no room for it; None where they do not lead there.
    """
    return _TO_THE_PAGE.sub("", source) if _TO_THE_PAGE.search(source) else None


def compose(
    begins: str, ways: Sequence[Say], names: Sequence[str], words: dict[str, Any], stop: str
) -> tuple[str, TextSize]:
    """Return the first of all versions that costs the fewest segments, and its size: for each way to
    name the client, each way to say it. ``stop`` is empty where it is not due.
    """
    texts = (
        _joined(begins, say({**words, "first_name": name}), stop, gap=not name)
        for name in names
        for say in ways
    )
    best, cost = _sized(next(texts))
    while cost.segments > 1 and (other := next(texts, None)) is not None:
        found, its_cost = _sized(other)
        if its_cost.segments < cost.segments:
            best, cost = found, its_cost
    return best, cost


def _sized(text: str) -> tuple[str, TextSize]:
    return text, size(text)


def written(text: str) -> str:
    """Return a text as it is sent: look-alikes folded, nothing invisible, one line."""
    return clean(fold(text))


def _joined(begins: str, said: str, stop: str, *, gap: bool) -> str:
    text = written(f"{begins}: {without_gap(said) if gap else said}")
    return f"{text}\n{written(stop)}" if stop else text
