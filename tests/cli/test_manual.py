"""The manual in a terminal: it needs no settings and no database."""

from __future__ import annotations

import sys
from io import StringIO

import pytest
from typer.testing import CliRunner

from reminders.cli import commands, manual


def helped(*words: str) -> tuple[int, str]:
    told = CliRunner().invoke(commands, ["help", *words])
    return told.exit_code, told.output


@pytest.fixture(autouse=True)
def _without_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "nothing that could be opened")


def test_without_a_topic_the_first_page_names_all_others() -> None:
    code, told = helped()
    assert code == 0
    assert told.startswith("# Manual")
    assert "lists.md" in told


@pytest.mark.parametrize("name", [("lists",), ("lists.md",), ("Your", "own", "machine")])
def test_a_topic_shows_its_page(name: tuple[str, ...]) -> None:
    code, told = helped(*name)
    assert code == 0
    assert told.startswith("# ")


def test_other_words_show_where_they_stand() -> None:
    code, told = helped("faulty", "cell")
    assert code == 0
    assert "reminders help lists" in told
    assert "Faults" in told


def test_what_stands_nowhere_is_told_with_the_pages_there_are() -> None:
    code, told = helped("xyzzy")
    assert code == 2
    assert "The manual has nothing about “xyzzy”" in told
    assert "getting-started" in told


def test_a_screen_shows_no_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = StringIO()
    monkeypatch.setattr(screen, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stdout", screen)
    manual.show_manual(["lists"])
    told = screen.getvalue()
    assert "Without consent columns nothing is sent." in told
    assert "**" not in told
    assert "(consent.md)" in told, "the name of the page to read next is kept"
