"""What waits for a person about a client: gone with the client, told to them, and not kept for ever."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, select

from reminders.intake import lists
from reminders.privacy import retention
from reminders.questions import questions
from reminders.questions.questions import OpenQuestion
from reminders.rules.identity import PART
from reminders.rules.questions import (
    about_name,
    about_person,
    about_phone,
    about_service,
    about_vanished,
)
from reminders.rules.told_bookings import SourceKind
from reminders.spreadsheets import read_table
from reminders.store.database import reading, writing
from reminders.store.queries import people
from reminders.store.queries import questions as queries
from reminders.store.tables import Treatment
from tests.conftest import House, ana
from tests.privacy.test_retention import DAY_1, everything, purge
from tests.support.bookings import Vendor, calcom, clients, deliveries
from tests.support.erasure import client_of, forget
from tests.support.questions import ask, row

pytestmark = pytest.mark.portable

TREATED = date(2026, 3, 2)
GLOW = about_service("Glow", ())


def known(house: House) -> None:
    house.enrol(ana(TREATED, last_name="Costarica"))


def waiting(house: House) -> list[str]:
    with reading(house.engine) as session:
        return [one.cells for one in queries.waiting_at(session, 1)]


def asked(house: House) -> list[OpenQuestion]:
    with reading(house.engine) as session:
        return questions.open_questions(session, 1)


def answer(house: House, number: int, choice: str) -> None:
    with writing(house.engine) as session:
        found = queries.question(session, number)
        assert found is not None
        questions.take_answer(session, found, choice, "olga@rosewood.example", house.clock())


@pytest.mark.parametrize(
    "cells",
    [
        row(phone="07700 900101", first="A.", last=""),
        row(phone="", email="Ana@Mail.example", first="?", last=""),
        row("COSTARICA", "Ana", phone="07700 900777"),
    ],
    ids=["number", "address", "name"],
)
def test_an_erased_client_s_waiting_rows_go_and_the_questions_with_them(
    house: House, cells: list[str]
) -> None:
    known(house)
    ask(house, GLOW, cells)
    assert forget(house)["waiting rows"] == 1
    assert (waiting(house), asked(house)) == ([], [])


def test_rows_of_others_wait_on(house: House) -> None:
    known(house)
    other, namesake = row("Bea", "Lind", "07700 900102"), row("Ana", "Lind", "07700 900103")
    ask(house, GLOW, row(), other, namesake)
    assert forget(house)["waiting rows"] == 1
    assert [("Bea" in cells, "900103" in cells) for cells in waiting(house)] == [
        (True, False), (False, True),
    ]  # fmt: skip
    assert [one.rows for one in asked(house)] == [2]


def test_who_shares_the_number_keeps_their_own_row(house: House) -> None:
    known(house)
    house.enrol(ana(TREATED, first_name="Bea", last_name="Costarica", email=None))
    ask(house, GLOW, row("Bea", "Costarica"), row("Ana", "C."))
    assert forget(house)["waiting rows"] == 1
    (left,) = waiting(house)
    assert "Bea" in left


def test_a_question_that_another_waits_for_no_longer_names_the_erased_client(house: House) -> None:
    known(house)
    sentence = "Row 2 has Ana Costarica’s booking number, but Bob Jones’s name and number."
    doubt = about_person("x", sentence, {1: "It is Ana Costarica"})
    ask(house, doubt, row("Bob", "Jones", "07700 900102"))
    forget(house)
    (left,) = asked(house)
    assert [choice.key for choice in left.choices] == ["new", "leave-out"]
    assert left.rows == 1
    assert "costarica" not in everything(house)


def test_what_vanished_from_a_list_is_asked_of_the_others_alone(house: House) -> None:
    known(house)
    house.enrol(ana(TREATED, first_name="Bea", phone="+447700900102", email=None))
    ask(house, about_vanished("march", {1: "Ana Costarica", 2: "Bea"}))
    forget(house)
    (left,) = asked(house)
    assert (
        left.sentence
        == "This treatment is no longer in your file: Bea (2 March). Was it cancelled?"
    )
    forget(house, 2)
    assert asked(house) == []


def test_answers_about_an_erased_client_are_forgotten(house: House) -> None:
    known(house)
    doubts = {
        "Ana": about_name("x", "Ana (VIP)", "Ana"),
        "+447700900101": about_phone("x", "07700 900101 / 1", ["+447700900101"], "Ana"),
        "client:1": about_person("x", "Is it Ana?", {1: "Ana Costarica"}),
    }
    for choice, doubt in doubts.items():
        answer(house, ask(house, doubt, row("?", "", "1")), choice)
    answer(house, ask(house, GLOW), "none")
    forget(house)
    with reading(house.engine) as session:
        assert list(questions.answers(session, 1).given.values()) == ["none"]
    kept = everything(house)
    assert [one for one in ("900101", "costarica", '"ana"', "client:1") if one in kept] == []


def test_an_answered_question_no_longer_says_who_was_meant(house: House) -> None:
    doubt = about_person("x", "Is it Ana Costarica?", {1: "Ana Costarica, 07700 900101"})
    asked_of = ask(house, doubt, row("?", "", "1"))
    assert "costarica" in everything(house)
    answer(house, asked_of, "new")
    assert [one for one in ("costarica", "900101") if one in everything(house)] == []


def test_a_client_is_told_of_rows_with_their_name_and_number_and_no_others(house: House) -> None:
    known(house)
    ask(house, GLOW, row(), row("Bea"), row(phone="07700 900777"))
    with reading(house.engine) as session:
        held = retention.export(session, client_of(session), house.clock())
    assert [one["cells"] for one in held["waiting_row"]] == [waiting(house)[0]]


def test_a_row_waits_for_sixty_days_and_is_counted_when_it_goes(house: House) -> None:
    ask(house, GLOW, row())
    ask(house, about_vanished("march", {1: "Ana"}))
    answer(house, ask(house, about_service("Facial", ())), "none")
    since = house.clock() - DAY_1
    assert "waiting rows" not in purge(house, since + timedelta(59))
    assert len(asked(house)) == 2
    assert purge(house, since + timedelta(61))["waiting rows"] == 1
    assert asked(house) == []
    with reading(house.engine) as session:
        assert queries.question(session, 3) is None
        assert list(questions.answers(session, 1).given.values()) == ["none"]


LIST = """First name,Last name,Mobile,Treatment,Date,Appointment ID
Ana (VIP),Stone,07700 900201,Microneedling,2026-03-12,A-1
Cleo,Reed,07700 900202 / 07700 900203,Microneedling,2026-03-12,A-2
Ina,Costarica,07700 900101,Microneedling,2026-03-12,A-3
Dana,Lind,07700 900204,Microneedling,2026-03-12,A-4
Tom,Lind,07700 900205,Microneedling,2026-03-12,A-4
"""


def hashes_of_a_list(house: House, engine: Engine) -> set[str]:
    """Take a list in, and return every hash that stands in the place of names and numbers."""
    path = house.outbox.parent / "list.csv"
    path.write_text(LIST, "utf-8")
    with writing(engine) as session:
        clinic, now = people.clinics(session)[0], house.clock()
        known, library = questions.answers(session, clinic.id), house.app.library
        checked = lists.check(read_table(path), path.name, clinic, library, now, answers=known)
        lists.bring_in(session, library, clinic, checked, now)
        numbers = {one.external_id or "" for one in session.scalars(select(Treatment))}
        kept = {number.partition(PART)[2] for number in numbers} - {""}
        kept |= {one.row_key for one in queries.waiting_at(session, 1)}
        kept |= {one.subject for one in questions.open_questions(session, 1)}
        session.rollback()
    return kept


def test_who_holds_the_database_alone_cannot_try_out_names_and_numbers(house: House) -> None:
    known(house)
    kept = hashes_of_a_list(house, house.engine)
    assert len(kept) == 2 + 3 + 3
    guessed = hashes_of_a_list(house, house.engine.execution_options(hash_key=b""))
    assert len(guessed) == len(kept)
    assert not guessed & kept
    assert hashes_of_a_list(house, house.engine) == kept


# --- what booking systems posted ------------------------------------------------------------------


def test_what_a_booking_system_posted_of_a_client_goes_with_them(house: House) -> None:
    vendor = Vendor(house, SourceKind.CALCOM)
    vendor.told(calcom())
    vendor.told(calcom(uid="u2", eventTitle="Glow something", startTime="2026-03-20T09:00:00Z", endTime=""))  # fmt: skip
    vendor.told(calcom(uid="u3", startTime="never"))
    other = [{"name": "Zelda Fox", "email": "zelda@mail.example"}]
    vendor.told(calcom(uid="u4", attendees=other, responses={}, startTime="never", title="Zelda"))
    assert forget(house)["booking posts"] == 3
    after = everything(house)
    assert [n for n in ("costa", "ana@mail", "7700900101", '"u1"', '"u3"') if n in after] == []
    assert "zelda" in after


def test_what_is_repeated_after_an_erasure_brings_nobody_back(house: House) -> None:
    vendor = Vendor(house, SourceKind.CALCOM)
    vendor.told(calcom())
    forget(house)
    assert vendor.told(calcom())["outcome"] == "taken", "as it was answered then"
    older = calcom(at="2026-03-02T07:59:00.000Z", additionalNotes="sent anew")
    assert vendor.told(older)["outcome"] == "older"
    assert len(clients(house)) == 1


def test_what_was_posted_is_reduced_to_its_outcome_after_thirty_days(house: House) -> None:
    Vendor(house, SourceKind.CALCOM).told(calcom())
    since = house.clock() - DAY_1
    assert "booking posts' words" not in purge(house, since + timedelta(29))
    assert purge(house, since + timedelta(31))["booking posts' words"] == 1
    (kept,) = deliveries(house)
    assert (kept.body, kept.reason, kept.booking, kept.outcome) == ("", "", None, "taken")
    assert purge(house, since + timedelta(401))["booking posts"] == 1
