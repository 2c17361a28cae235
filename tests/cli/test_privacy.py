"""Commands about what is held of a client: consent, export, erasure, retention."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from reminders.store.database import open_engine
from tests.support.terminal import LIST, Terminal

pytestmark = pytest.mark.portable


def test_a_consent_is_recorded_with_its_source_and_a_stop_is_not_lifted(terminal: Terminal) -> None:
    terminal.clinic("--live")
    terminal.run("import", terminal.list(), "--clinic", "Rosewood Skin")
    told = terminal.run("client", "consent", "3", "sms", "--source", "paper form")
    assert "client 3 consented to care messages by sms (paper form)" in told.stdout
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
    assert "only they can undo that" in refused.stderr


def test_forgetting_is_shown_first_and_done_when_told(terminal: Terminal) -> None:
    terminal.clinic("--live")
    terminal.run("import", terminal.list(), "--clinic", "Rosewood Skin")
    assert "Nothing has been changed" in terminal.run("forget", "1").stdout
    assert terminal.json("export", "1")["client"][0]["first_name"] == "Ana"
    assert "is erased" in terminal.run("forget", "1", "--yes").stdout
    assert terminal.json("export", "1")["client"][0]["first_name"] == "(erased)"
    assert "already been erased" in terminal.run("forget", "1", "--yes", code=2).stderr


def practised(terminal: Terminal) -> list[str]:
    """Let a pass write messages to two clients down, and return what the outbox holds."""
    terminal.ready()
    terminal.clock.move_to(datetime(2026, 3, 2, 12, 5, tzinfo=UTC))
    terminal.run("tick")
    return written(terminal)


def written(terminal: Terminal) -> list[str]:
    return sorted(path.read_text("utf-8") for path in (terminal.folder / "outbox").iterdir())


def test_what_only_the_outbox_holds_of_an_erased_client_goes_too(terminal: Terminal) -> None:
    before = practised(terminal)
    assert len([words for words in before if "900101" in words]) == 1
    (terminal.folder / "outbox" / "20260302T120500Z-test.20260302120500.txt").write_text("a test")
    terminal.run("forget", "1")
    assert len(written(terminal)) == len(before) + 1
    told = terminal.run("forget", "1", "--yes").stdout
    assert "files in the outbox: 1" in told
    assert "Twilio" not in told
    assert written(terminal) == sorted([*(x for x in before if "900101" not in x), "a test"])


def test_twilio_is_named_where_a_text_left_through_it(terminal: Terminal) -> None:
    practised(terminal)
    engine = open_engine(os.environ["DATABASE_URL"])
    with engine.begin() as connection:
        connection.execute(text("UPDATE attempt SET provider_id = 'SM' || id"))
    engine.dispose()
    told = terminal.run("forget", "1", "--yes").stdout
    assert "texts at Twilio: 1" in told
    assert "Twilio is asked to delete the words of these texts" in told


def test_purging_is_shown_first_and_done_when_told(terminal: Terminal) -> None:
    terminal.clinic("--live")
    terminal.run("import", terminal.list(), "--clinic", "Rosewood Skin")
    assert "nothing to purge" in terminal.run("purge").stdout
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
