"""Names told at a glance are those that reading them closely leaves as they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.rules import name_words
from reminders.rules.names import PersonName, read_closely, read_person
from reminders.rules.ordinary_names import ordinary


@pytest.mark.parametrize(
    "first,last,whole",
    [
        ("Ana", "Silva", ""), ("Ana", "", ""), ("Łucja", "Wójcik", ""), ("Marie-Claire", "Lefèvre", ""), ("Ana Maria", "Silva", ""),
        ("Siân", "O'Brien", ""), ("Lea", "D’Amico", ""), ("", "", "Ana Silva"), ("", "", "Ana García López"), ("", "", "Ana"),
    ],
)  # fmt: skip
def test_most_names_are_ordinary(first: str, last: str, whole: str) -> None:
    assert ordinary(first, last, whole) is not None


@pytest.mark.parametrize(
    "first,last,whole",
    [
        ("ANA", "Silva", ""), ("ana", "Silva", ""), ("Ana ⭐", "Silva", ""), ("Ana Vip", "Silva", ""), ("Test", "Silva", ""), ("J", "Silva", ""),
        ("Ana", "de Silva", ""), ("Ana", "Silva Ltd", ""), ("Dr Ana", "Silva", ""), ("Ana Silva", "Silva", ""), ("", "", "Silva, Ana"),
        ("", "", "SILVA Ana"), ("", "Silva", ""), ("", "", ""), ("Ana  Maria", "Silva", ""), ("Ana\u200b", "Silva", ""), ("Ana", "Née", ""),
    ],
)  # fmt: skip
def test_whatever_says_more_is_read_closely(first: str, last: str, whole: str) -> None:
    assert ordinary(first, last, whole) is None


tabled = sorted(name_words.TITLES | name_words.REMARKS | name_words.PARTICLES | name_words.AND)
some_word = st.one_of(
    st.sampled_from(
        ["Ana", "SILVA", "zoë", "O'Brien", "Iii", "Jo", "Mc", "İnci", "Ǆemal", *tabled]
    ),
    st.sampled_from(tabled).map(str.title),
    st.text(st.characters(codec="utf-8"), max_size=4).map(str.title),
)
some_cell = st.lists(some_word, max_size=3).flatmap(
    lambda words: st.sampled_from([" ", "-", "'", ", "]).map(lambda mark: mark.join(words))
)


@given(first=some_cell, last=some_cell, whole=some_cell)
def test_at_a_glance_and_closely_a_name_is_the_same(first: str, last: str, whole: str) -> None:
    assert read_person(first, last, whole) == read_closely(first, last, whole)
    found = ordinary(first, last, whole)
    assert found is None or read_closely(first, last, whole) == PersonName(*found)
