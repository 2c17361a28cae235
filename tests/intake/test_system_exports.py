"""A week's export of each booking system a clinic may have, taken in as it comes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import House
from tests.support.imports import Desk

pytestmark = pytest.mark.portable

LISTS = Path(__file__).parent / "lists"

EXPORTS = [  # the list, the country, whom reminders are planned for; other services, cancelled, uncertain
    ("acuity_labels", "US", "Ana Silva, Di Nash", 0, 2, 0),
    ("booksy", "PL", "Anna Nowak, Dorota Wilk", 1, 2, 1),
    ("boulevard", "US", "Ana Silva, Cy Moss", 1, 1, 0),
    ("calendly_all", "GB", "Ana Silva", 1, 1, 0),
    ("cliniko", "GB", "Ana Silva, Di Nash", 1, 2, 0),
    ("cliniko_api", "GB", "Ana Silva", 0, 2, 0),
    ("doctolib_de", "DE", "Jürgen Groß, Max Wolf", 1, 2, 0),
    ("doctolib_fr", "FR", "Zoé Lefèvre, Inès Roux", 1, 3, 0),
    ("flowww", "ES", "Núria Gómez, Eva Sanz", 1, 3, 0),
    ("fresha", "GB", "Ana Silva, Cy Moss", 1, 2, 0),
    ("jane_report", "CA", "Ana Silva, Di Nash", 0, 2, 0),
    ("mindbody", "US", "Ana Silva, Cy Moss, Di Nash", 1, 2, 0),
    ("phorest", "IE", "Ana Silva, Di Nash", 0, 1, 1),
    ("planity", "FR", "Zoé Lefèvre", 1, 2, 1),
    ("setmore", "US", "Ana Silva", 0, 1, 1),
    ("simplybook", "GB", "Ana Silva, Cy Moss", 0, 1, 0),
    ("square", "US", "Ana Silva, Fi Poe", 0, 3, 1),
    ("square_customers", "US", "Ana Silva", 0, 0, 0),
    ("timely", "AU", "Ana Silva, Ed Orr", 0, 2, 1),
    ("treatwell_de", "DE", "Jürgen Groß", 1, 2, 0),
    ("trinks", "BR", "Ana Souza, Fê Dias", 1, 2, 1),
    ("vagaro", "US", "Ana Silva, Cy Moss", 0, 4, 1),
    ("vagaro_customers", "US", "Ana Silva", 0, 0, 0),
    ("versum", "PL", "Anna Nowak, Łucja Żak", 1, 1, 0),
    ("zenoti", "US", "Ana Silva, Cy Moss", 0, 2, 0),
]

ASKED = {"booksy": ["service"]}
"""Needle mesotherapy may be the kind with needles that remind."""


@pytest.mark.parametrize("name,country,planned,other,gone,not_yet", EXPORTS)
def test_an_export_goes_in_true_and_the_same_a_second_time(
    house: House, name: str, country: str, planned: str, other: int, gone: int, not_yet: int
) -> None:
    desk = Desk(house, country)
    for _ in range(2):
        desk.bring_in(LISTS / f"{name}.csv")
        checked = desk.checked
        assert not checked.faults
        assert desk.planned() == set(planned.split(", "))
        assert checked.other_services.total() == other
        assert (checked.not_taking_place, checked.not_yet) == (gone, not_yet)
        assert desk.asked() == ASKED.get(name, [])
    assert desk.taken.effects.keys() <= {"unchanged"}
