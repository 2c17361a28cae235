"""Every command, as a person types it."""

from __future__ import annotations

import json
import re
import sys
from datetime import UTC, datetime
from typing import Any

import pytest
from typer.testing import CliRunner

from reminders import __version__
from reminders.cli import GROUPS, commands
from reminders.store import migrations
from tests.support.terminal import Terminal

pytestmark = pytest.mark.portable


def test_a_tick_sends_what_is_due_and_says_that_nothing_left_the_machine(
    terminal: Terminal,
) -> None:
    terminal.ready()
    terminal.clock.move_to(datetime(2026, 3, 2, 12, 5, tzinfo=UTC))
    told = terminal.json("tick")
    assert told["delivery"] == "outbox"
    assert told["sent"] == {"sms": 2}  # a welcome to each of two
    assert len(list((terminal.folder / "outbox").iterdir())) == 2
    again = terminal.run("tick")
    assert "0 sent" in again.stdout
    assert "nothing is sent" in again.stderr


def test_json_is_all_there_is_on_standard_output(
    terminal: Terminal,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LOG_LEVEL", "debug")
    terminal.ready()
    terminal.clock.move_to(datetime(2026, 3, 2, 12, 5, tzinfo=UTC))
    told = terminal.run("tick", "--json")
    json.loads(told.stdout)
    assert '"event": "settled"' in told.stderr


def test_a_treatment_is_moved_and_cancelled_by_its_number(terminal: Terminal) -> None:
    terminal.ready()
    told = terminal.run("treatment", "move", "1", "19 March 2026 15:00")
    assert "Thursday 19 March 2026" in told.stdout
    assert "13 reminders moved" in told.stdout
    assert "1 on 2026-03-19" in terminal.run("client", "list").stdout
    assert "13 reminders" in terminal.run("treatment", "cancel", "1").stdout
    assert "(cancelled)" in terminal.run("client", "list", "--clinic", "Rosewood Skin").stdout
    assert "not a date" in terminal.run("treatment", "move", "1", "soon", code=2).stderr
    assert "no treatment" in terminal.run("treatment", "cancel", "99", code=2).stderr


def test_wrong_settings_stop_every_command_with_all_their_faults(
    terminal: Terminal,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DELIVERY", "live")
    monkeypatch.setenv("PORT", "x")
    for words in (["tick"], ["serve"], ["worker"], ["web"], ["migrate"], ["status"]):
        told = terminal.run(*words, code=2)
        assert "PORT" in told.stderr
        assert "SECRET_KEY" in told.stderr
        assert "Traceback" not in told.output


def test_an_older_database_is_refused_with_the_command_that_mends_it(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal.clinic()
    monkeypatch.setattr(migrations, "STEPS", (*migrations.STEPS, "9999"))
    assert "reminders migrate" in terminal.run("status", code=2).stderr


def test_a_database_that_is_away_is_told_in_a_sentence(
    terminal: Terminal,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    told = terminal.run("status", code=2)
    assert "is not responding" in told.stderr
    assert "DATABASE_URL" in told.stderr


def test_migrate_says_whether_there_was_anything_to_do(terminal: Terminal) -> None:
    assert "already up to date" in terminal.run("migrate").stdout


def test_settings_may_stand_in_a_file_that_the_environment_overrides(
    terminal: Terminal,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (terminal.folder / ".env").write_text("OUTBOX_DIR=elsewhere\nPORT=x\n", "utf-8")
    monkeypatch.setenv("PORT", "8000")
    terminal.run("send-test", "+44 7700 900101")
    assert (terminal.folder / "elsewhere").is_dir()


def test_every_command_has_help() -> None:
    for words in ([], ["clinic"], ["client"], ["treatment"]):
        told = CliRunner().invoke(commands, [*words, "--help"], env={"COLUMNS": "200"}).output
        for name, sentence in re.findall(r"│ ([a-z-]+)\s+(.*?)\s*│", told):
            assert sentence, name


def test_a_fault_of_our_own_is_told_in_a_sentence(
    terminal: Terminal,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from reminders import cli
    from reminders.cli import inspection

    def breaks(*_: Any, **__: Any) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(inspection, "standing", breaks)
    monkeypatch.setattr(sys, "argv", ["reminders", "status"])
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert left.value.code == 3
    told = capsys.readouterr().err
    assert "RuntimeError" in told
    assert "secret detail" not in told
    assert "Traceback" not in told


def test_reconcile_asks_about_everything_in_doubt(terminal: Terminal) -> None:
    terminal.ready()
    assert "There is no unconfirmed message" in terminal.run("reconcile").stdout
    assert terminal.json("reconcile")["proven"] == {}


def test_the_version_is_said_without_anything_else(terminal: Terminal) -> None:
    assert terminal.run("--version").stdout == f"reminders {__version__}\n"


def test_every_command_stands_in_a_group_with_one_plain_line(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERMINAL_WIDTH", "110")
    told = terminal.run("--help").stdout
    groups = ["Options", *GROUPS]
    assert re.findall(r"╭─ ([\w ]+?) ─", told) == groups
    for name in (name for members in GROUPS.values() for name in members):
        (line,) = re.findall(rf"^│ {name} .*$", told, re.MULTILINE)
        assert line.rstrip(" │").endswith((".", ")."))
