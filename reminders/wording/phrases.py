"""Sentences of client pages in every language, with English where one is missing."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from copy import copy
from operator import itemgetter
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from reminders.wording.dates import locale_of
from reminders.wording.languages import choose

_JOINED = re.compile(r"(?<=\w)-(?=\w)")
_CLOSED = re.compile(r" (?=[?!:;»])|(?<=«) ")

Table = dict[str, str | list[str]]


class Words:
    """The sentences of one language; what they are filled with can never act as markup."""

    def __init__(self, language: str, country: str, said: Table, english: Table) -> None:
        """Take the language to show, whose country writes the dates, and what there is of it."""
        self.language = language
        self.locale = locale_of(language, country)
        self._said, self._english = said, english
        self.by_link = False

    def where_nobody_replies(self) -> Words:
        """Return the words of a sender nobody can reply to: they name a link where others name STOP."""
        others = copy(self)
        others.by_link = True
        return others

    def __call__(self, key: str, /, **values: object) -> Markup:
        """Return the sentence of that key; raises ``KeyError``."""
        if self.by_link and f"{key}_by_link" in self._english:
            key = f"{key}_by_link"
        sentence = self._said.get(key, self._english[key])
        if not isinstance(sentence, str):
            raise KeyError(key)
        return escape(sentence).format(**values)

    def is_in(self, language: str) -> bool:
        """Say whether these words are in a language, in whichever edition of it."""
        return base_of(self.language) == base_of(language)

    def has_sentence(self, key: str) -> bool:
        """Say whether there is such a sentence at all."""
        return key in self._english

    def sentences(self, key: str) -> list[str]:
        """Return the sentences of a list; raises ``KeyError``."""
        return list(self._said.get(key, self._english[key]))


class Phrasebook:
    """All languages of the pages, from one folder of files."""

    def __init__(self, folder: Path) -> None:
        """Read every file, English first among them."""
        self._tables = {path.stem: dict(_flat(path)) for path in sorted(folder.glob("*.toml"))}
        self.names = {code: str(table["language"]) for code, table in self._tables.items()}

    def words(self, language: str, country: str) -> Words:
        """Return the words of a language, of another edition of it, or English."""
        found = choose(self._tables.__contains__, language, country)
        return Words(found, country, self._tables[found], self._tables["en"])

    def spoken(self, accepted: str) -> str | None:
        """Return the first language somebody reads, by their browser (RFC 9110, ``Accept-Language``),
        that there are words in.
        """
        wanted = sorted(_weighed(accepted), key=itemgetter(0), reverse=True)
        return next((tag for _, tag in wanted if self.words(tag, "").is_in(tag)), None)

    def table(self, language: str) -> Table:
        """Return every sentence of a language by its key; raises ``KeyError``."""
        return self._tables[language]


def _flat(path: Path) -> Iterator[tuple[str, Any]]:
    for name, value in tomllib.loads(path.read_text("utf-8")).items():
        if isinstance(value, dict):
            yield from ((f"{name}.{key}", _kept_together(said)) for key, said in value.items())
        else:
            yield name, value


def _kept_together(said: Any) -> Any:
    """Keep “E-Mail”, and the sign that closes a sentence in French, from being torn over two lines."""
    if isinstance(said, list):
        return [_kept_together(one) for one in said]
    return _CLOSED.sub("\u00a0", _JOINED.sub("\u2011", said))


def _weighed(accepted: str) -> Iterator[tuple[float, str]]:
    """Read each language of a header with its weight: 1 where it has none, and 0 is a refusal."""
    for part in accepted.lower().split(","):
        tag, _, said = part.partition(";")
        try:
            weight = float(said.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        if weight > 0:
            yield weight, tag.strip()


def base_of(language: str) -> str:
    """Return the language of a tag, without the country whose edition it is."""
    return language.partition("-")[0].lower()
