"""Lists as clinics really have them: whom reminders are planned for, and who is asked about."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from reminders.intake import lists
from reminders.intake.answers import answer
from reminders.intake.list_results import Taken
from reminders.questions import questions
from reminders.spreadsheets import read_table
from reminders.store.database import reading, writing
from reminders.store.queries import people
from tests.conftest import House
from tests.support.lists import arrive

pytestmark = pytest.mark.portable

LISTS = Path(__file__).parent / "lists"
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def bring_in(house: House, name: str) -> Taken:
    """Take a list in as the command line does with --good-rows."""
    path = LISTS / name
    with reading(house.engine) as session:
        clinic = people.clinic(session, 1)
        known = questions.answers(session, clinic.id)
        library = house.app.library
        checked = lists.check(read_table(path), path.name, clinic, library, NOW, answers=known)
    return arrive(house, checked, NOW)


def in_zone(house: House, zone: str, country: str) -> None:
    house.clock.now = NOW
    with writing(house.engine) as session:
        clinic = people.clinic(session, 1)
        clinic.time_zone, clinic.country = zone, country


def planned_for(house: House) -> set[str]:
    """Return whom any reminder is planned for."""
    with reading(house.engine) as session:
        rows = session.execute(
            text(
                "SELECT DISTINCT c.first_name, c.last_name FROM client c"
                " JOIN reminder r ON r.client_id = c.id"
                " WHERE r.status = 'planned' AND r.treatment_id IS NOT NULL"
            )
        )
        return {f"{first} {last}" for first, last in rows}


def open_questions(house: House) -> list[questions.OpenQuestion]:
    with reading(house.engine) as session:
        return questions.open_questions(session)


def reply(house: House, question_id: int, choice: str) -> Taken:
    with writing(house.engine) as session:
        return answer(session, house.app.library, question_id, choice, "Sam", NOW)


@pytest.mark.parametrize(
    "name, zone, country, expected",
    [
        ("acuity.csv", "Europe/London", "GB", {"Ana Silva", "Cy Moss"}),
        ("jane.csv", "America/Vancouver", "CA", {"Ana Silva"}),
        ("calendly.csv", "America/New_York", "US", {"Ana Silva"}),
        ("google.csv", "Europe/London", "GB", {"Bo Lee"}),
        ("sep.csv", "Europe/London", "GB", {"Ann Lee"}),
        ("german.csv", "Europe/Berlin", "DE", {"Jürgen Groß"}),
        ("spanish.csv", "Europe/Madrid", "ES", {"Núria Gómez"}),
        ("french.csv", "Europe/Paris", "FR", {"Zoé Lefèvre"}),
        ("statuses.csv", "Europe/London", "GB", {"Hal Test"}),
    ],
)
def test_reminders_are_planned_for_exactly_those_who_are_treated(
    house: House, name: str, zone: str, country: str, expected: set[str]
) -> None:
    in_zone(house, zone, country)
    bring_in(house, name)
    assert planned_for(house) == expected
    assert open_questions(house) == []


def test_one_person_spelled_four_ways_is_one_client(house: House) -> None:
    in_zone(house, "Europe/London", "GB")
    for number in range(1, 5):
        bring_in(house, f"spelled_{number}.csv")
    with reading(house.engine) as session:
        assert len(people.clients_on(session, 1, "+447700900201")) == 1
    assert open_questions(house) == []


def test_a_reused_booking_number_is_asked_about_and_changes_nobody(house: House) -> None:
    in_zone(house, "Europe/London", "GB")
    bring_in(house, "reused_id_1.csv")
    bring_in(house, "reused_id_2.csv")
    [asked] = open_questions(house)
    assert asked.sentence == (
        "The booking number is Ana Silva’s, but the name and contact details are Bob Jones’s."
        " Whose treatment is it?"
    )
    assert planned_for(house) == {"Ana Silva"}
    assert reply(house, asked.id, "new").effects == {"added": 1}
    assert planned_for(house) == {"Ana Silva", "Bob Jones"}
    bring_in(house, "reused_id_2.csv")
    assert open_questions(house) == []
    with reading(house.engine) as session:
        assert [c.phone for c in people.clients_of(session, 1)] == [
            "+447700900201",
            "+447700900202",
        ]


def test_a_remark_in_a_name_is_never_written_to_the_client(house: House) -> None:
    in_zone(house, "Europe/London", "GB")
    bring_in(house, "names.csv")
    [asked] = open_questions(house)
    assert asked.sentence.startswith("Messages will greet this client as “Ana”.")
    assert planned_for(house) == set()
    reply(house, asked.id, "Ana")
    assert planned_for(house) == {"Ana Silva"}
    bring_in(house, "names.csv")
    assert open_questions(house) == []


HEADINGS = "first_name,last_name,phone,treated_at,sms_consent,booking_id\n"
ANA = "Ana,Silva,07700900201,2026-12-03 10:00,yes,1\n"
BEA = "Bea,Hall,07700900202,2026-12-03 11:00,yes,2\n"
CAL = "Cal,Moss,07700900203,2026-12-04 11:00,yes,3\n"


def bring_in_rows(house: House, *rows: str) -> Taken:
    path = house.outbox.parent / "list.csv"
    path.write_text(HEADINGS + "".join(rows), "utf-8")
    with writing(house.engine) as session:
        clinic, library = people.clinic(session, 1), house.app.library
        known = questions.answers(session, 1)
        checked = lists.check(read_table(path), path.name, clinic, library, NOW, answers=known)
        return lists.bring_in(session, library, clinic, checked, NOW)


@pytest.mark.parametrize(
    "choice, planned",
    [("cancelled", {"Ana Silva", "Cal Moss"}), ("keep", {"Ana Silva", "Bea Hall", "Cal Moss"})],
)
def test_who_vanishes_from_a_later_list_is_asked_about_and_not_cancelled(
    house: House, choice: str, planned: set[str]
) -> None:
    in_zone(house, "Europe/London", "GB")
    bring_in_rows(house, ANA, BEA, CAL)
    bring_in_rows(house, ANA, CAL)
    [asked] = open_questions(house)
    assert (
        asked.sentence
        == "This treatment is no longer in your file: Bea Hall (3 December). Was it cancelled?"
    )
    assert planned_for(house) == {"Ana Silva", "Bea Hall", "Cal Moss"}
    reply(house, asked.id, choice)
    assert planned_for(house) == planned
    bring_in_rows(house, ANA, CAL)
    assert open_questions(house) == []


def test_a_question_ends_when_a_later_list_answers_it(house: House) -> None:
    in_zone(house, "Europe/London", "GB")
    bring_in_rows(house, ANA, BEA, CAL)
    bring_in_rows(house, ANA, CAL)
    bring_in_rows(house, ANA, BEA, CAL)
    assert open_questions(house) == []
    bring_in_rows(house, ANA.replace("Ana", "Ana (VIP)"))
    bring_in_rows(house, ANA, BEA, CAL)
    assert open_questions(house) == []


def test_rescheduled_with_a_second_row_is_a_move(house: House) -> None:
    in_zone(house, "Europe/London", "GB")
    header = HEADINGS.replace("booking_id", "status")
    path = house.outbox.parent / "list.csv"
    one = "Ana,Silva,07700900201,2026-12-03 10:00,yes,{}\n"
    two = "Ana,Silva,07700900201,2026-12-10 10:00,yes,Confirmed\n"
    taken = []
    for rows in (one.format("Confirmed"), one.format("Rescheduled") + two):
        path.write_text(header + rows, "utf-8")
        with writing(house.engine) as session:
            clinic, library = people.clinic(session, 1), house.app.library
            checked = lists.check(read_table(path), path.name, clinic, library, NOW)
            taken.append(lists.bring_in(session, library, clinic, checked, NOW))
    assert taken[1].effects == {"moved": 1}
    assert open_questions(house) == []


def with_statuses(house: House, *rows: tuple[str, str]) -> Taken:
    """Take in rows of Ana's bookings without numbers: day and status."""
    cells = "".join(f"Ana,Silva,07700900201,{on} 10:00,yes,{status}\n" for on, status in rows)
    path = house.outbox.parent / "list.csv"
    path.write_text(HEADINGS.replace("booking_id", "status") + cells, "utf-8")
    with writing(house.engine) as session:
        clinic, library = people.clinic(session, 1), house.app.library
        checked = lists.check(read_table(path), path.name, clinic, library, NOW)
        return lists.bring_in(session, library, clinic, checked, NOW)


