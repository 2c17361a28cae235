"""The command for events out: an address is added, its secret shown once, listed and removed."""

from __future__ import annotations

import pytest

from tests.support.terminal import Terminal

pytestmark = pytest.mark.portable
CLINIC = ("clinic", "endpoints", "Rosewood Skin")
ADDRESS = "https://hooks.example/T0k3n"


def test_an_endpoint_is_added_listed_and_removed(terminal: Terminal) -> None:
    terminal.clinic()
    assert "no webhooks yet" in terminal.run(*CLINIC).output
    added = terminal.run(*CLINIC, "--add", ADDRESS, "--tell", "reply.alarm", "--words").output
    assert "whsec_" in added
    assert "T0k3n" not in added
    (endpoint,) = terminal.json(*CLINIC)
    assert endpoint["host"] == "hooks.example"
    assert endpoint["kinds"] == ["reply.alarm"]
    assert endpoint["tells_words"] is True
    assert endpoint["secret"] is None, "shown once"
    assert "whsec_" not in terminal.run(*CLINIC).output
    number = str(endpoint["id"])
    assert "receives no more events" in terminal.run(*CLINIC, "--remove", number).output
    assert terminal.json(*CLINIC) == []


def test_a_program_that_adds_one_gets_its_secret(terminal: Terminal) -> None:
    terminal.clinic()
    (endpoint,) = terminal.json(*CLINIC, "--add", ADDRESS)
    assert endpoint["secret"].startswith("whsec_")
    assert len(endpoint["kinds"]) == 10


def test_what_cannot_be_told_is_refused_in_a_sentence(terminal: Terminal) -> None:
    terminal.clinic()
    assert "https" in terminal.run(*CLINIC, "--add", "http://hooks.example", code=2).output
    assert "private" in terminal.run(*CLINIC, "--add", "https://10.0.0.1/x", code=2).output
    terminal.run(*CLINIC, "--add", ADDRESS, "--tell", "everything", code=2)
    terminal.run(*CLINIC, "--remove", "99", code=2)
