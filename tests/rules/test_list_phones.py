"""The one number to text in a cell of a phone column."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.rules.list_phones import PhoneDoubt, best_of, read_phones
from reminders.rules.terms import InputError

M1, M2, LAND = "+447700900123", "+447700900124", "+442079460000"


@pytest.mark.parametrize(
    "cell,region,number",
    [
        *((cell, "GB", M1) for cell in (
            "07700 900123", "7700900123", "+44 (0)7700 900123", "0044 7700 900123", "447700900123", "447700900123.0", "'07700900123", "Mobile: 07700 900123",
            "tel. 07700900123", "07700900123 (m)", "07700900123 whatsapp", "07700 900123 after 5pm", "07700-900-123", "07700 900123 ⭐", "+44 7700 900 123; +44 7700 900 123",
            "07700900123 / 020 7946 0000", "020 7946 0000 or 07700 900123", "07700 900123 ::: 020 7946 0000", "020 7946 0000, 07700 900123")),
        ("0044 7700 900123", "US", M1), ("(604) 555-0301", "CA", "+16045550301"), ("604.555.0301", "CA", "+16045550301"),
        ("612 345 678", "ES", "+34612345678"), ("06 12 34 56 78", "FR", "+33612345678"), ("612345678", "FR", "+33612345678"),
        ("0151/23456789", "DE", "+4915123456789"), ("0151 / 234 567 89", "DE", "+4915123456789"), ("512-345-678", "PL", "+48512345678"),
        ("(11) 98765-4321", "BR", "+5511987654321"), ("+34 612 345 678", "GB", "+34612345678"),
    ],
)  # fmt: skip
def test_the_number_to_text_is_found_among_notes_and_others(
    cell: str, region: str, number: str
) -> None:
    found = read_phones(cell, region)
    assert (found.number, found.doubt) == (number, None)


@pytest.mark.parametrize(
    "cell,doubt",
    [("07700900123, 07700900124", PhoneDoubt.SEVERAL), ("07700900123 or 07700900124", PhoneDoubt.SEVERAL), ("07700 900123 (husband)", PhoneDoubt.OF_ANOTHER),
     ("07700 900123 mum", PhoneDoubt.OF_ANOTHER), ("Mutter: 07700 900123", PhoneDoubt.OF_ANOTHER), ("07700 900123 (marido)", PhoneDoubt.OF_ANOTHER),
     ("07700 900123 - mari", PhoneDoubt.OF_ANOTHER), ("07700900123 mąż", PhoneDoubt.OF_ANOTHER)],
)  # fmt: skip
def test_two_mobiles_and_other_people_s_numbers_are_asked_about(
    cell: str, doubt: PhoneDoubt
) -> None:
    found = read_phones(cell, "GB")
    assert (found.number, found.doubt) == (M1, doubt)


def test_a_landline_is_kept_only_where_there_is_nothing_better() -> None:
    assert read_phones("020 7946 0000", "GB").number == LAND
    assert read_phones("020 7946 0000 / 07700 900123", "GB").others == (LAND,)


@pytest.mark.parametrize(
    "cell",
    ["n/a", "call reception", "604-555-0301 ext 12", "4.47701E+11", "1-800-FLOWERS", "123", "07700 900123 07700 900124 07700 900125", "ask them", ""],
)  # fmt: skip
def test_what_cannot_be_texted_is_refused(cell: str) -> None:
    with pytest.raises(InputError) as refused:
        read_phones(cell, "GB")
    assert refused.value.mend


@pytest.mark.parametrize(
    "columns,number",
    [(["07700900123", "020 7946 0000"], M1), (["", "07700900123"], M1), (["---", "n/a", "07700900123"], M1), (["020 7946 0000", "07700900123"], M1),
     (["rubbish 12", "07700900123"], M1), (["07700900124", "07700900123"], M2), (["020 7946 0000", ""], LAND)],
)  # fmt: skip
def test_of_several_columns_the_best_that_can_be_texted_counts(
    columns: list[str], number: str
) -> None:
    found = best_of(columns, "GB")
    assert found
    assert found.number == number


def test_blank_columns_hold_no_number_and_unreadable_ones_are_told() -> None:
    assert best_of(["", "---", "n/a"], "GB") is None
    with pytest.raises(InputError):
        best_of(["rubbish 12", ""], "GB")


@given(st.text(max_size=40))
def test_no_cell_breaks_the_reader(cell: str) -> None:
    try:
        assert read_phones(cell, "GB").number.startswith("+")
    except InputError as error:
        assert error.problem
