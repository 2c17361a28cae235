"""A terminal: commands as a person types them, and what they print."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import time_machine
import typer.testing
from typer.main import get_command
from typer.testing import CliRunner, Result

from reminders.cli import commands

APRIL = datetime(2026, 4, 1, tzinfo=UTC)
LIST = """first_name,last_name,phone,email,treatment,treated_at,sms_consent,email_consent,external_id
Ana,Costa,07700 900101,ana@mail.example,Microneedling,2026-03-12 14:30,yes,yes,B-1
Bea,Lind,07700 900102,,Microneedling,2026-03-01 11:00,yes,,B-2
Cleo,Stone,07700 900103,,Microneedling,2026-03-13 11:00,,,B-3
"""


def read_commands_once(patch: pytest.MonkeyPatch) -> None:
    """Read from the code what may be typed once for all tests, as a process does, and not at every
    command.
    """
    patch.setattr(typer.testing, "_get_command", cache(get_command))


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
