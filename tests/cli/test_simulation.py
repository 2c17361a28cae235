"""The command that says what coming days would bring."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from tests.support.terminal import APRIL, Terminal

pytestmark = pytest.mark.portable

MARCH = ("simulate", "--from", "2026-03-02", "--to", "2026-03-31")


def test_simulate_plays_the_whole_database_and_changes_nothing(terminal: Terminal) -> None:
    terminal.ready()
    before = terminal.json("status")
    found = terminal.json(*MARCH)
    # Both: a welcome. Ana: two before, four texts after; Bea: day one to week two by text,
    # the first of them opening with the night's advice, in two segments.
    assert (found["texts"], found["segments"], found["emails"]) == (12, 13, 4)
    assert found["not_sent"]["no-consent"] > 0
    after = terminal.json("status")
    assert before | {"at": ""} == after | {"at": ""}
    assert not (terminal.folder / "outbox").exists()
    assert "texts (13 segments)" in terminal.run(*MARCH).stdout


def test_what_was_simulated_is_what_then_happens(terminal: Terminal) -> None:
    terminal.ready()
    found = terminal.json(*MARCH)
    while (due := datetime.fromisoformat(terminal.json("status")["next_due_at"])) < APRIL:
        terminal.clock.move_to(due)
        terminal.run("tick")
    assert terminal.json("status")["sent"] == found["texts"] + found["emails"]


def test_simulate_refuses_days_in_the_wrong_order(terminal: Terminal) -> None:
    told = terminal.run("simulate", "--from", "2026-03-31", "--to", "2026-03-02", code=2)
    assert "Give the earlier day with --from" in told.stderr


def test_json_comes_a_row_at_a_time_and_looks_as_if_it_came_at_once(terminal: Terminal) -> None:
    terminal.ready()
    told = terminal.run(*MARCH, "--json").stdout
    assert told == json.dumps(json.loads(told), indent=2, ensure_ascii=False) + "\n"
    rows = json.loads(told)["reminders"]
    assert rows == sorted(rows, key=lambda row: (row["at"], row["reminder"]))
    nothing = ("simulate", "--from", "2036-03-02", "--to", "2036-03-02", "--json")
    told = terminal.run(*nothing).stdout
    assert told == json.dumps(json.loads(told), indent=2, ensure_ascii=False) + "\n"
    assert json.loads(told)["reminders"] == []
