"""The command for calendar feeds: added and read at once, listed, removed."""

from __future__ import annotations

import pytest

from tests.support.calendars import event, ics
from tests.support.feeds import ANA, CannedFetcher
from tests.support.terminal import Terminal

pytestmark = pytest.mark.portable
CLINIC = ("clinic", "feeds", "Rosewood Skin")
ADDRESS = "https://cal.example/private-0123456789/basic.ics"


def test_a_calendar_is_added_read_listed_and_removed(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reminders.app.Fetcher", lambda: CannedFetcher(ics(event(ANA))))
    terminal.clinic()
    assert "No calendar is read" in terminal.run(*CLINIC).output
    added = terminal.run(*CLINIC, "--add", ADDRESS).output
    assert "cal.example" in added
    (feed,) = terminal.json(*CLINIC)
    assert feed["host"] == "cal.example"
    assert feed["added_by"] == "command line"
    assert feed["problem"] is None
    assert "private-0123456789" not in added + str(feed)
    assert "no longer read" in terminal.run(*CLINIC, "--remove", str(feed["id"])).output
    assert terminal.json(*CLINIC) == []
    terminal.run(*CLINIC, "--add", "my calendar", code=2)
    terminal.run(*CLINIC, "--remove", "99", code=2)
