"""Any human way to write a number, an address or a name."""

from __future__ import annotations

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given
from hypothesis import strategies as st

from reminders.rules.contacts import clean, read_email, read_name, read_phone, show_national
from reminders.rules.terms import InputError


@pytest.mark.parametrize(
    "typed,region,expected",
    [
        ("07700 900123", "GB", "+447700900123"),
        ("(07700) 900-123", "GB", "+447700900123"),
        ("+44 (0)7700 900123", "GB", "+447700900123"),
        ("0044 7700 900123", "GB", "+447700900123"),
        ("'+447700900123", "GB", "+447700900123"),
        ("447700900123", "GB", "+447700900123"),
        ("447700900123.0", "GB", "+447700900123"),
        ("7700900123", "GB", "+447700900123"),
        ("tel:07700900123", "GB", "+447700900123"),
        ("\u200b07700\u00a0900123\ufeff", "GB", "+447700900123"),
        ("(212) 555-0147", "US", "+12125550147"),
        ("212.555.0147", "US", "+12125550147"),
        ("+1 212-555-0147", "GB", "+12125550147"),
        ("12125550147", "US", "+12125550147"),
        ("0491 570 156", "AU", "+61491570156"),
        ("+61 491 570 156", None, "+61491570156"),
        ("06 12 34 56 78", "FR", "+33612345678"),
    ],
)
def test_numbers_are_read_as_people_write_them(
    typed: str,
    region: str | None,
    expected: str,
) -> None:
    assert read_phone(typed, region).number == expected


@pytest.mark.parametrize(
    "typed,problem",
    [
        ("7.7009E+11", "spreadsheet has shortened"),
        ("+7,7009E+11", "spreadsheet has shortened"),
        ("6.1491E+11", "spreadsheet has shortened"),
        ("07700 900123 / 07700 900124", "two numbers"),
        ("07700900123; 07700900124", "two numbers"),
        ("12", "number of digits"),
        ("0770", "number of digits"),
        ("077009001234567", "number of digits"),
        ("call me", "not a phone number"),
        ("020 7946 0018 ext 12", "extension"),
        ("0900 1234567", "cannot be texted"),
        ("---", "not a phone number"),
    ],
)
def test_what_cannot_be_a_number_is_refused_in_plain_words(typed: str, problem: str) -> None:
    region = "NL" if typed.startswith("0900") else "GB"
    with pytest.raises(InputError) as refused:
        read_phone(typed, region)
    assert problem in refused.value.problem
    assert refused.value.mend


def test_a_landline_is_kept_with_a_remark() -> None:
    assert "landline" in read_phone("020 7031 3000", "GB").remark
    assert read_phone("07911 123456", "GB").remark == ""


def test_numbers_are_shown_as_people_dial_them() -> None:
    assert show_national("+442079460018", "GB") == "020 7946 0018"
    assert show_national("+442079460018", "US") == "+44 20 7946 0018"
    assert show_national("+12125550142", "US") == "(212) 555-0142"


@pytest.mark.parametrize(
    "typed,expected",
    [
        ("ana@mail.example", "ana@mail.example"),
        (" Ana.Costa@MAIL.Example ", "Ana.Costa@mail.example"),
        ("<ana@mail.example>", "ana@mail.example"),
        ("mailto:ana@mail.example", "ana@mail.example"),
        ("o'brien@mail.example", "o'brien@mail.example"),
        ("ana+care@mail.example", "ana+care@mail.example"),
    ],
)
def test_addresses_are_read_as_people_write_them(typed: str, expected: str) -> None:
    assert read_email(typed) == expected


@pytest.mark.parametrize(
    "typed",
    [
        "ana", "ana@", "@mail.example", "ana@mail", "ana@@mail.example", "ana mail@example.com",
        "ana@mail.example, eve@evil.example", "ana@mail.example;eve@evil.example",
        "a@b.example c@d.example", "ana@mail.example\r\nBcc: eve@evil.example", "ána@mail.example",
    ],
)  # fmt: skip
def test_anything_but_one_address_is_refused(typed: str) -> None:
    with pytest.raises(InputError) as refused:
        read_email(typed)
    assert refused.value.mend


@given(
    local=st.from_regex(r"[a-z0-9._+-]{1,4}", fullmatch=True),
    domain=st.from_regex(r"[a-zA-Z0-9.-]{1,6}\.(com|test|co\.uk|local|1)", fullmatch=True),
)
@example(local="a" * 64, domain="b.com")
@example(local="a" * 65, domain="b.com")
@example(local="a", domain=f"{'b.' * 125}com")
@example(local="a", domain="xn--mnchen-3ya.de")
def test_domains_looked_at_once_decide_as_whole_addresses_do(local: str, domain: str) -> None:
    address = f"{local}@{domain}"
    try:
        found = validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        with pytest.raises(InputError):
            read_email(address)
    else:
        assert read_email(address) == f"{found.local_part}@{found.domain.lower()}"


@given(st.text(max_size=60))
def test_no_text_at_all_breaks_the_readers(text: str) -> None:
    for read in (read_email, read_name, lambda typed: read_phone(typed, "GB").number):
        try:
            found = read(text)
        except InputError as error:
            assert error.problem
        else:
            assert "\n" not in found
            assert "\r" not in found


@pytest.mark.parametrize("name", ["Ana-María", "O'Brien", "Zoë", "Jean Luc", "Nguyễn", "李"])
def test_names_of_all_kinds_are_kept(name: str) -> None:
    assert read_name(f"  {name} ") == name


@pytest.mark.parametrize(
    "name",
    ["http://evil.example", "www.evil.com", "evil.com", "call 07700900123", "{{ 7*7 }}",
     "<b>Ana</b>", "ana@mail.example", "A" * 61],
)  # fmt: skip
def test_a_name_cannot_carry_a_link_a_number_or_markup(name: str) -> None:
    with pytest.raises(InputError):
        read_name(name)


def test_what_cannot_be_seen_is_dropped() -> None:
    assert clean("A\u202en\u200ba\t B\r\n C") == "Ana B C"
