"""Sentences of client pages in every language, with English where one is missing."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError
from markupsafe import Markup, escape

Table = dict[str, str | list[str]]


class Words:
    """The sentences of one language; what they are filled with can never act as markup."""

    def __init__(self, language: str, country: str, said: Table, english: Table) -> None:
        """Take the language to show, whose country writes the dates, and what there is of it."""
        self.language = language
        self.locale = _locale(language, country)
        self._said, self._english = said, english

    def __call__(self, key: str, /, **values: object) -> Markup:
        """Return the sentence of that key; raises ``KeyError``."""
        sentence = self._said.get(key, self._english[key])
        if not isinstance(sentence, str):
            raise KeyError(key)
        return escape(sentence).format(**values)

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
        """Return the words of a language, of its parent, or English."""
        parent = language.split("-", maxsplit=1)[0]
        found = next((code for code in (language, parent) if code in self._tables), "en")
        return Words(found, country, self._tables[found], self._tables["en"])

    def missing(self, language: str) -> set[str]:
        """Return what a language still lacks."""
        return self._tables["en"].keys() - self._tables[language].keys()


def _flat(path: Path) -> Iterator[tuple[str, Any]]:
    for name, value in tomllib.loads(path.read_text("utf-8")).items():
        if isinstance(value, dict):
            yield from ((f"{name}.{key}", said) for key, said in value.items())
        else:
            yield name, value


def _locale(language: str, country: str) -> Locale:
    for name in (f"{language.replace('-', '_')}_{country}", language.replace("-", "_")):
        try:
            return Locale.parse(name)
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en")
