"""When a text says how to stop."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from reminders.rules.stop_line import country_of, in_turn, is_due, rates_may_apply
from reminders.rules.terms import Channel, Facts, OneOffFacts, OneOffKind
from tests.support.facts import CLINIC, FACTS, NOON

TOLD = replace(FACTS, stop_told_at=NOON - timedelta(days=3), course_begun=True)
EVERY = replace(CLINIC, stop_on_every_text=True)


def one_off(kind: OneOffKind) -> Facts:
    return replace(FACTS, one_off=OneOffFacts(kind, "", "words", urgent=False))


@pytest.mark.parametrize(
    "facts,due,why",
    [
        (FACTS, True, "nobody was ever told"),
        (TOLD, False, "told three days ago, in the same course"),
        (replace(TOLD, course_begun=False), True, "the first text of a course"),
        (replace(TOLD, stop_told_at=NOON - timedelta(days=30)), True, "thirty days are over"),
        (replace(TOLD, stop_told_at=NOON - timedelta(days=29, hours=23)), False, "and not a day sooner"),
        (replace(TOLD, clinic=EVERY), True, "the clinic asks for it on each"),
        (replace(TOLD, contact="+16045550132"), True, "Canada asks for it on each"),
        (replace(TOLD, contact="+14155550132"), False, "the United States do not"),
        (replace(TOLD, channel=Channel.EMAIL, clinic=EVERY), False, "an email has a link"),
        (one_off(OneOffKind.OPT_IN), True, "the welcome"),
        (one_off(OneOffKind.CODE), False, "the client asked for a code"),
        (one_off(OneOffKind.ANSWER), False, "the client asked something"),
        (one_off(OneOffKind.CORRECTION), False, "it corrects what went before"),
    ],
)  # fmt: skip
def test_a_text_says_how_to_stop(facts: Facts, due: bool, why: str) -> None:
    assert is_due(facts, NOON) is due, why


def test_in_any_thirty_days_of_texts_one_says_how_to_stop() -> None:
    """Whatever the distance between texts, never are two that tell it further apart than 30 days,
    unless no text went in between.
    """
    for gap in range(1, 45):
        told, at = None, NOON
        for _ in range(60):
            due = is_due(replace(FACTS, stop_told_at=told, course_begun=True), at)
            assert due or (told is not None and at - told < timedelta(days=30))
            told, at = (at if due else told), at + timedelta(days=gap)


def test_of_texts_to_come_each_is_known_as_it_will_be_when_it_leaves() -> None:
    days = (0, 1, 3, 7, 14, 31)
    coming = [(replace(FACTS, reminder_id=day), NOON + timedelta(days=day)) for day in days]
    known = list(in_turn(reversed(coming)))
    due = [is_due(facts, at) for facts, (_, at) in zip(known, coming, strict=True)]
    assert due == [True, False, False, False, False, True]


@pytest.mark.parametrize(
    "number,country", [("+16045550132", "CA"), ("+14155550132", "US"), ("+447700900101", ""), ("", "")]
)  # fmt: skip
def test_a_number_s_country_is_looked_up_where_it_matters(number: str, country: str) -> None:
    assert country_of(number) == country


@pytest.mark.parametrize(
    "number,may", [("+14155550132", True), ("+16045550132", True), ("+18765550132", True),
                   ("+447700900101", False), ("+61491570006", False), ("+34612345678", False)]
)  # fmt: skip
def test_rates_may_apply_where_numbers_begin_with_one(number: str, may: bool) -> None:
    assert rates_may_apply(number) is may
