"""Columns of whole names that begin with the family's."""

from __future__ import annotations

import pytest

from reminders.rules.name_order import family_leads, with_comma


@pytest.mark.parametrize(
    "heading", ["Nazwisko i imię", "Nom et prénom", "Apellidos y nombre", "Name, Vorname", "Nachname, Vorname", "Last name, first name"]
)  # fmt: skip
def test_a_heading_may_say_that_family_names_come_first(heading: str) -> None:
    assert family_leads(heading, [])


@pytest.mark.parametrize(
    "names,leads",
    [
        (["Nowak Anna", "Kowal Beata", "Lis Adam"], True),
        (["Nowak Anna", "Kowal Beata", "Xyz Abc", "Silva, Ana", "Lis Adam Jan"], False),
        (["Nowak Anna", "Kowal Beata", "Adam Lis", "Wilk Maria"], False),
        (["Anna Nowak", "Beata Kowal", "Adam Lis"], False),
        (["Grace Kelly", "Kelly Grace", "Rose James", "Kim Lee"], False),
        (["Bo Lee"], False),
        ([], False),
    ],
)
def test_names_that_can_only_be_read_the_other_way_round_turn_a_column(
    names: list[str], leads: bool
) -> None:
    assert family_leads("Klient", names) is leads


@pytest.mark.parametrize(
    "whole,written",
    [
        ("Nowak Anna", "Nowak, Anna"), ("García López José", "García López, José"), ("García López María José", "García López, María José"),
        ("van der Berg Eva", "van der Berg, Eva"), ("de la Cruz María", "de la Cruz, María"), ("Xyz Abc", "Xyz, Abc"), ("Abc Def Xyz", "Abc Def, Xyz"),
        ("Anna Nowak", "Anna Nowak"), ("Nowak, Anna", "Nowak, Anna"), ("Anna", "Anna"), ("", ""),
    ],
)  # fmt: skip
def test_a_comma_is_written_behind_the_family_s_name(whole: str, written: str) -> None:
    assert with_comma(whole) == written
