"""The language of commands is the shell's, for people; programs read the same in each."""

from __future__ import annotations

from gettext import NullTranslations
from typing import Any

import pytest

from reminders.cli.language import shell_translation
from reminders.rules.translation import ENGLISH, Translation, current_language
from reminders.wording.library import Library, packaged
from tests.support.terminal import Terminal

pytestmark = pytest.mark.portable


class Bracketed(NullTranslations):
    """A catalogue in which every sentence is seen to have been translated."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"

    def pgettext(self, context: str, message: str) -> str:
        return f"⟦{message}⟧"


def bracketed(library: Library, language: str) -> Translation:
    return ENGLISH if language == "en" else Translation("de", Bracketed())


def for_programs(found: Any) -> Any:
    """Leave out the sentences for people, and the moment at which it was asked."""
    if isinstance(found, list):
        return [for_programs(one) for one in found]
    if isinstance(found, dict):
        return {key: for_programs(one) for key, one in found.items() if key not in {"why", "at"}}
    return found


@pytest.mark.parametrize(
    "environ,language",
    [
        ({}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "de"),
        ({"LANG": "de_AT@euro", "LC_MESSAGES": "fr_CA.UTF-8"}, "fr"),
        ({"LANG": "de_DE", "LC_MESSAGES": "fr_FR", "LC_ALL": "pl_PL"}, "pl"),
        ({"LANG": "de_DE", "LC_ALL": ""}, "de"),
        ({"LANG": "pt_PT.UTF-8"}, "pt-BR"),
        ({"LANG": "ja_JP.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8", "LANGUAGE": "ja:es:fr"}, "es"),
        ({"LANG": "de_DE.UTF-8", "LANGUAGE": "en_GB:de"}, "en"),
        ({"LANG": "de_DE.UTF-8", "LANGUAGE": "ja"}, "de"),
        ({"LANGUAGE": "de"}, "en"),
        ({"LANGUAGE": "de", "LC_ALL": "C", "LANG": "de_DE"}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "POSIX"}, "en"),
    ],
)
def test_the_shell_s_language_is_chosen_as_gettext_does(
    environ: dict[str, str], language: str
) -> None:
    assert shell_translation(environ, packaged()).language == language


def test_people_read_their_language_and_programs_read_the_same(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal.ready()
    told = ("client list", "clinic list", "status", "questions", "preview --client 1")
    english = {words: terminal.json(*words.split()) for words in told}
    monkeypatch.setattr(Library, "translation", bracketed)
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    for words in told:
        assert for_programs(terminal.json(*words.split())) == for_programs(english[words])
        assert "⟦" in terminal.run(*words.split()).stdout
    assert "⟦There is no client 99.⟧" in terminal.run("preview", "--client", "99", code=2).stderr
    assert current_language() == "en", "and nothing of it stays"


def test_what_serves_many_clinics_speaks_english(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal.ready()
    monkeypatch.setattr(Library, "translation", bracketed)
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    assert "⟦" not in terminal.run("tick").stdout
