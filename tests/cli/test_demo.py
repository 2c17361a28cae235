"""The demo: everything it promises to show, and nothing left behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from email import message_from_bytes, policy
from pathlib import Path

import httpx2
import pytest
import time_machine
from typer.testing import CliRunner

from reminders.cli import commands
from tests.support.doubles.process import killed_after

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=["2026-03-02", "2026-10-25", "2026-12-31"])
def told(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path]:
    """Play the demo on an ordinary day, on one the clocks change, and on the year's last."""
    folder = tmp_path_factory.mktemp("demo")
    with pytest.MonkeyPatch.context() as patch, time_machine.travel(f"{request.param} 10:00Z"):
        patch.setenv("TMPDIR", str(folder))
        patch.setattr("tempfile.tempdir", None)
        result = CliRunner().invoke(commands, ["demo", "--no-serve", "--keep"])
    assert result.exit_code == 0, result.output
    return result.output, folder


def test_it_shows_three_clinics_each_on_its_own_clock(told: tuple[str, Path]) -> None:
    output, _ = told
    for clinic in (
        "Rosewood Skin, Europe/London",
        "Hudson Skin, America/New_York",
        "Harbour Skin, Australia/Sydney",
    ):
        assert clinic in output


@pytest.mark.parametrize(
    "reason",
    [
        "no-consent",
        "opted-out",
        "invalid-contact",
        "unreachable",
        "treatment-cancelled",
        "superseded",
        "stale",
    ],
)
def test_it_shows_every_kind_of_message_that_does_not_go(
    told: tuple[str, Path], reason: str
) -> None:
    assert f"({reason})" in told[0]


def test_it_shows_faulty_cells_and_a_moved_treatment(told: tuple[str, Path]) -> None:
    assert "A spreadsheet has shortened this number." in told[0]
    assert "1 cancelled, 1 moved, 1 unchanged" in told[0]


def test_it_shows_exact_words_and_what_they_cost(told: tuple[str, Path]) -> None:
    plain = re.sub(r"\s*│?\n[│ ]+", " ", told[0])
    assert "flaking today is normal. Let it fall off, do not pick." in plain
    assert re.search(r"\d+ texts \(\d+ segments\) and \d+ emails", told[0])
    for milestone in (
        "week-before",
        "same-evening",
        "day-1",
        "week-1",
        "month-1",
    ):
        assert f"─ {milestone}: " in told[0]


def test_what_it_keeps_are_lists_a_database_and_an_outbox_that_opens(
    told: tuple[str, Path],
) -> None:
    (folder,) = [path for path in told[1].iterdir() if path.name.startswith("reminders-demo-")]
    assert (folder / "demo.db").exists()
    assert len(list(folder.glob("*.csv"))) == 4
    mails = list((folder / "outbox").glob("*.eml"))
    assert len(mails) > 20
    for path in mails:
        mail = message_from_bytes(path.read_bytes(), policy=policy.default)
        assert mail["Subject"]
        assert mail.get_body(("html",)) is not None
    assert len(list((folder / "outbox").glob("*.txt"))) > 20


def test_it_leaves_nothing_behind_unless_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DELIVERY", "live")  # whatever the environment says, nothing leaves
    result = CliRunner().invoke(commands, ["demo", "--no-serve"])
    assert result.exit_code == 0
    assert "The demo's files are removed" in result.output
    assert list(tmp_path.iterdir()) == []


def test_it_ends_by_serving_a_desk_that_a_link_opens(tmp_path: Path) -> None:
    """The real command, in a process of its own, until it is told to stop."""
    command = [sys.executable, "-m", "reminders", "demo"]
    environ = {**os.environ, "TMPDIR": str(tmp_path), "PORT": "0", "PYTHONUNBUFFERED": "1"}
    with (
        subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as running,
        killed_after(running),
    ):
        assert running.stdout
        link = next(
            found[0]
            for x in running.stdout
            if (found := re.search(r"http://localhost:\d+/demo/\S+", x))
        )
        with httpx2.Client(follow_redirects=True) as browser:
            today = browser.get(link).text
            assert "Priya may need help" in today
            assert "Ruth" in today
            needs = re.findall(r"Maria is worried|Zoë|Priya may need help", today)
            assert needs[0] == "Maria is worried", "on top, with a button"
            inbox = browser.get(link.partition("/demo/")[0] + "/replies").text
            assert "small dark dots" in inbox
            told = browser.get(link.partition("/demo/")[0] + "/skin").text
            assert told.count("Healing as described") == 8
            assert told.count("Waiting") == 1
            assert "the number is not in service" in today
            assert "have not left" not in today
            outbox = browser.get(link.partition("/demo/")[0] + "/outbox").text
            assert "Rosewood Skin: " in outbox
            emails = re.findall(r'src="(/outbox/\d+/email)"', outbox)
            shown = browser.get(link.partition("/demo/")[0] + emails[0])
            assert "sandbox" in shown.headers["content-security-policy"]
            assert "Rosewood Skin" in shown.text
        running.send_signal(signal.SIGINT)
        rest = running.stdout.read()
    assert running.returncode == 0
    assert "The demo's files are removed" in rest
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("reminders-demo")]
