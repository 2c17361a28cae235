"""Cells that say nothing, a language that nobody said, and clocks with a name."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from reminders.store.database import reading
from tests.conftest import House
from tests.support.imports import Desk

pytestmark = pytest.mark.portable

HEADINGS = (
    "first_name,last_name,phone,email,treated_at,time,ended_at,duration,language,time_zone,"
    "sms_consent,consent_at,consent_source,booking_id,client_id,service,status"
)
BASIC = "first_name,last_name,phone,treated_at,sms_consent"


def stored(house: House, sql: str) -> list[tuple[object, ...]]:
    with reading(house.engine) as session:
        return [tuple(row) for row in session.execute(text(sql))]


@pytest.mark.parametrize(
    "nothing", ["", "-", "---", "—", ".", "n/a", "N/A", "#N/A", "none", "NULL", "nan"]
)
def test_what_systems_write_for_nothing_is_no_fault_and_no_number(
    house: House, nothing: str
) -> None:
    desk, n = Desk(house), nothing
    rest = f"{n},26/11/2026,{n},{n},{n},{n},{n},yes,{n},{n},{n},{n},Microneedling,{n}"
    rows = [f"Ana,Silva,07700900201,{rest}", f"Bea,Hall,07700900202,{rest}"]
    desk.bring_in("\n".join([HEADINGS, *rows]))
    assert not desk.checked.faults
    assert desk.planned() == {"Ana Silva", "Bea Hall"}
    assert stored(house, "SELECT DISTINCT external_id FROM treatment") == [(None,)]
    assert stored(house, "SELECT DISTINCT external_id, email, time_zone FROM client") == [
        (None, None, None)
    ]


@pytest.mark.parametrize(
    "country,language", [("GB", "en"), ("DE", "de"), ("BR", "pt-BR"), ("PL", "pl"), ("CA", "en")]
)
def test_who_said_no_language_is_written_to_in_the_country_s(
    house: House, country: str, language: str
) -> None:
    desk = Desk(house, country)
    desk.bring_in(f"{BASIC},email\nAna,Silva,,26/11/2026 10:00,,ana@mail.example")
    assert stored(house, "SELECT language FROM client") == [(language,)]


def test_a_list_without_languages_leaves_each_as_it_is(house: House) -> None:
    desk = Desk(house)
    desk.bring_in(f"{BASIC},language\nAna,Silva,07700900201,26/11/2026 10:00,yes,Spanish")
    desk.bring_in(f"{BASIC}\nAna,Silva,07700900201,30/12/2026 10:00,yes")
    assert stored(house, "SELECT language FROM client") == [("es",)]
    desk.bring_in(f"{BASIC},language\nAna,Silva,07700900201,30/12/2026 10:00,yes,fr")
    assert stored(house, "SELECT language FROM client") == [("fr",)]


@pytest.mark.parametrize(
    "country,cell,zone",
    [("US", "EST", None), ("GB", "GMT", None), ("DE", "GMT+1", None), ("GB", "Madrid", "Europe/Madrid")],
)  # fmt: skip
def test_a_zone_s_shorthand_is_the_clinic_s_where_it_fits(
    house: House, country: str, cell: str, zone: str | None
) -> None:
    desk = Desk(house, country)
    desk.bring_in(f"{BASIC},email,time zone\nAna,Silva,,2026-11-26 10:00,,ana@mail.example,{cell}")
    assert not desk.checked.faults
    assert stored(house, "SELECT time_zone FROM client") == [(zone,)]


def test_a_family_s_name_in_front_of_a_column_is_not_the_greeting(house: House) -> None:
    desk = Desk(house, "PL")
    rows = [f"{name},51234560{n},26.11.2026 10:00,tak" for n, name in enumerate(("Nowak Anna", "Lis Ewa", "Żak Łucja"), 1)]  # fmt: skip
    desk.bring_in("\n".join(["Klient,Telefon,Termin,Zgoda SMS", *rows]))
    assert desk.planned() == {"Anna Nowak", "Ewa Lis", "Łucja Żak"}


def test_the_first_of_one_contact_s_addresses_is_taken(house: House) -> None:
    desk = Desk(house)
    contact = "Bo,Lee,bo@mail.example ::: bo@work.example,+44 7700 900124 ::: 020 7946 0018"
    desk.bring_in(
        "Given Name,Family Name,E-mail 1 - Value,Phone 1 - Value,Appointment date,SMS consent\n"
        f"{contact},26/11/2026 10:00,yes"
    )
    assert desk.planned() == {"Bo Lee"}
    assert stored(house, "SELECT phone, email FROM client") == [
        ("+447700900124", "bo@mail.example")
    ]
