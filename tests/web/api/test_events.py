"""The feed tells each event once, whichever way it came about, and never before what was read."""

from __future__ import annotations

from datetime import UTC, date, datetime
from threading import Event as Signal
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import text

from reminders.consent import ledger
from reminders.privacy import retention
from reminders.rules.events import EventKind
from reminders.rules.keywords import Kind
from reminders.rules.skin_answers import Said
from reminders.rules.terms import Act, Channel
from reminders.store.database import writing
from reminders.store.tables import Client, Reply, SkinAnswer
from tests.conftest import House, ana
from tests.support.api import Program
from tests.web.desk.test_routes import filled_house


def kinds(program: Program, after: int = 0) -> list[str]:
    return [one["kind"] for one in program.get("/events", after=after).json()["events"]]


def test_every_kind_comes_whichever_way_it_happened(house: House) -> None:
    house.enrol(ana(date(2026, 3, 12), last_name="Costa"))
    program = Program(house)
    other = program.put("/clients/own/c-2?same_as=0", first_name="Bea", email="b@mail.example").json()["client"]["id"]  # fmt: skip
    program.put("/treatments/x/1", client={"own_id": "c-2"}, service="Collagen treatment", starts_at="2026-03-20")  # fmt: skip
    with writing(house.engine) as session:
        client = session.get_one(Client, 1)
        row: dict[str, Any] = {
            "clinic_id": 1,
            "client_id": 1,
            "contact": "+447700900101",
            "kind": Kind.REPLY,
        }
        session.add(Reply(provider_id="SM1", body="There is pus", alarm="pus", received_at=house.clock(), **row))  # fmt: skip
        ledger.withdraw(session, client, Channel.SMS, source="text message", now=house.clock(), act=Act.KEYWORD)  # fmt: skip
        session.execute(text("UPDATE reminder SET status = 'undelivered' WHERE id = 3"))
        now = house.clock()
        session.add(SkinAnswer(clinic_id=1, client_id=1, treatment_id=1, moment="day-1", said=Said.WORRIED, answered_at=now, changed_at=now, worried_at=now))  # fmt: skip
    program.post("/clients/1/merge", gone=other)
    program.delete("/clients/1")
    told = program.get("/events").json()
    assert {one["kind"] for one in told["events"]} == set(EventKind)
    assert [one["place"] for one in told["events"]] == list(range(1, len(told["events"]) + 1))
    assert "pus" not in str(told), "ids alone"


def test_a_cursor_goes_on_where_it_was_and_the_end_is_no_end(house: House) -> None:
    program = Program(house)
    program.ana()
    program.booked()
    first = program.get("/events", limit=1).json()
    assert [one["kind"] for one in first["events"]] == ["treatment.changed"]
    assert program.get("/events", after=first["next"]).json() == {"events": [], "next": first["next"]}  # fmt: skip
    program.put("/treatments/cliniko/b-1", status="cancelled")
    program.put("/treatments/cliniko/b-1", status="cancelled")
    assert kinds(program, first["next"]) == ["treatment.changed"], "what changes nothing is none"
    again = program.get("/events").json()["events"]
    assert again[0] == first["events"][0], "what was told stays as it was"


def test_one_clinic_s_events_are_no_other_s(house: House) -> None:
    filled_house(house)
    assert kinds(Program(house, clinic=0))
    assert kinds(Program(house, clinic=1)) == []


def test_what_commits_late_comes_after_what_was_read(house: House) -> None:
    """On PostgreSQL a transaction may take an earlier id and commit later; SQLite has one writer."""
    if house.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time, so nothing commits late there")
    program = Program(house)
    began, read = Signal(), Signal()
    program.ana()

    def slow() -> None:
        with writing(house.engine) as session:
            session.execute(text("INSERT INTO event (clinic_id, kind, row_id) VALUES (1, 'reply.received', 7)"))  # fmt: skip
            began.set()
            read.wait(10)

    thread = Thread(target=slow)
    thread.start()
    assert began.wait(10)
    program.booked()
    first = program.get("/events").json()
    assert [one["kind"] for one in first["events"]] == ["treatment.changed"]
    read.set()
    thread.join()
    late = program.get("/events", after=first["next"]).json()["events"]
    assert [(one["kind"], one["id"]) for one in late] == [("reply.received", 7)]


def test_events_have_their_time_and_are_gone_then(house: House) -> None:
    program = Program(house)
    program.ana()
    program.booked()
    program.put("/treatments/cliniko/b-1", starts_at="2026-03-20")
    house.clock.now = datetime(2026, 7, 1, tzinfo=UTC)
    with writing(house.engine) as session:
        retention.purge(session, retention.RetentionPeriods.of(house.app.settings), house.clock())
    assert kinds(program) == ["treatment.changed"], "the move has no moment of its own until then"


def test_a_list_of_many_notes_each_treatment(house: House) -> None:
    house.enrol(*(ana(date(2026, 3, 12), first_name=f"Ana {chr(97 + n)}", phone=f"+4477009001{n:02}", email=None) for n in range(20)))  # fmt: skip
    assert kinds(Program(house)).count("treatment.changed") == 20
