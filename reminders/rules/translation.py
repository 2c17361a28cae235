"""Translate sentences for staff into the language of whoever is to read them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, time
from gettext import NullTranslations
from typing import Any, Self, TypeVar, cast

Filled = TypeVar("Filled", bound=str)


class DayOfYear(date):
    """A day that is written without its year."""

    @classmethod
    def of(cls, day: date) -> Self:
        """Take any day."""
        return cls(day.year, day.month, day.day)


class LongDay(DayOfYear):
    """A day that is written with its weekday and without its year."""


def english_value(value: object) -> object:
    """Write a number, a day or a time of day as English sentences have it."""
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    if isinstance(value, DayOfYear):
        weekday = f"{value:%A} " if isinstance(value, LongDay) else ""
        return f"{weekday}{value.day} {value:%B}"
    if isinstance(value, date):
        return f"{value.day} {value:%B %Y}"
    return f"{value:%H:%M}" if isinstance(value, time) else value


@dataclass(frozen=True, slots=True)
class Translation:
    """A language, its catalogue of sentences (those in the code are English), and how it writes
    the numbers, days and times within them.
    """

    language: str = "en"
    catalogue: NullTranslations = field(default_factory=NullTranslations)
    value: Callable[[object], object] = english_value


ENGLISH = Translation()

_current: ContextVar[Translation] = ContextVar("translation", default=ENGLISH)


@contextmanager
def translated_to(translation: Translation) -> Iterator[None]:
    """Translate everything within this block, in this thread or coroutine, to one language."""
    before = _current.set(translation)
    try:
        yield
    finally:
        _current.reset(before)


def current_language() -> str:
    """Return the tag of the language that sentences are translated to now."""
    return _current.get().language


def gettext(sentence: str, /, **values: object) -> str:
    """Translate a sentence, and fill it: ``gettext("Hello %(name)s", name="Ana")``.

    Whole numbers, dates and times among the values are written as the language writes them; what
    must stay as it is (a year, an identifier) is given as text. A per cent sign is doubled where
    there are values.
    """
    translated = _current.get().catalogue.gettext(sentence) if sentence else ""
    return fill(translated, values) if values else translated


def pgettext(context: str, sentence: str, /, **values: object) -> str:
    """Translate a word whose meaning depends on where it stands, which ``context`` says."""
    translated = _current.get().catalogue.pgettext(context, sentence)
    return fill(translated, values) if values else translated


def ngettext(one: str, many: str, n: int, /, **values: object) -> str:
    """Translate a sentence that counts; ``%(n)s`` is the count, which need not be named."""
    return fill(plural(one, many, n), {"n": n, **values})


def plural(one: str, many: str, n: int) -> str:
    """Translate a sentence that counts, in the form for ``n``, before anything is filled in."""
    return _current.get().catalogue.ngettext(one, many, n)


def fill(sentence: Filled, values: Mapping[str, object]) -> Filled:
    """Fill values into a translated sentence; one that is markup escapes them and stays markup."""
    filled: Any = sentence % {name: written(one) for name, one in values.items()}
    return cast("Filled", filled)


def written(value: object) -> object:
    """Write a number, a day or a time of day as the language writes it."""
    return _current.get().value(value)


def gettext_noop(sentence: str) -> str:
    """Mark a sentence of a table for translation, which happens where it is read."""
    return sentence
