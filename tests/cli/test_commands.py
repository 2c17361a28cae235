"""Every command, as a person types it."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from sqlalchemy import text
from typer.testing import CliRunner, Result

from reminders.cli import commands
from reminders.settings import Settings
from reminders.store import migrations
from reminders.store.database import open_engine
from tests.conftest import MONDAY

pytestmark = pytest.mark.portable

APRIL = datetime(2026, 4, 1, tzinfo=UTC)
LIST = """first_name,last_name,phone,email,treatment,treated_at,sms_consent,email_consent,external_id
Ana,Costa,07700 900101,ana@mail.example,Microneedling,2026-03-12 14:30,yes,yes,B-1
Bea,Lind,07700 900102,,Microneedling,2026-03-01 11:00,yes,,B-2
Cleo,Stone,07700 900103,,Microneedling,2026-03-13 11:00,,,B-3
"""


@dataclass
class Terminal:
    """A terminal in a folder of its own."""

    folder: Path
    clock: time_machine.Traveller

    def run(self, *words: str, code: int = 0, given: str | None = None) -> Result:
        result = CliRunner().invoke(commands, list(words), input=given)
        assert result.exit_code == code, (result.output, result.exception)
        return result

    def json(self, *words: str) -> Any:
        return json.loads(self.run(*words, "--json").stdout)

    def clinic(self, *more: str) -> Result:
        return self.run(
            "clinic", "add", "Rosewood Skin", "--time-zone", "Europe/London",
            "--phone", "020 7946 0018", "--email", "desk@rosewood.example",
            "--address", "18 Rose Street", *more,
        )  # fmt: skip

    def list(self, content: str = LIST) -> str:
        path = self.folder / "list.csv"
        path.write_text(content, "utf-8")
        return str(path)

    def ready(self) -> None:
        self.clinic("--live")
        self.run("import", self.list(), "--clinic", "Rosewood Skin")


@pytest.fixture
def terminal(
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Terminal]:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    with time_machine.travel(MONDAY, tick=True) as clock:
        yield Terminal(tmp_path, clock)


def test_a_clinic_is_added_in_practice_mode_and_let_out_of_it(terminal: Terminal) -> None:
    assert "practice mode" in terminal.clinic().output
    assert "is live" in terminal.run("clinic", "edit", "rosewood skin", "--live").output
    (clinic,) = terminal.json("clinic", "list")
    assert (clinic["live"], clinic["country"], clinic["phone"]) == (True, "GB", "+442079460018")
    assert clinic["wording_accepted_at"]
    assert "practice mode" in terminal.run("clinic", "edit", "Rosewood Skin", "--practice").output
    assert "Rosewood Skin" in terminal.run("clinic", "list").output


def test_a_clinic_s_faults_are_told_together(terminal: Terminal) -> None:
    told = terminal.run(
        "clinic", "add", "x" * 80, "--time-zone", "Mars", "--phone", "+1", "--email", "e",
        "--address", " ", code=2,
    )  # fmt: skip
    assert [word in told.stderr for word in ("name:", "time_zone:", "phone:", "email:", "address:")]
    assert terminal.json("clinic", "list") == []


def test_an_unknown_clinic_is_told_with_the_known_ones(terminal: Terminal) -> None:
    terminal.clinic()
    told = terminal.run("import", terminal.list(), "--clinic", "Rosewod", code=2)
    assert "no clinic called “Rosewod”" in told.stderr
    assert "Rosewood Skin" in told.stderr


def test_a_list_goes_in_and_says_what_it_did(terminal: Terminal) -> None:
    terminal.clinic("--live")
    told = terminal.run("import", terminal.list(), "--clinic", "Rosewood Skin")
    assert "3 of 3 rows taken in: 3 added." in told.stdout
    again = terminal.json("import", terminal.list(), "--clinic", "Rosewood Skin")
    assert again["effects"] == {"unchanged": 3}
    assert (again["planned"], again["moved"], again["faults"]) == (0, 0, [])


def test_a_faulty_list_is_not_taken_in_unless_without_its_bad_rows(terminal: Terminal) -> None:
    terminal.clinic("--live")
    faulty = LIST.replace("2026-03-13", "2026-02-31")
    told = terminal.run("import", terminal.list(faulty), "--clinic", "Rosewood Skin", code=2)
    assert "Nothing was taken in: 1 of 3 rows faulty" in told.stdout
    assert "treated_at" in told.stdout
    assert terminal.json("client", "list") == []
    told = terminal.run("import", terminal.list(faulty), "--clinic", "Rosewood Skin", "--good-rows")
    assert "2 of 3 rows taken in" in told.stdout
    assert len(terminal.json("client", "list")) == 2


def test_a_file_that_is_no_list_is_told_without_a_trace(terminal: Terminal) -> None:
    terminal.clinic()
    told = terminal.run("import", "nowhere.csv", "--clinic", "Rosewood Skin", code=2)
    assert "cannot be opened" in told.stderr
    assert "Traceback" not in told.output


def test_a_tick_sends_what_is_due_and_says_that_nothing_left_the_machine(
    terminal: Terminal,
) -> None:
    terminal.ready()
    terminal.clock.move_to(datetime(2026, 3, 2, 12, 5, tzinfo=UTC))
    told = terminal.json("tick")
    assert told["delivery"] == "outbox"
    assert told["sent"] == {"sms": 2}  # a welcome to each of two
    assert len(list((terminal.folder / "outbox").iterdir())) == 2
    again = terminal.run("tick")
    assert "0 sent" in again.stdout
    assert "nothing leaves this machine" in again.stderr


def test_json_is_all_there_is_on_standard_output(
    terminal: Terminal,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LOG_LEVEL", "debug")
    terminal.ready()
    terminal.clock.move_to(datetime(2026, 3, 2, 12, 5, tzinfo=UTC))
    told = terminal.run("tick", "--json")
    json.loads(told.stdout)
    assert '"event": "settled"' in told.stderr


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
    assert "has not said yes" in terminal.run("preview", "--client", "3").stdout


def test_preview_of_a_practising_clinic_says_what_would_go(terminal: Terminal) -> None:
    terminal.clinic()
    terminal.run("import", terminal.list(), "--clinic", "Rosewood Skin")
    told = terminal.run("preview", "--client", "1")
    assert "practice mode" in told.stderr
    assert "SPF 30+" in told.stdout


def test_preview_of_nobody_says_how_to_find_somebody(terminal: Terminal) -> None:
    assert "reminders client list" in terminal.run("preview", "--client", "9", code=2).stderr


def test_simulate_plays_the_whole_database_and_changes_nothing(terminal: Terminal) -> None:
    terminal.ready()
    before = terminal.json("status")
    found = terminal.json("simulate", "--from", "2026-03-02", "--to", "2026-03-31")
    # Both: a welcome. Ana: two before, four texts after; Bea: day one to week two by text.
    assert (found["texts"], found["segments"], found["emails"]) == (12, 12, 7)
    assert found["not_sent"]["no-consent"] > 0
    after = terminal.json("status")
    assert before | {"at": ""} == after | {"at": ""}
    assert not (terminal.folder / "outbox").exists()
    assert "texts (12 segments)" in terminal.run(
        "simulate", "--from", "2026-03-02", "--to", "2026-03-31",
    ).stdout  # fmt: skip


def test_what_was_simulated_is_what_then_happens(terminal: Terminal) -> None:
    terminal.ready()
    found = terminal.json("simulate", "--from", "2026-03-02", "--to", "2026-03-31")
    while (due := datetime.fromisoformat(terminal.json("status")["next_due_at"])) < APRIL:
        terminal.clock.move_to(due)
        terminal.run("tick")
    assert terminal.json("status")["sent"] == found["texts"] + found["emails"]


def test_simulate_refuses_days_in_the_wrong_order(terminal: Terminal) -> None:
    told = terminal.run("simulate", "--from", "2026-03-31", "--to", "2026-03-02", code=2)
    assert "earlier day first" in told.stderr


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


def test_a_treatment_is_moved_and_cancelled_by_its_number(terminal: Terminal) -> None:
    terminal.ready()
    told = terminal.run("treatment", "move", "1", "19 March 2026 15:00")
    assert "Thursday 19 March 2026" in told.stdout
    assert "16 reminders move" in told.stdout
    assert "no. 1 on 2026-03-19" in terminal.run("client", "list").stdout
    assert "16 reminders" in terminal.run("treatment", "cancel", "1").stdout
    assert "(cancelled)" in terminal.run("client", "list", "--clinic", "Rosewood Skin").stdout
    assert "not a date" in terminal.run("treatment", "move", "1", "soon", code=2).stderr
    assert "no treatment" in terminal.run("treatment", "cancel", "99", code=2).stderr


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


def test_wrong_settings_stop_every_command_with_all_their_faults(
    terminal: Terminal,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DELIVERY", "live")
    monkeypatch.setenv("PORT", "x")
    for words in (["tick"], ["serve"], ["worker"], ["web"], ["migrate"], ["status"]):
        told = terminal.run(*words, code=2)
        assert "PORT" in told.stderr
        assert "SECRET_KEY" in told.stderr
        assert "Traceback" not in told.output


def test_an_older_database_is_refused_with_the_command_that_mends_it(terminal: Terminal) -> None:
    terminal.clinic()
    engine = open_engine(os.environ["DATABASE_URL"])
    try:
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
        assert "reminders migrate" in terminal.run("status", code=2).stderr
    finally:
        with engine.begin() as connection:
            connection.execute(
                text(f"UPDATE alembic_version SET version_num = '{migrations.newest()}'")
            )
        engine.dispose()


def test_a_database_that_is_away_is_told_in_a_sentence(
    terminal: Terminal,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    told = terminal.run("status", code=2)
    assert "does not answer" in told.stderr
    assert "DATABASE_URL" in told.stderr


def test_a_test_message_goes_to_oneself(terminal: Terminal) -> None:
    terminal.run("send-test", "+44 7700 900101")
    terminal.run("send-test", "ana@mail.example")
    files = sorted(path.suffix for path in (terminal.folder / "outbox").iterdir())
    assert files == [".eml", ".txt"]
    assert "phone number" in terminal.run("send-test", "hello", code=2).stderr


def test_migrate_says_whether_there_was_anything_to_do(terminal: Terminal) -> None:
    assert "was up to date" in terminal.run("migrate").stdout


def test_settings_may_stand_in_a_file_that_the_environment_overrides(
    terminal: Terminal,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (terminal.folder / ".env").write_text("OUTBOX_DIR=elsewhere\nPORT=x\n", "utf-8")
    monkeypatch.setenv("PORT", "8000")
    terminal.run("send-test", "+44 7700 900101")
    assert (terminal.folder / "elsewhere").is_dir()


def test_every_command_has_help() -> None:
    for words in ([], ["clinic"], ["client"], ["treatment"]):
        told = CliRunner().invoke(commands, [*words, "--help"], env={"COLUMNS": "200"}).output
        for name, sentence in re.findall(r"│ ([a-z-]+)\s+(.*?)\s*│", told):
            assert sentence, name


def test_a_fault_of_our_own_is_told_in_a_sentence(
    terminal: Terminal,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    from reminders import cli
    from reminders.cli import inspection

    def breaks(*_: Any, **__: Any) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(inspection, "standing", breaks)
    monkeypatch.setattr(sys, "argv", ["reminders", "status"])
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert left.value.code == 3
    told = capsys.readouterr().err
    assert "RuntimeError" in told
    assert "secret detail" not in told
    assert "Traceback" not in told


def test_reconcile_asks_about_everything_in_doubt(terminal: Terminal) -> None:
    terminal.ready()
    assert "Nothing is in doubt" in terminal.run("reconcile").stdout
    assert terminal.json("reconcile")["proven"] == {}


def test_a_clinic_s_limits_are_set_by_channel(terminal: Terminal) -> None:
    terminal.ready()
    told = terminal.run("clinic", "limit", "Rosewood Skin", "sms", "--per-minute", "60")
    assert "at most 60 a minute" in told.stdout
    told = terminal.run("clinic", "limit", "rosewood skin", "email")
    assert "as fast as the provider takes them" in told.stdout
    terminal.run("clinic", "limit", "Rosewood Skin", "sms", "--per-day", "0", code=2)


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
    assert "only she can take that back" in refused.stderr


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
