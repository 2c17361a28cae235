"""The command that shows what waits for a person."""

from __future__ import annotations

import json
from typing import Any

from typer.testing import CliRunner

from reminders.cli import commands
from tests.conftest import House, ana
from tests.support.inbound_texts import (
    ANAS,
    TREATED,
    Door,
)


def asked_of(house: House, *words: str) -> Any:
    env = {"DATABASE_URL": house.app.settings.database_url, "LOG_LEVEL": "error"}
    told = CliRunner().invoke(commands, words, env=env)
    assert told.exit_code == 0, told.output
    return told


def test_the_command_line_shows_what_waits_alarms_first(house: House, door: Door) -> None:
    house.enrol(ana(TREATED))
    assert "No reply is waiting" in asked_of(house, "replies").output
    for body in ("[thanks]", "I have a fever", "STOP", "HELP"):
        door.text(body)
    found = json.loads(asked_of(house, "replies", "--json").stdout)
    assert [(row["body"], row["alarm"], row["first_name"]) for row in found] == [
        ("I have a fever", "infection", "Ana"),
        ("[thanks]", None, "Ana"),
    ]
    assert "I have a fever" in asked_of(house, "replies", "--clinic", "Rosewood Skin").output
    assert json.loads(asked_of(house, "status", "--json").stdout)["replies"] == 2


def test_a_stop_is_shown_where_the_number_is(house: House, door: Door) -> None:
    house.enrol(ana(TREATED))
    door.text("STOP")
    (row,) = json.loads(asked_of(house, "client", "list", "--json").stdout)
    assert [(stop["contact"], stop["reason"]) for stop in row["stops"]] == [(ANAS, "opted-out")]
    assert "opted out" in " ".join(asked_of(house, "client", "list").output.split())
