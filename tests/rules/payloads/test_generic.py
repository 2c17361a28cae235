"""Bookings of anything else: by our names, by others that are usual, or by paths somebody chose."""

from __future__ import annotations

from typing import Any

import pytest

from reminders.rules.payloads import generic
from reminders.rules.terms import InputError
from reminders.rules.told_bookings import Scale, Unfit
from tests.support.bookings import GENERIC, START


@pytest.mark.parametrize(
    "as_of, scale",
    [
        ("2026-03-02T08:00:00Z", Scale.INSTANT),
        ("17", Scale.VERSION),
        (17, Scale.VERSION),
        ("", None),
        ("yesterday", None),
        ("2026-03-02T08:00", None),
    ],
)
def test_how_new_it_is_may_be_an_instant_or_a_version(as_of: Any, scale: Scale | None) -> None:
    mark = generic.read(GENERIC | {"as_of": as_of}, {}).mark
    assert (mark.scale if mark else None) is scale


def test_other_usual_names_are_understood() -> None:
    told = generic.read({"id": 7, "start": START, "service": "Microneedling", "first_name": "Ana"}, {})  # fmt: skip
    assert (told.external_id, told.fields["treated_at"]) == ("7", START)
    assert told.status == "booked"


def test_paths_that_were_chosen_are_the_only_ones() -> None:
    body = {"external_id": "x", "a": [{"b c": "7"}], "when": START}
    told = generic.read(body, {"external_id": '["a", "0", "b c"]', "treated_at": '["when"]'})
    assert told.external_id == "7"
    with pytest.raises(InputError, match="number is missing"):
        generic.read({"when": START}, {"external_id": '["a", "5", "b"]', "treated_at": '["when"]'})


@pytest.mark.parametrize("value", [["b-1"], {"id": 1}])
def test_a_named_field_of_another_type_is_refused(value: Any) -> None:
    with pytest.raises(Unfit, match="single"):
        generic.read(GENERIC | {"external_id": value}, {})


@pytest.mark.parametrize("body", [{}, {"external_id": ""}, {"external_id": "b-1"}, {"external_id": "x" * 500}])  # fmt: skip
def test_what_says_too_little_or_too_much_is_said(body: dict[str, str]) -> None:
    with pytest.raises(InputError):
        generic.read(body, {})


def test_a_box_left_empty_is_no_answer() -> None:
    told = generic.read(GENERIC | {"agreed": False, "asked": "no"}, {})
    assert '["agreed"]' not in told.answers
    assert told.answers['["asked"]'] == "no"
