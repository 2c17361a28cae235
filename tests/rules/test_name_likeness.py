"""Whether two names on one number are one person's, measured on more than 300 pairs."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reminders.rules import name_likeness
from reminders.rules.name_likeness import Likeness, likeness, name_key
from reminders.rules.names import read_person

TABLE = (Path(__file__).parent / "name_pairs.txt").read_text("utf-8")


def pairs() -> list[tuple[str, str, str]]:
    found = []
    for line in TABLE.splitlines():
        if line.strip() and not line.startswith("#"):
            base, mark, others = re.split(r"\s([=/?])\s", line)
            found += [(base, mark, other.strip()) for other in others.split("|")]
    return found


PAIRS = pairs()


def parted(whole: str) -> tuple[str, str]:
    """Part a name as a list's own reading does."""
    name = read_person("", "", whole)
    return name.first, name.last


def compared(one: str, two: str) -> Likeness:
    return likeness(*parted(one), *parted(two))


def test_the_table_is_long_enough_to_mean_something() -> None:
    assert len(PAIRS) >= 300
    assert len({frozenset((one, two)) for one, _, two in PAIRS}) >= 300


def test_names_passed_over_at_a_glance_are_those_that_comparing_them_tells_apart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = sorted({parted(name) for one, _, two in PAIRS for name in (one, two)})
    some = [(one, two) for one, two in product(names[::3], names) if one < two]
    glanced = [likeness(*one, *two) for one, two in some]
    monkeypatch.setattr(name_likeness, "_marks", lambda *_: frozenset())
    assert glanced == [likeness(*one, *two) for one, two in some]
    assert len(some) > 10_000


def test_precision_and_recall() -> None:
    """Of what is called the same, how much is; of what is the same, how much is called so. The
    rest of it is asked about: next to nothing of it becomes two clients unasked.
    """
    found = [(mark, compared(one, two)) for one, mark, two in PAIRS]
    called = [mark for mark, said in found if said is Likeness.SAME]
    same = [said for mark, said in found if mark == "="]
    precision = called.count("=") / len(called)
    recall = same.count(Likeness.SAME) / len(same)
    assert precision >= 0.995
    assert recall >= 0.97
    assert same.count(Likeness.DIFFERENT) / len(same) <= 0.01
    assert ("/", Likeness.SAME) not in found
    print(f"{len(PAIRS)} pairs: precision {precision:.1%}, recall {recall:.1%}")


def test_two_people_are_seldom_asked_about() -> None:
    people = [compared(one, two) for one, mark, two in PAIRS if mark == "/"]
    assert people.count(Likeness.DIFFERENT) / len(people) >= 0.95


@pytest.mark.parametrize("one,two", [(one, two) for one, mark, two in PAIRS if mark == "?"])
def test_what_nobody_can_know_is_asked(one: str, two: str) -> None:
    assert compared(one, two) is Likeness.ALIKE


def test_it_does_not_matter_which_name_came_first() -> None:
    for one, _, two in PAIRS:
        assert compared(one, two) is compared(two, one), (one, two)


@pytest.mark.parametrize(
    "name",
    [("JOSÉ", "GARCÍA"), ("jose", "garcia"), ("García", "José"), ("Mr José", "Garcia")],
)
def test_a_full_name_is_found_in_any_case_order_and_accents(name: tuple[str, str]) -> None:
    assert name_key(*name) == "garcia jose"


def test_half_a_name_finds_nobody() -> None:
    assert name_key("Ana", "") == name_key("", "Silva") == name_key("", "") == ""
    assert name_key("John", "Smith Jr") != name_key("John", "Smith")


def test_a_name_is_itself() -> None:
    for one, _, _ in PAIRS:
        assert compared(one, one) is Likeness.SAME


@given(*(st.text(max_size=20) for _ in range(4)))
def test_any_two_names_can_be_compared_either_way(a: str, b: str, c: str, d: str) -> None:
    assert likeness(a, b, c, d) is likeness(c, d, a, b)


def test_many_are_compared_quickly() -> None:
    names = [parted(one) for one, _, _ in PAIRS]
    for one, two in product(names[:60], names[:60]):
        likeness(*one, *two)
