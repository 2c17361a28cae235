"""Commands about what is held of a client: consent, export, erasure, retention."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.support.terminal import LIST, Terminal

pytestmark = pytest.mark.portable


def test_a_consent_is_recorded_with_its_source_and_a_stop_is_not_lifted(terminal: Terminal) -> None:
    terminal.clinic("--live")
    terminal.run("import", terminal.list(), "--clinic", "Rosewood Skin")
    told = terminal.run("client", "consent", "3", "sms", "--source", "paper form")
    assert "client no. 3 agreed to care by sms (paper form)" in told.stdout
    held = terminal.json("export", "3")
    assert [(x["act"], x["source"], x["recorded_by"]) for x in held["consent"]] == [
        ("desk", "paper form", "command line")
    ]
    terminal.run(
        "import",
        terminal.list(LIST.replace("yes,,B-2", "opted out,,B-2")),
        "--clinic",
        "Rosewood Skin",
    )
    refused = terminal.run("client", "consent", "2", "sms", "--source", "paper form", code=2)
    assert "only they can take that back" in refused.stderr


def test_forgetting_is_shown_first_and_done_when_told(terminal: Terminal) -> None:
    terminal.clinic("--live")
    terminal.run("import", terminal.list(), "--clinic", "Rosewood Skin")
    assert "Nothing was changed" in terminal.run("forget", "1").stdout
    assert terminal.json("export", "1")["client"][0]["first_name"] == "Ana"
    assert "is erased" in terminal.run("forget", "1", "--yes").stdout
    assert terminal.json("export", "1")["client"][0]["first_name"] == "(erased)"
    assert "erased already" in terminal.run("forget", "1", "--yes", code=2).stderr


def test_purging_is_shown_first_and_done_when_told(terminal: Terminal) -> None:
    terminal.clinic("--live")
    terminal.run("import", terminal.list(), "--clinic", "Rosewood Skin")
    assert "kept for too long" in terminal.run("purge").stdout
    terminal.clock.move_to(datetime(2032, 4, 1, tzinfo=UTC))
    terminal.run("tick")
    dry = terminal.json("purge")
    assert not dry["done"]
    assert dry["purged"]["deliveries"] > 0
    assert terminal.json("purge", "--yes")["purged"] == dry["purged"]
    assert terminal.json("purge", "--yes")["purged"] == {}


def test_an_export_reads_well_on_a_screen(terminal: Terminal) -> None:
    terminal.clinic("--live")
    terminal.run("import", terminal.list(), "--clinic", "Rosewood Skin")
    told = terminal.run("export", "1").stdout
    assert "consent (2)" in told
    assert "first_name: Ana" in told
