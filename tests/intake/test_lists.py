"""A clinic's list, checked cell by cell and taken in whole, or not at all."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.exc import IntegrityError

from reminders.intake import lists
from reminders.intake.list_results import CheckedList, Taken
from reminders.list_tables import Table
from reminders.rules.terms import Channel, InputError, Status
from reminders.spreadsheets import read_table
from reminders.store.database import reading, writing
from reminders.store.queries import consents, people
from reminders.store.tables import Client, Treatment
from tests.conftest import House
from tests.support.lists import arrive

pytestmark = pytest.mark.portable

SHARED = Path(__file__).parents[3] / "shared" / "data" / "csv"
HEADER = "first_name,last_name,phone,email,language,time_zone,treatment,treated_at,ended_at,sms_consent,email_consent,consent_at,consent_source,external_id"
ANA = "Ana,Costa,07700 900101,ana@mail.example,en,,Microneedling,2026-03-12 14:30,,yes,yes,2026-03-01,form,B-1"


def check(house: House, *rows: str, header: str = HEADER) -> CheckedList:
    path = house.outbox.parent / "list.csv"
    path.write_text("\n".join((header, *rows)), "utf-8")
    return check_file(house, path)


def check_file(house: House, path: Path) -> CheckedList:
    with reading(house.engine) as session:
        clinic = people.clinics(session)[0]
        return lists.check(read_table(path), path.name, clinic, house.app.library, house.clock())


def take(house: House, checked: CheckedList) -> Taken:
    return arrive(house, checked)


def told(checked: CheckedList) -> list[tuple[int, str]]:
    return [(fault.row, fault.column) for fault in checked.faults]


@pytest.mark.both
def test_a_list_goes_in_with_its_consents_and_plans(house: House) -> None:
    taken = take(house, check(house, ANA))
    assert taken.effects == {"added": 1}
    assert taken.planned == 13
    with reading(house.engine) as session:
        (client,) = people.clients_of(session)
        given = consents.consents_of(session, {client.id})
    assert (client.first_name, client.phone, client.email) == (
        "Ana",
        "+447700900101",
        "ana@mail.example",
    )
    assert given == {(client.id, Channel.SMS): True, (client.id, Channel.EMAIL): True}


@pytest.mark.both
def test_the_same_list_twice_changes_nothing(house: House) -> None:
    take(house, check(house, ANA))
    before = house.lines()
    taken = take(house, check(house, ANA))
    assert taken.effects == {"unchanged": 1}
    assert (taken.planned, taken.moved) == (0, 0)
    assert house.lines() == before


@pytest.mark.parametrize("booking", ["B-1", ""])
@pytest.mark.both
def test_a_changed_date_moves_what_has_not_been_sent(house: House, booking: str) -> None:
    row = ANA.replace("B-1", booking)
    take(house, check(house, row))
    taken = take(house, check(house, row.replace("2026-03-12", "2026-03-19")))
    assert taken.effects == {"moved": 1}
    assert taken.moved == 13
    assert house.line("day-1").due_at.date() == date(2026, 3, 20)


def test_without_consent_columns_clients_are_kept_and_nothing_is_sent(house: House) -> None:
    take(
        house,
        check(house, "Ana,07700900101,2026-03-02 09:00", header="first_name,phone,treated_at"),
    )
    house.play(datetime(2026, 5, 1, tzinfo=ZoneInfo("UTC")))
    assert house.left() == []
    with reading(house.engine) as session:
        assert len(people.clients_of(session)) == 1


@pytest.mark.parametrize(
    "changed,column",
    [
        (("07700 900101", "7.7009E+11"), "phone"),
        (("07700 900101", "12"), "phone"),
        (("ana@mail.example", "ana@mail"), "email"),
        (("ana@mail.example", "ana@mail.example; eve@evil.example"), "email"),
        (("2026-03-12 14:30", "31/02/2026"), "treated_at"),
        (("2026-03-12 14:30", "2026-03-29 01:30"), "treated_at"),
        (("2026-03-12 14:30", "soon"), "treated_at"),
        (("2026-03-12 14:30", ""), "treated_at"),
        (("en,,", "en,Mars/Olympus,"), "time_zone"),
        (("en,,", "en,EST,"), "time_zone"),
        (("en,,", "Klingon,,"), "language"),
        (("yes,yes", "perhaps,yes"), "sms_consent"),
        (("2026-03-01", "2026-04-01"), "consent_at"),
        (("Ana,Costa", ","), "first_name"),
        (("14:30,,", "14:30,2026-03-20 10:00,"), "ended_at"),
    ],
)
def test_every_faulty_cell_is_named_with_what_to_do(
    house: House,
    changed: tuple[str, str],
    column: str,
) -> None:
    checked = check(house, ANA.replace(*changed))
    assert told(checked) == [(2, column)]
    assert checked.faults[0].problem
    assert checked.faults[0].advice
    assert checked.good == []


def test_all_faults_of_a_row_are_told_at_once(house: House) -> None:
    checked = check(house, "Ana,,7.7E+11,ana@,xx-yy-zz,Mars,Microneedling,soon,,maybe,,,,B-1")
    assert {column for _, column in told(checked)} == {
        "phone", "email", "language", "time_zone", "treated_at", "sms_consent",
    }  # fmt: skip


@pytest.mark.parametrize(
    "changed, kind",
    [
        (("07700 900101", "07700 900101 / 07700 900102"), "phone"),
        (("Ana,Costa", "www.evil.com,Costa"), "name"),
        (("Ana,Costa", ",Costa"), "name"),
        (("Microneedling", "RF"), "service"),
        (("Microneedling", ""), "service"),
    ],
)
@pytest.mark.both
def test_what_is_in_doubt_is_asked_and_no_fault(
    house: House, changed: tuple[str, str], kind: str
) -> None:
    checked = check(house, ANA.replace(*changed))
    assert (checked.faults, checked.good) == ([], [])
    assert [row.doubt.kind for row in checked.doubts] == [kind]


def test_what_is_certainly_another_service_is_counted_by_its_name(house: House) -> None:
    checked = check(house, ANA, ANA.replace("Microneedling", "Botox"))
    assert checked.other_services == {"Botox": 1}
    assert (len(checked.good), checked.faults, checked.doubts) == (1, [], [])


def test_good_rows_can_go_in_without_the_bad(house: House) -> None:
    bad = ANA.replace("Ana", "Bea").replace("2026-03-12", "2026-02-31").replace("B-1", "B-2")
    checked = check(house, ANA, bad)
    assert told(checked) == [(3, "treated_at")]
    assert take(house, checked).effects == {"added": 1}


def test_a_row_without_any_contact_is_refused(house: House) -> None:
    checked = check(house, ANA.replace("07700 900101", "").replace("ana@mail.example", ""))
    assert told(checked) == [(2, "phone")]


def test_missing_columns_are_named_before_anything_is_read(house: House) -> None:
    checked = check(house, "a,b", header="colour,size")
    assert told(checked) == [(1, "first_name"), (1, "treated_at"), (1, "phone")]
    assert checked.ignored == ["colour", "size"]


def test_a_row_written_twice_is_taken_once_and_said(house: House) -> None:
    checked = check(house, ANA, ANA)
    assert len(checked.good) == 1
    assert "Row 2 is identical" in checked.notes[-1].problem


def test_one_booking_number_may_stand_for_several_days_and_people_of_one_visit(
    house: House,
) -> None:
    bea = ANA.replace("Ana,Costa", "Bea,Hall").replace("900101", "900102").replace("ana@", "bea@")
    rows = (ANA, ANA.replace("2026-03-12", "2026-04-16"), bea)
    assert take(house, check(house, *rows)).effects == {"added": 3}
    assert take(house, check(house, *rows)).effects == {"unchanged": 3}
    with reading(house.engine) as session:
        assert [c.first_name for c in people.clients_of(session)] == ["Ana", "Bea"]


def test_the_clinic_s_number_for_a_client_may_stand_in_many_rows(house: House) -> None:
    header = HEADER.replace("external_id", "client_id")
    taken = take(house, check(house, ANA, ANA.replace("2026-03-12", "2026-04-16"), header=header))
    assert taken.effects == {"added": 2}
    with reading(house.engine) as session:
        assert len(people.clients_of(session)) == 1


def test_whole_names_dates_and_times_in_columns_of_their_own(house: House) -> None:
    checked = check(
        house,
        '"Costa, Ana",07700900101,14/03/2026,3:30 PM',
        "Bea Maria Lind,07700900102,15/03/2026,09:00",
        "Cher,07700900103,16/03/2026,",
        header="Client Name,Mobile,Date,Time",
    )
    assert [
        (e.first_name, e.last_name, e.treated_on.day, str(e.starts)) for _, e in checked.good
    ] == [
        ("Ana", "Costa", 14, "15:30:00"),
        ("Bea", "Maria Lind", 15, "09:00:00"),
        ("Cher", "", 16, "None"),
    ]


def test_a_time_that_comes_twice_is_taken_as_the_first_and_said(house: House) -> None:
    checked = check(house, ANA.replace("2026-03-12 14:30", "2026-10-25 01:30"))
    assert any("twice" in note.problem for note in checked.notes)
    assert checked.good


def test_a_time_with_an_offset_is_turned_to_the_clinic_s_clock(house: House) -> None:
    checked = check(house, ANA.replace("2026-03-12 14:30", "2026-03-12T14:30:00+02:00"))
    assert str(checked.good[0][1].starts) == "12:30:00"


def test_a_cancelled_booking_cancels(house: House) -> None:
    header = HEADER + ",status"
    take(house, check(house, ANA + ",booked", header=header))
    taken = take(house, check(house, ANA + ",Cancelled", header=header))
    assert taken.effects == {"cancelled": 1}
    planned = [line for line in house.lines() if line.milestone != "opt-in"]
    assert {line.status for line in planned} == {Status.CANCELLED}


def test_a_stop_in_a_list_is_a_stop(house: House) -> None:
    take(house, check(house, ANA.replace("yes,yes", "opted out,yes")))
    with reading(house.engine) as session:
        assert consents.suppressions_of(session, ["+447700900101"])


def test_marketing_columns_are_neither_yes_nor_no(house: House) -> None:
    header = "first_name,phone,treated_at,Accepts Marketing"
    checked = check(house, "Ana,07700900101,2026-03-12,yes", header=header)
    assert checked.good[0][1].consents == ()
    assert checked.ignored == ["Accepts Marketing"]


@pytest.mark.both
def test_nothing_is_half_written(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    from reminders.enrolment import treatments

    def breaks(*_: Any) -> None:
        raise IntegrityError("x", {}, Exception("x"))

    monkeypatch.setattr(treatments, "_record_consents", breaks)
    with pytest.raises(IntegrityError):
        take(house, check(house, ANA))
    with reading(house.engine) as session:
        assert session.query(Client).count() == session.query(Treatment).count() == 0


def test_ten_thousand_rows_are_told_of_while_they_go_in(house: House) -> None:
    rows = [
        f"Ana,,+4477{n:08},c{n}@mail.example,,,Microneedling,2026-03-12 14:30,,yes,yes,,,B-{n}"
        for n in range(2_500)
    ]
    checked = check(house, *rows)
    steps: list[int] = []
    with writing(house.engine) as session:
        clinic = people.clinics(session)[0]
        lists.bring_in(session, house.app.library, clinic, checked, house.clock(), steps.append)
    assert sum(steps) == 2_500
    assert len(steps) > 1


# --- files ---------------------------------------------------------------------------------------


@pytest.mark.skipif(not SHARED.exists(), reason="needs other people's spreadsheets beside us")
def test_other_people_s_spreadsheets_are_read_or_refused_and_never_break_us(house: House) -> None:
    files = [path for path in SHARED.rglob("*.*") if path.suffix.lower() not in {".json", ".md"}]
    assert files
    for path in files:
        try:
            table: Table = read_table(path)
        except InputError as error:
            assert error.mend, path
        else:
            assert table.header, path
            checked = check_file(house, path)
            assert checked.faults or checked.good or not table.rows, path
