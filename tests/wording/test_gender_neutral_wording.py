"""People are of any gender: no English word names one, and no message guesses the reader's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from reminders.wording.library import packaged

ROOT = Path(__file__).parents[2]
LANGUAGES = ("es", "fr", "de", "pl", "pt-BR")

# --- English, in prose and in names ---------------------------------------------------------------

PRONOUNS = {"she", "her", "hers", "herself", "he", "him", "his", "himself"}
WORD = re.compile(r"[A-Z]?[^\W\d_A-Z]+|[A-Z]+")
"""One word of a sentence, or of a name written_so, WrittenSo or WRITTEN_SO."""

ENGLISH = {
    "reminders": ("*.py",),
    "templates": ("*.*",),
    "tests": ("*.py", "*.csv", "*.json", "*.txt", "*.toml"),
    ".": ("README.md", "CHANGELOG.md", ".env.example"),
}
EXCEPTIONS = {
    "tests/wording/test_gender_neutral_wording.py": "names the words that it looks for",
    "reminders/rules/language_names.py": "he is the code of Hebrew",
}


def english(folder: str) -> Iterator[Path]:
    """Return a folder's files in English; at the root only the documents."""
    for pattern in ENGLISH[folder]:
        found = ROOT.glob(pattern) if folder == "." else (ROOT / folder).rglob(pattern)
        yield from (p for p in found if not {*p.parts, p.stem} & {*LANGUAGES, "__pycache__"})


def pronouns(path: Path) -> list[str]:
    """Return where a file has a word that says somebody's gender."""
    return [
        f"{path.relative_to(ROOT)}:{number}: {word}"
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        for word in WORD.findall(line)
        if word.lower() in PRONOUNS
    ]


@pytest.mark.parametrize("folder", ENGLISH)
def test_no_english_word_or_name_says_a_gender(folder: str) -> None:
    files = [p for p in english(folder) if str(p.relative_to(ROOT)) not in EXCEPTIONS]
    assert files
    assert [fault for path in files for fault in pronouns(path)] == []


@pytest.mark.parametrize("name", EXCEPTIONS)
def test_an_exception_is_still_needed(name: str) -> None:
    assert pronouns(ROOT / name)


@pytest.mark.parametrize(
    "line,said",
    [
        ("She's here, and He waits", ["She", "He"]),
        ("def of_her(HIS_NAME: HerPage)", ["her", "HIS", "Her"]),
        ("The other, this, there, the sheet and héros", []),
    ],
)
def test_a_pronoun_is_found_in_prose_and_within_a_name(line: str, said: list[str]) -> None:
    assert [word for word in WORD.findall(line) if word.lower() in PRONOUNS] == said


# --- the other languages, in messages, replies and pages ------------------------------------------

EVERY_FORM = [
    (tongue, form, bad)
    for tongue in LANGUAGES
    for form, bad in packaged().all_languages[tongue].lint["gendered"]
]
"""By language: how a word gives away what the reader is taken for, and an example of it."""


def messages(language: str) -> dict[str, str]:
    """Return what is said in a language, by its file, without comments and headings of tables."""
    files = (
        path
        for path in (ROOT / "templates").rglob("*.*")
        if language in {path.stem, *path.parts} and path.suffix in {".md", ".toml"}
    )
    return {
        str(path.relative_to(ROOT)): re.sub(
            r"(?ms)^# .*?$|^\[\w+\]$|^gendered = \[.*?^\]", "", path.read_text("utf-8")
        )
        for path in files
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_of_a_language_is_read(language: str) -> None:
    assert {Path(name).suffix for name in messages(language)} == {".md", ".toml"}
    assert len(messages(language)) >= 25


@pytest.mark.parametrize("language,form,bad", EVERY_FORM)
def test_no_message_assumes_the_reader_s_gender(language: str, form: str, bad: str) -> None:
    gendered = re.compile(form, re.IGNORECASE)
    assert gendered.search(bad), "the form is known by its example"
    found = {
        name: match[0]
        for name, words in messages(language).items()
        if (match := gendered.search(words))
    }
    assert found == {}
