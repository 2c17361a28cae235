"""Commands that ask and change nothing: preview, status."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.support.terminal import Terminal

pytestmark = pytest.mark.portable


def test_preview_tells_one_client_s_course_in_exact_words(terminal: Terminal) -> None:
    terminal.ready()
    found = terminal.json("preview", "--client", "1")["reminders"]
    texts = [row for row in found if row["channel"] == "sms" and row["status"] == "accepted"]
    assert [row["milestone"] for row in texts] == [
        "opt-in", "week-before", "day-before", "day-1", "day-3", "week-1", "week-2", "month-1",
    ]  # fmt: skip
    assert all(row["segments"] == 1 and row["text"].startswith("Rosewood Skin: ") for row in texts)
    assert texts[3]["at"] == "2026-03-13T15:30:00+00:00"
    assert terminal.json("status")["sent"] == 0
    assert not (terminal.folder / "outbox").exists()


def test_preview_says_why_a_client_gets_nothing(terminal: Terminal) -> None:
    terminal.ready()
    found = terminal.json("preview", "--client", "3")["reminders"]
    assert {row["reason"] for row in found if row["milestone"] != "week-before"} == {"no-consent"}
    assert "has not consented" in terminal.run("preview", "--client", "3").stdout


def test_preview_of_a_practising_clinic_says_what_would_go(terminal: Terminal) -> None:
    terminal.clinic()
    terminal.run("import", terminal.list(), "--clinic", "Rosewood Skin")
    told = terminal.run("preview", "--client", "1")
    assert "practice mode" in told.stderr
    assert "SPF 30+" in told.stdout


def test_preview_of_nobody_says_how_to_find_somebody(terminal: Terminal) -> None:
    assert "reminders client list" in terminal.run("preview", "--client", "9", code=2).stderr


def test_status_counts_and_notices_silence(terminal: Terminal) -> None:
    terminal.ready()
    terminal.clock.move_to(datetime(2026, 3, 2, 12, 5, tzinfo=UTC))
    terminal.run("tick")
    found = terminal.json("status")
    assert found["sent"] == 2  # a welcome to each of two
    assert found["skipped"]["stale"] > 0
    assert found["overdue"] == 0
    assert found["clinics"] == {"Rosewood Skin": "live"}
    terminal.clock.move_to(datetime(2026, 3, 5, 12, tzinfo=UTC))
    assert terminal.json("status")["overdue"] > 0
    assert "overdue" in terminal.run("status").stdout
