"""Supported languages: fixed phrases, plural forms, regional spelling, fallbacks."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from babel import Locale
from babel.core import get_global
from babel.languages import get_official_languages

from reminders.rules.parameters import Kind

_WORD = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|[^\W\d_]+(?:-[^\W\d_]+)*", re.DOTALL)


@dataclass(frozen=True, slots=True, eq=False)
class Language:
    """One language's fixed phrases, plural forms and headings.

    ``measure`` is how its reading age is counted, ``stop`` how a text says how to stop, ``welcome``
    the first text to a number; ``stop_by_link`` and ``welcome_one_way`` are the same from a sender that
    nobody can reply to. ``discreet`` is a message that says only where to read,
    ``first_night`` what opens the next message of somebody whom the first night's advice never
    reached. ``counts`` holds, by kind and CLDR
    plural form, words such as “hours”; ``spelling`` what a regional edition spells otherwise than
    the language it ``extends``.
    """

    tag: str
    name: str
    measure: str
    stop: str
    welcome: str
    stop_by_link: str
    welcome_one_way: str
    headings: Mapping[str, str]
    phases: tuple[str, ...]
    spans: tuple[str, ...]
    say: Mapping[str, str]
    counts: Mapping[str, Mapping[str, str]]
    discreet: Mapping[str, str]
    first_night: Mapping[str, str]
    lint: Mapping[str, Any]
    extends: str = ""
    spelling: Mapping[str, str] = field(default_factory=dict)

    def count(self, kind: Kind, number: int) -> str:
        """Write a number with what it counts, in the plural form of that language."""
        form = Locale.parse(self.tag, sep="-").plural_form(number)
        return f"{number} {self.counts[kind][form]}"

    def rates(self, *, may_apply: bool) -> str:
        """Say what texts cost whoever gets them: where they may, and where only answers do."""
        return self.say["rates_may_apply" if may_apply else "usual_rates"]

    def respell(self, source: str) -> str:
        """Spell a text as this edition does; placeholders and letters' case are kept."""
        return _WORD.sub(self._word, source) if self.spelling else source

    def _word(self, match: re.Match[str]) -> str:
        word = match[0]
        other = self.spelling.get(word.casefold(), word) if not word.startswith("{") else word
        return other[0].upper() + other[1:] if word[0].isupper() else other


def read_languages(root: Path) -> dict[str, Language]:
    """Return every language by its tag; raises ``ValueError``, ``KeyError`` or ``OSError``."""
    files = sorted(root.glob("languages/*.toml"))
    tables = {path.stem: tomllib.loads(path.read_text("utf-8")) for path in files}
    return {tag: _language(tag, tables[tag], tables) for tag in tables}


def _language(
    tag: str, table: Mapping[str, Any], tables: Mapping[str, Mapping[str, Any]]
) -> Language:
    extends = table.get("extends", "")
    merged = {**tables[extends], **table} if extends else table
    language = Language(
        tag=tag,
        name=merged["name"],
        measure=merged["measure"],
        stop=merged["stop"],
        welcome=merged["welcome"],
        stop_by_link=merged["stop_by_link"],
        welcome_one_way=merged["welcome_one_way"],
        headings=merged["headings"],
        phases=tuple(merged["phases"]),
        spans=tuple(merged["spans"]),
        say=merged["say"],
        counts=merged["counts"],
        discreet=merged["discreet"],
        first_night=merged["first_night"],
        lint=merged["lint"],
        extends=extends,
        spelling=table.get("spelling", {}),
    )
    _respell_phrases(language)
    return language


def _respell_phrases(language: Language) -> None:
    say = {key: language.respell(phrase) for key, phrase in language.say.items()}
    object.__setattr__(language, "say", say)


WRITTEN = {"es": "es", "fr": "fr", "de": "de", "pl": "pl", "pt": "pt-BR"}
"""The editions there is packaged wording in, by language, beside English."""


def usual_language(country: str) -> str:
    """Return the language of those who have said nothing: the first official one of the clinic's
    country (CLDR) if there is wording in it, else English.
    """
    official = get_official_languages(country, de_facto=True) if country else ()
    return WRITTEN.get(next(iter(official), ""), "en")


def choose(written: Callable[[str], bool], wanted: str, country: str) -> str:
    """Return the language to use: the one wanted as spelled in that country, the one wanted,
    another edition of it, else English; so it falls back whole, and the message says to what.
    """
    base, _, region = wanted.partition("-")
    choices = [wanted, f"{base}-{region or country}", *_editions(base, region or country), base]
    editions = ("pt-BR",) if base == "pt" else ()
    choices += [*editions, *_editions("en", country), "en"]
    if not region:
        choices.remove(wanted)
    return next((language for language in choices if written(language)), "en")


def _editions(base: str, country: str) -> tuple[str, ...]:
    """Return British English where CLDR says that a country's English follows it."""
    follows = str(get_global("parent_exceptions").get(f"{base}_{country}", ""))
    return ("en-GB",) if base == "en" and follows in {"en_001", "en_150"} else ()