def days_planned(house: House) -> set[str]:
    with reading(house.engine) as session:
        return {
            f"{t.treated_on:%d %b}"
            for t in people.treatments_of(session, [1])
            if t.cancelled_at is None
        }


@pytest.mark.parametrize(
    "later, planned",
    [
        ([("2026-12-03", "Cancelled"), ("2026-12-16", "Confirmed")], {"16 Dec"}),
        ([("2026-12-16", "Confirmed"), ("2026-12-03", "Cancelled")], {"16 Dec"}),
        ([("2026-12-03", "Cancelled"), ("2027-01-14", "Confirmed")], {"14 Jan"}),
        ([("2026-12-03", "Cancelled"), ("2026-12-03", "Confirmed")], {"03 Dec"}),
        ([("2026-12-10", "Cancelled")], {"03 Dec"}),
        ([("2026-12-03", "Cancelled")], set()),
    ],
)
@pytest.mark.parametrize("before", [["2026-12-03"], ["2026-12-03", "2026-12-16"]])
def test_a_cancellation_cancels_the_day_it_names_and_no_other(
    house: House, before: list[str], later: list[tuple[str, str]], planned: set[str]
) -> None:
    in_zone(house, "Europe/London", "GB")
    with_statuses(house, *((day, "Confirmed") for day in before))
    with_statuses(house, *later)
    assert days_planned(house) == planned | ({"16 Dec"} if len(before) > 1 else set())


def test_people_of_one_visit_keep_their_treatments_when_one_comes_alone(house: House) -> None:
    in_zone(house, "Europe/London", "GB")
    rita = "Rita,Silva,07700900209,2026-12-03 10:00,yes,1\n"
    later = ANA.replace("2026-12-03", "2026-12-05")
    for rows in ([ANA, rita], [ANA], [later, rita], [ANA, rita]):
        bring_in_rows(house, *rows)
    with reading(house.engine) as session:
        treatments = list(people.treatments_of(session, [1, 2]))
    assert [(t.client_id, t.cancelled_at) for t in treatments] == [(1, None), (2, None)]


def test_a_row_that_cannot_be_read_is_not_said_to_have_vanished(house: House) -> None:
    in_zone(house, "Europe/London", "GB")
    with_statuses(house, ("2026-12-03", "Confirmed"), ("2026-12-20", "Confirmed"))
    with_statuses(house, ("2026-12-03", "Parked"), ("2026-12-20", "Confirmed"))
    assert [asked.kind for asked in open_questions(house)] == ["status"]
