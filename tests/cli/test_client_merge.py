"""Commands that make two records of one client one."""

from __future__ import annotations

import pytest

from tests.support.terminal import LIST, Terminal

pytestmark = pytest.mark.portable

ANNA = "Anna,Costa,07700 900109,,Microneedling,2026-03-12 14:30,yes,,B-9\n"


def ready(terminal: Terminal) -> None:
    terminal.clinic("--live")
    terminal.run("import", terminal.list(LIST + ANNA), "--clinic", "Rosewood Skin")


def numbers(terminal: Terminal) -> list[int]:
    return [one["id"] for one in terminal.json("client", "list")]


def test_a_merge_is_shown_done_and_undone(terminal: Terminal) -> None:
    ready(terminal)
    assert numbers(terminal) == [1, 2, 3, 4]
    told = terminal.run("client", "merge", "1", "4").stdout
    assert "Keep client 1: Ana Costa, +447700900101, ana@mail.example" in told
    assert "treatment 4 on 2026-03-12 (both have one; its reminders are sent once)" in told
    assert "reminders client unmerge 1" in told
    assert numbers(terminal) == [1, 2, 3]
    assert len(terminal.json("export", "4")["client"]) == 2
    assert "two clients again: 1 and 4" in terminal.run("client", "unmerge", "4").stdout
    assert numbers(terminal) == [1, 2, 3, 4]
    assert "no merge to undo" in terminal.run("client", "unmerge", "1", code=2).stderr


def test_what_is_only_shown_changes_nothing(terminal: Terminal) -> None:
    ready(terminal)
    assert "Nothing was changed" in terminal.run("client", "merge", "1", "4", "--preview").stdout
    told = terminal.json("client", "merge", "1", "4", "--preview")
    assert told == {
        "done": False, "kept": 1, "gone": 4, "treatments": [4], "twins": [4], "replies": 0,
        "filled": [], "stopped": [],
    }  # fmt: skip
    assert numbers(terminal) == [1, 2, 3, 4]
    assert terminal.json("client", "merge", "1", "4")["done"]


def test_at_a_terminal_it_asks_first(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    ready(terminal)
    monkeypatch.setattr("reminders.cli.client_merge.at_terminal", lambda: True)
    assert "Nothing was changed" in terminal.run("client", "merge", "1", "4", given="n\n").stdout
    terminal.run("client", "merge", "1", "2", "--yes")
    terminal.run("client", "merge", "1", "4", given="y\n")
    assert numbers(terminal) == [1, 3]


def test_what_cannot_be_one_is_said(terminal: Terminal) -> None:
    ready(terminal)
    assert "no client 9" in terminal.run("client", "merge", "1", "9", code=2).stderr
    assert "the same client" in terminal.run("client", "merge", "1", "1", code=2).stderr


def test_the_consent_report_says_whose_each_line_is_now(terminal: Terminal) -> None:
    ready(terminal)
    before = terminal.json("consent-report", "--clinic", "Rosewood Skin")
    assert all(line["belongs_to"] == line["client"] for line in before)
    terminal.run("client", "merge", "1", "4")
    after = terminal.json("consent-report", "--clinic", "Rosewood Skin")
    moved = [line for line in after if line["client"] == 4]
    assert [line["belongs_to"] for line in moved] == [1] * len(moved) != []
    unchanged = [line | {"belongs_to": 0} for line in after[: len(before)]]
    assert unchanged == [line | {"belongs_to": 0} for line in before]
    terminal.run("client", "unmerge", "1")
    again = terminal.json("consent-report", "--clinic", "Rosewood Skin")
    assert all(line["belongs_to"] == line["client"] for line in again)
