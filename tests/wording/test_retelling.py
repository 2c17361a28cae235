"""Sentences that were kept in English with their values: read in another language, one by one."""

from __future__ import annotations

from pathlib import Path

import pytest

from reminders.rules.translation import Translation, translated_to
from reminders.wording import catalogue_files, catalogues
from reminders.wording.retelling import retold

PO = """
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "The server cannot be reached."
msgstr "Der Server ist nicht erreichbar."

msgid "It is tried again."
msgstr "Es wird erneut versucht."

msgid "The server responded with an error (%(status)s)."
msgstr "Fehler %(status)s des Servers."

msgid "%(name)s does not answer. It is asked again."
msgstr "Keine Antwort von %(name)s. Wir fragen erneut."

msgid "%(name)s answers"
msgstr "%(name)s antwortet"
"""


@pytest.mark.parametrize(
    "kept, read",
    [
        (
            "The server cannot be reached. It is tried again.",
            "Der Server ist nicht erreichbar. Es wird erneut versucht.",
        ),
        (
            "The server responded with an error (503). It is tried again.",
            "Fehler 503 des Servers. Es wird erneut versucht.",
        ),
        (
            "It is tried again. Acuity does not answer. It is asked again.",
            "Es wird erneut versucht. Keine Antwort von Acuity. Wir fragen erneut.",
        ),
        ("Something else. It is tried again.", "Something else. Es wird erneut versucht."),
        ("Nobody answers", "Nobody answers"),
        ("", ""),
    ],
)
def test_each_sentence_is_found_again(tmp_path: Path, kept: str, read: str) -> None:
    path = catalogue_files.catalogue_file(tmp_path, "de")
    path.parent.mkdir(parents=True)
    path.write_text(PO, "utf-8")
    assert retold(tmp_path, kept) == kept
    with translated_to(Translation("de", catalogues.catalogue(tmp_path, "de"))):
        assert retold(tmp_path, kept) == read
