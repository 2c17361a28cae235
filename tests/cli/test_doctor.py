"""The doctor and the test message, as commands."""

from __future__ import annotations

import json

import pytest

from tests.support.terminal import Terminal

pytestmark = pytest.mark.portable


def test_the_doctor_passes_a_practice_house_and_names_what_to_do(
    terminal: Terminal, database_url: str
) -> None:
    apart = int(database_url.startswith("postgresql"))  # our clock was set back, the server's not
    told = terminal.run("doctor", "--json", code=apart).stdout
    found = {check["name"]: check for check in json.loads(told)}
    assert found["clock"]["verdict"] == ("fail" if apart else "pass")
    assert found["database"]["verdict"] == "pass"
    assert found["tables"]["verdict"] == "pass"
    assert found["time zones"]["verdict"] == "pass"
    assert found["wording"]["verdict"] == "pass"
    assert found["clinics"]["verdict"] == "warn"
    assert "reminders clinic add" in found["clinics"]["mend"]
    assert found["heartbeat"]["verdict"] == "warn"
    terminal.clinic()
    assert "practice mode" in terminal.run("doctor", code=apart).stdout


def test_the_doctor_fails_with_wrong_settings_and_names_each(
    terminal: Terminal,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DELIVERY", "live")
    monkeypatch.setenv("PORT", "x")
    told = terminal.run("doctor", "--json", code=1)
    failed = {check["name"] for check in json.loads(told.stdout) if check["verdict"] == "fail"}
    assert failed >= {"PORT", "SECRET_KEY", "SMTP_HOST", "TWILIO_FROM"}


def test_a_test_message_goes_to_oneself(terminal: Terminal) -> None:
    terminal.run("send-test", "+44 7700 900101")
    terminal.run("send-test", "ana@mail.example")
    files = sorted(path.suffix for path in (terminal.folder / "outbox").iterdir())
    assert files == [".eml", ".txt"]
    assert "phone number" in terminal.run("send-test", "hello", code=2).stderr
