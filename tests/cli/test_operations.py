"""Commands for whoever runs it: what is written down stays between the service and its owner."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from reminders.store.database import open_engine
from reminders.store.restore_detector import RestoreDetector
from tests.conftest import MONDAY
from tests.support.files import modes, open_handed
from tests.support.terminal import Terminal


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_practice_installation_keeps_all_it_writes_to_its_owner(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = terminal.folder / "kept" / "here"
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{kept}/reminders.db")
    monkeypatch.setenv("OUTBOX_DIR", str(kept / "out" / "box"))
    with open_handed():
        terminal.ready()
        terminal.clock.move_to(datetime(2026, 3, 2, 12, 5, tzinfo=UTC))
        terminal.run("tick")
        terminal.run("forget", "1", "--yes")
        terminal.run("backup", str(kept / "copy.db"))
        terminal.run("consent-report", str(kept / "consents.csv"), "--clinic", "Rosewood Skin")
        engine = open_engine(f"sqlite:///{kept}/reminders.db")
        RestoreDetector(engine).write(1, MONDAY)
        with engine.connect():
            found = set(modes(kept))
            assert found >= {
                "reminders.db", "reminders.db-wal", "reminders.db-shm", "reminders.db-beats",
                "reminders.db-erasures", "copy.db", "consents.csv", "out", "out/box",
            }  # fmt: skip
            assert any(name.startswith("out/box/2026") for name in found)
            assert set(modes(terminal.folder / "kept").values()) == {"0o600", "0o700"}
        engine.dispose()
