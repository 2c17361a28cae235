"""Which rows of a list speak of a person."""

from __future__ import annotations

import pytest

from reminders.rules.mentions import is_named, is_reached

ROW = ["SILVA, Ana (VIP)", "07700 900 101 / 020 7946 0018", "Mail: Ana.Silva@Mail.example;"]


@pytest.mark.parametrize("name", ["Ana Silva", "ana", "SILVA ANA", "Aná Silva"])
def test_a_name_is_found_in_any_order_and_spelling(name: str) -> None:
    assert is_named(ROW, name)


@pytest.mark.parametrize("name", ["", "An", "Ana Costa", "Silva Jones"])
def test_a_name_that_does_not_stand_there_whole_is_not(name: str) -> None:
    assert not is_named(ROW, name)


@pytest.mark.parametrize("contact", ["+447700900101", "+442079460018", "ana.silva@mail.example"])
def test_a_number_or_address_is_found_however_it_is_written(contact: str) -> None:
    assert is_reached(ROW, ["+447700900999", contact])


@pytest.mark.parametrize("contact", ["+447700900102", "silva@other.example"])
def test_another_number_or_address_is_not(contact: str) -> None:
    assert not is_reached(ROW, [contact])
    assert not is_reached(ROW, [])


@pytest.mark.parametrize(
    "number,cell",
    [("+390612345678", "06 1234 5678"), ("+33612345678", "06.12.34.56.78"), ("+12125550142", "(212) 555-0142")],
)  # fmt: skip
def test_numbers_are_found_as_each_country_writes_them(number: str, cell: str) -> None:
    assert is_reached(["", cell], [number])
