"""A database that may be older than what was sent, or a copy of another, sends nothing by itself."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.operations import Backup, Operator, operating

pytestmark = pytest.mark.portable


@pytest.fixture
def operator(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Operator]:
    with operating(database_url, tmp_path, monkeypatch) as found:
        yield found


@pytest.fixture
def backup(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> Backup:
    return Backup(operator, monkeypatch)


@pytest.mark.parametrize("entered_again", [pytest.param(True, marks=pytest.mark.both), False])
def test_after_restoring_an_older_backup_nothing_is_sent_twice(
    operator: Operator, backup: Backup, *, entered_again: bool
) -> None:
    operator.take_in(0, 1)
    operator.run("tick")
    operator.take_in(1, 3)
    backup.make()
    operator.run("tick")
    operator.take_in(3, 4)
    operator.run("tick")
    before = operator.sent()
    assert sum(before.values()) == 8
    backup.restore()
    assert "held" in operator.run("tick", code=2)
    assert "held" in operator.run("tick", code=2)
    assert operator.sent() == before
    if entered_again:
        operator.take_in(3, 5)
    assert f"{3 if entered_again else 2} had been sent" in operator.run("reconcile")
    operator.run("tick")
    after = operator.sent()
    assert set(after.values()) == {1}
    assert after - before == Counter({"+447700900004": 1} if entered_again else {})
    status = operator.json("status")
    assert status["held"] is None
    assert status["in_doubt"] == (4 if entered_again else 2), "emails are left to staff"


def test_a_clone_under_another_address_sends_nothing_until_it_is_adopted(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator.take_in(0, 1)
    operator.run("tick")
    operator.take_in(1, 2)
    monkeypatch.setenv("PUBLIC_URL", "https://staging.clinic.example")
    assert "another address" in operator.run("tick", code=2)
    assert "another address" in operator.run("reconcile")
    operator.run("tick", code=2)
    assert sum(operator.sent().values()) == 2
    assert "sends from now on" in operator.run("adopt")
    operator.run("tick")
    assert sum(operator.sent().values()) == 3, "the email was due while nobody could tell"


def test_adopting_lets_everything_go_as_it_stands(operator: Operator, backup: Backup) -> None:
    operator.take_in(0, 1)
    operator.run("tick")
    operator.take_in(1, 2)
    backup.make()
    backup.restore()
    operator.run("tick", code=2)
    operator.run("adopt")
    operator.run("tick")
    assert len(operator.sent()) == 4
    assert set(operator.sent().values()) == {1}


@pytest.mark.both
def test_a_disk_put_back_from_a_snapshot_is_found_out_by_asking(operator: Operator) -> None:
    """Nothing in the database and beside it tells; but Twilio has already sent what is yet to be sent."""
    operator.take_in(0, 1)
    operator.run("tick")
    sent = operator.sent()
    operator.sql(
        "DELETE FROM attempt",
        "UPDATE reminder SET status = 'planned', claim = NULL WHERE status = 'accepted'",
    )
    operator.age_heartbeat()
    assert "Twilio has already sent" in operator.run("tick", code=2)
    operator.run("reconcile")
    operator.run("tick")
    assert operator.sent() == sent


def test_an_ordinary_night_without_beats_holds_nothing(operator: Operator) -> None:
    operator.take_in(0, 1)
    operator.run("tick")
    operator.take_in(1, 2)
    operator.age_heartbeat()
    operator.run("tick")
    assert len(operator.sent()) == 4
    assert set(operator.sent().values()) == {1}


@pytest.mark.parametrize("word", ["reconcile", "adopt"])
def test_who_was_erased_after_the_backup_was_made_is_erased_again(
    operator: Operator, backup: Backup, monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    monkeypatch.setenv("ERASURES_FILE", str(operator.folder / "erasures"))
    operator.take_in(0, 2)
    operator.run("tick")
    backup.make()
    operator.run("forget", "1", "--yes")
    backup.restore()
    operator.run("tick", code=2)
    assert [name for (name,) in operator.ask(NAMES)] == ["Ana", "Ana"]
    assert "erased after the backup was made: 1." in operator.run(word)
    assert [name for (name,) in operator.ask(NAMES)] == ["(erased)", "Ana"]
    assert "erased after" not in operator.run(word)
    noted = (operator.folder / "erasures").read_text()
    assert len(noted.splitlines()) == 1
    assert not re.search("Ana|4477|mail", noted)


def test_another_client_who_got_the_number_of_one_erased_is_not_erased(
    operator: Operator, backup: Backup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ERASURES_FILE", str(operator.folder / "erasures"))
    operator.run("tick")
    backup.make()
    operator.take_in(0, 1)
    operator.run("forget", "1", "--yes")
    backup.restore()
    operator.take_in(5, 6)
    operator.run("adopt")
    assert [name for (name,) in operator.ask(NAMES)] == ["Ana"]


NAMES = "SELECT first_name FROM client ORDER BY id"
