"""Files made to do harm end in one sentence, in a process that has nothing to take along."""

from __future__ import annotations

import sys
from dataclasses import replace
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path

import pytest

from reminders import confinement
from reminders.rules.terms import InputError
from reminders.rules.translation import Translation, translated_to
from reminders.spreadsheets import read_table, table_of
from reminders.workbooks import isolation
from reminders.workbooks.terms import LIMITS
from tests.support.workbooks import HEADINGS, HOSTILE, LIST, ROW, xlsx

LONG = {"rows without end", "a bomb of one cell"}
"""Files that take a second each; of the others every second one is tried quickly."""


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(one, marks=pytest.mark.slow if one in LONG or n % 2 else ())
        for n, one in enumerate(HOSTILE)
    ],
)
def test_whatever_a_file_does_there_it_ends_in_one_sentence_that_says_what_to_do(
    name: str,
) -> None:
    written, problem = HOSTILE[name]
    with pytest.raises(InputError, match=problem) as refused:
        table_of(written())
    assert refused.value.mend


class Shouted(NullTranslations):
    """A language that every sentence can be told by."""

    def gettext(self, message: str) -> str:
        return f"¡{message}!"


@pytest.mark.parametrize(
    "file, sheet, problem",
    [
        (xlsx(LIST), "100 % new", "¡There is no filled sheet called “100 % new”.!"),
        (HOSTILE["cut in two"][0](), None, "¡This workbook cannot be opened.!"),
    ],
)
def test_a_refusal_is_in_the_language_of_whoever_asked(
    file: bytes, sheet: str | None, problem: str
) -> None:
    with translated_to(Translation("es", Shouted())), pytest.raises(InputError) as refused:
        table_of(file, sheet)
    assert refused.value.problem == problem
    assert refused.value.mend.startswith("¡")


def test_a_workbook_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    soon = replace(isolation.READER, limits=replace(LIMITS, patience=0.01))
    monkeypatch.setattr(isolation, "READER", soon)
    with pytest.raises(InputError, match=r"too long .*CSV"):
        table_of(xlsx(LIST))


def instead_of_the_reader(path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    program = path / "reader.sh"
    program.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    program.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(program))


@pytest.mark.parametrize("end", ["kill -ABRT $$", "kill -SEGV $$", "kill -XCPU $$", "exit 1"])
def test_a_reader_that_dies_takes_nothing_along(
    end: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    instead_of_the_reader(tmp_path, monkeypatch, f"echo '[1,[\"half a row'; {end}")
    with pytest.raises(InputError, match="too large"):
        table_of(xlsx(LIST))


def test_the_reader_knows_no_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "very secret")
    instead_of_the_reader(tmp_path, monkeypatch, f"env >{tmp_path}/known; exit 1")
    with pytest.raises(InputError):
        table_of(xlsx(LIST))
    assert "PATH=" in (tmp_path / "known").read_text("utf-8")
    assert "secret" not in (tmp_path / "known").read_text("utf-8").lower()


def test_more_workbooks_than_there_are_places_are_put_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taken = [isolation.READER.places.acquire(blocking=False) for _ in range(4)]
    assert all(taken)
    try:
        with pytest.raises(InputError, match="Try again in a minute"):
            table_of(xlsx(LIST))
    finally:
        for _ in taken:
            isolation.READER.places.release()
    assert table_of(xlsx(LIST)).header == HEADINGS


def test_a_full_disk_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(confinement, "copyfileobj", full)
    with pytest.raises(InputError, match="at the moment"):
        table_of(xlsx(LIST))


def test_a_file_on_disk_is_handed_over_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(xlsx(LIST))
    assert read_table(path).rows == [(2, ROW)]
    with path.open("rb") as file:
        file.read(100)  # wherever somebody was reading
        assert list(isolation.workbook_rows(file)) == [(1, HEADINGS), (2, ROW)]
    assert list(isolation.workbook_rows(BytesIO(xlsx(LIST)))) == [(1, HEADINGS), (2, ROW)]
