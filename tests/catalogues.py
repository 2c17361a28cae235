"""Bring the message catalogues up to date with the sentences in the code: ``python -m tests.catalogues``.

What is new in the code is added without a translation, what is gone is dropped, and what nobody
has translated yet is counted; nothing is guessed. ``--todo de`` prints these as JSON, and
``--take de FILE`` takes JSON of sentences and their translations (a list of forms where it counts; a
sentence with a context is ``context|sentence``).
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from reminders.wording.catalogue_files import catalogue_file
from reminders.wording.library import templates_folder

HOUSE = Path(__file__).parent.parent
LOCALE = templates_folder() / "locale"
LANGUAGES = ("de", "es", "fr", "pl", "pt-BR")

KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}
METHODS = [
    ("reminders/store/migrations/**", "ignore"),
    ("reminders/**.py", "python"),
    ("templates/desk/**.html", "jinja2"),
    ("templates/print/**.html", "jinja2"),
    ("templates/alerts.toml", "tests.catalogues:toml_sentences"),
    ("templates/care/**/protocol.toml", "tests.catalogues:toml_sentences"),
]
OPTIONS = {"templates/**.html": {"trimmed": "true", "newstyle_gettext": "true"}}

SHOWN = {"subject", "body", "name", "purpose", "label", "hint", "source"}
"""The keys of TOML files whose values staff read."""


HEADER = """# What staff read, in {known.locale.english_name}: no native speaker has reviewed it.
msgid ""
msgstr ""
"Language: {known.locale}\\n"
"Plural-Forms: {known.plural_forms}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


def toml_sentences(
    file: BinaryIO, keywords: object, tags: object, options: object
) -> Iterator[tuple[int, str, str, list[str]]]:
    """Yield the sentences of a TOML file that staff read."""
    for sentence in _shown(tomllib.loads(file.read().decode())):
        yield 1, "", sentence, []


def _shown(table: Any) -> Iterator[str]:
    if isinstance(table, list):
        for one in table:
            yield from _shown(one)
    elif isinstance(table, dict):
        for key, value in table.items():
            if isinstance(value, str) and key in SHOWN:
                yield value
            elif isinstance(value, dict | list):
                yield from _shown(value)


@cache
def sentences() -> Catalog:
    """Return every sentence in the code and the templates that is marked for translation."""
    found = Catalog(project="reminders", charset="utf-8")
    for name, _, message, comments, context in extract_from_dir(
        HOUSE,
        METHODS,
        OPTIONS,
        KEYWORDS,
        ("Translators:",),
        strip_comment_tags=True,
        directory_filter=lambda path: (
            not Path(path).name.startswith((".", "_")) and Path(path).name != "tests"
        ),
    ):
        found.add(message, None, [(name, 1)], auto_comments=comments, context=context)
    return found


def catalogue(language: str) -> Catalog:
    """Return a language's catalogue as it stands in its file."""
    path = catalogue_file(LOCALE, language)
    if not path.exists():
        return Catalog(locale=language.replace("-", "_"))
    return read_po(
        path.read_text("utf-8").splitlines(keepends=True), locale=language.replace("-", "_")
    )


def brought_up_to_date(language: str) -> Catalog:
    """Return a language's catalogue with exactly the sentences there are now."""
    now = catalogue(language)
    now.update(sentences(), no_fuzzy_matching=True)
    now.obsolete.clear()
    return now


def untranslated(known: Catalog) -> list[Any]:
    """Return the messages that a catalogue has no translation of, or only a doubtful one."""
    return [one for one in known if one.id and (one.fuzzy or not _whole(one.string))]


def _whole(string: Any) -> bool:
    return all(string) if isinstance(string, tuple | list) else bool(string)


def write(language: str, known: Catalog) -> None:
    """Write a catalogue in the order of its sentences, so that two branches seldom clash."""
    path = catalogue_file(LOCALE, language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(HEADER.format(known=known).encode())
        write_po(file, known, width=0, omit_header=True, sort_output=True, include_lineno=False)


def take(known: Catalog, given: dict[str, Any]) -> int:
    """Put translations into a catalogue, by their sentences; return how many were its own."""
    taken = 0
    for one in known:
        sentence = one.id[0] if isinstance(one.id, tuple) else one.id
        key = f"{one.context}|{sentence}" if one.context else sentence
        if one.id and key in given:
            string = given[key]
            one.string = tuple(string) if isinstance(string, list) else string
            taken += 1
    return taken


def main(words: list[str]) -> None:
    """Do what the arguments say."""
    if words[:1] == ["--todo"]:
        known = brought_up_to_date(words[1])
        todo = [
            list(one.id) if isinstance(one.id, tuple) else one.id for one in untranslated(known)
        ]
        print(json.dumps(todo, ensure_ascii=False, indent=0))
        return
    for language in LANGUAGES:
        known = brought_up_to_date(language)
        if words[:2] == ["--take", language]:
            print(take(known, json.loads(Path(words[2]).read_text("utf-8"))), "taken")
        write(language, known)
        print(f"{language}: {len(known)} sentences, {len(untranslated(known))} not translated")


if __name__ == "__main__":
    main(sys.argv[1:])
