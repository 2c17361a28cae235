"""``--json`` is a contract: each command prints its declared shape, and nothing beside it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import TypeAdapter
from typer.main import get_command

from reminders.cli import commands
from reminders.rules.keywords import Kind
from reminders.rules.roles import Role
from reminders.rules.terms import Reason
from reminders.shapes.documentation import COMMANDS
from reminders.store.database import open_engine, writing
from reminders.store.queries.staff import join
from reminders.store.tables import Feed, Reply, Staff, Suppression
from tests.conftest import MONDAY
from tests.support.terminal import LIST, Terminal

pytestmark = pytest.mark.portable

CLINIC = ("--clinic", "Rosewood Skin")
WORDS: dict[str, tuple[str, ...]] = {
    "preview": ("--client", "1"),
    "simulate": ("--from", "2026-03-02", "--to", "2026-03-31"),
    "import": ("list.csv", *CLINIC),
    "clinic countries": ("Rosewood Skin",),
    "clinic services": ("Rosewood Skin",),
    "clinic feeds": ("Rosewood Skin",),
    "clinic sender": ("Rosewood Skin",),
    "clinic endpoints": ("Rosewood Skin", "--add", "https://hooks.example/a"),
    "export": ("1",),
    "client merge": ("1", "2", "--preview"),
    "consent-report": CLINIC,
    "registration": CLINIC,
}


def leaves(command: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    inner = getattr(command, "commands", None)
    for key, one in (inner or {}).items():
        yield from leaves(one, f"{name} {key}".strip())
    if not inner:
        yield name, command


def test_every_command_that_speaks_json_declares_its_shape() -> None:
    speaking = {
        name
        for name, command in leaves(get_command(commands))
        if any("--json" in option.opts for option in command.params)
    }
    assert speaking == set(COMMANDS)


def full(terminal: Terminal) -> None:
    """Fill a house with a row of every kind, and a pass made."""
    doubtful = LIST.replace("Microneedling", "Skin rejuvenation").replace("B-", "D-")
    terminal.clinic("--live")
    terminal.run("import", terminal.list(doubtful), *CLINIC)
    terminal.run("import", terminal.list(), *CLINIC)
    terminal.run("client", "consent", "1", "sms", "--source", "paper form")
    terminal.run("tick")
    terminal.run("pause")
    terminal.run("key", "add", "booking system", *CLINIC)
    engine = open_engine(os.environ["DATABASE_URL"])
    at: dict[str, Any] = {"clinic_id": 1, "contact": "+447700900101"}
    reply: dict[str, Any] = {**at, "client_id": 1, "provider_id": "SM1", "kind": Kind.REPLY}
    with writing(engine) as session:
        member = Staff(email="sam@rosewood.example", name="Sam Field", created_at=MONDAY)
        session.add(member)
        session.flush()
        join(session, member.id, 1, Role.STAFF)
        session.add(
            Suppression(**at, reason=Reason.OPTED_OUT, source="reply", suppressed_at=MONDAY)
        )
        session.add(Reply(**reply, body="Hello", received_at=MONDAY))
        calendar: dict[str, Any] = {
            "clinic_id": 1,
            "host": "calendar.example",
            "address": "",
            "address_hash": "",
        }
        session.add(Feed(**calendar, added_at=MONDAY, added_by="Sam", due_at=MONDAY))
    engine.dispose()


def test_each_command_prints_the_shape_it_declares(terminal: Terminal) -> None:
    full(terminal)
    for name, shape in COMMANDS.items():
        apart = name == "doctor" and "postgresql" in os.environ["DATABASE_URL"]  # the clocks
        words = (*name.split(), *WORDS.get(name, ()), "--json")
        told = terminal.run(*words, code=int(apart)).stdout
        found: Any = TypeAdapter(shape).validate_json(told)
        assert found or name == "forecast", name


def test_a_client_is_told_by_what_a_program_needs_and_nothing_of_our_own(
    terminal: Terminal,
) -> None:
    terminal.ready()
    first, *_ = terminal.json("client", "list")
    known = {name: first[name] for name in ("id", "first_name", "last_name", "phone", "email", "language", "time_zone")}  # fmt: skip
    assert known == {
        "id": 1, "first_name": "Ana", "last_name": "Costa", "phone": "+447700900101",
        "email": "ana@mail.example", "language": "en", "time_zone": None,
    }  # fmt: skip
    assert not first.keys() & {"name_key", "family_key", "page_key", "page_edition", "version"}
    assert first["treatments"][0]["ends_at"] == "2026-03-12T15:30:00+00:00"
