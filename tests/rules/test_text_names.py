"""Names in texts: folded, shortened, and what they cost."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.rules.segments import Encoding, size
from reminders.rules.text_names import (
    LONGEST,
    ClientNames,
    name_in_texts,
    plain,
    say_cost,
    shortened,
    ways_to_greet,
    without_gap,
)
from tests.support.facts import CLINIC


@pytest.mark.parametrize(
    "written,folded",
    [
        ("Zoë", "Zoe"), ("Łukasz", "Lukasz"), ("Siân", "Sian"), ("François", "Francois"),
        ("José", "José"), ("Nuño", "Nuño"), ("Jürgen Groß", "Jürgen Groß"), ("Søren", "Søren"),
        ("Đorđe", "Dorde"), ("Şule", "Sule"), ("Ngọc", "Ngoc"), ("Œuvre", "Oeuvre"), ("Анна", "Анна"),
        ("Zoe\u0308", "Zoe"),
    ],
)  # fmt: skip
def test_letters_outside_the_alphabet_of_texts_are_folded_and_others_kept(
    written: str, folded: str
) -> None:
    assert plain(written) == folded


@pytest.mark.parametrize(
    "full,short",
    [
        ("Rosewood Skin", "Rosewood Skin"),
        ("Clínica Sol", "Clinica Sol"),
        ("Łódź Skin", "Lodz Skin"),
        ("Twenty Letter Clinic", "Twenty Letter"),
        ("Rosewood Skin and Laser Clinic", "Rosewood Skin"),
        ("Centro Médico de la Piel", "Centro Médico"),
        ("House of Skin & Beauty", "House of Skin"),
        ("Dermatologiezentrum Berlin", "Dermatologiezent"),
        ("Клиника Кожи", "Клиника Кожи"),
    ],
)
def test_a_clinic_s_name_is_shortened_at_a_word_s_end(full: str, short: str) -> None:
    assert shortened(full) == short


@given(name=st.text(min_size=1, max_size=60).filter(str.strip))
def test_a_shortened_name_is_never_empty_and_never_too_long(name: str) -> None:
    short = shortened(name)
    assert short
    assert len(short) <= LONGEST
    if all(c.isascii() and c.isalnum() for c in name):
        assert size(short).units <= LONGEST


def test_the_name_a_clinic_chose_comes_before_its_own_shortened() -> None:
    assert name_in_texts(CLINIC) == "Rosewood Skin"
    assert name_in_texts(replace(CLINIC, text_name="Rosewood")) == "Rosewood"
    assert "145 of the 160" in say_cost(CLINIC)
    dear = replace(CLINIC, name="Клиника")
    assert size(name_in_texts(dear)).encoding is Encoding.UCS_2
    assert "two or three segments" in say_cost(dear)


def test_a_client_is_greeted_as_the_clinic_wishes() -> None:
    assert ways_to_greet("Zoë", ClientNames.CHEAPEST) == ("Zoë", "Zoe", "")
    assert ways_to_greet("Zoë", ClientNames.PLAIN) == ("Zoë", "Zoe")
    assert ways_to_greet("Zoë", ClientNames.AS_WRITTEN) == ("Zoë",)
    assert ways_to_greet("Ana", ClientNames.CHEAPEST) == ("Ana", "")


@pytest.mark.parametrize(
    "with_gap,closed",
    [
        ("Hi , tonight", "Hi, tonight"),
        ("Hola, : esta noche", "Hola: esta noche"),
        ("Hi, x", "Hi, x"),
    ],
)
def test_a_greeting_without_a_name_has_no_gap(with_gap: str, closed: str) -> None:
    assert without_gap(with_gap) == closed
