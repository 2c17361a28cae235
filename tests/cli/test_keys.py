"""Commands for API keys: made and shown once, listed, revoked."""

from __future__ import annotations

import pytest

from tests.support.terminal import Terminal

pytestmark = pytest.mark.portable
CLINIC = ("--clinic", "Rosewood Skin")


def test_a_key_is_shown_once_listed_and_revoked(terminal: Terminal) -> None:
    terminal.clinic()
    assert "There are no keys yet." in terminal.run("key", "list").output
    made = terminal.run("key", "add", "booking system", *CLINIC, "--role", "owner").stdout
    token = next(line for line in made.splitlines() if line.startswith("rmd_"))
    listed = terminal.run("key", "list").stdout
    assert token not in listed
    (key,) = terminal.json("key", "list", *CLINIC)
    assert (key["name"], key["role"], key["used_at"]) == ("booking system", "owner", None)
    assert token.startswith(key["begins"])
    assert "no longer works" in terminal.run("key", "revoke", str(key["id"])).stdout
    assert terminal.json("key", "list")[0]["revoked_by"] == "command line"
    terminal.run("key", "revoke", "99", code=2)
    terminal.run("key", "add", " ", *CLINIC, code=2)
