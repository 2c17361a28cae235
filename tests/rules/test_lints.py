"""Lints: each finding for what it is about, and none for good wording."""

from __future__ import annotations

import pytest

from reminders.rules.lints import Gravity, Look, lint_email, lint_text, reading_age

LOOK = Look(
    "Rosewood Skin", "020 7946 0018", "Reply STOP to end", ("microneedling", "needling", "PRP")
)
GOOD = "Rosewood Skin: Ana, SPF 30+ now, no picking, cream, water. 020 7946 0018 Reply STOP to end"
BODY = "Dear Ana,\n\nKeep your skin clean. Use sunscreen each day.\n\nCall us on 020 7946 0018."


def test_good_wording_has_no_findings() -> None:
    assert list(lint_text(GOOD, LOOK)) == []
    assert list(lint_email("Day one", "Sunscreen can start.", BODY, LOOK)) == []


@pytest.mark.parametrize(
    "text, says, gravity",
    [
        (GOOD.removeprefix("Rosewood Skin: "), "clinic’s name", Gravity.STOPS),
        (GOOD.replace("020 7946 0018", ""), "reach the clinic", Gravity.STOPS),
        (GOOD.replace(" Reply STOP to end", ""), "how to stop", Gravity.STOPS),
        (GOOD.replace("Ana", "Zoë"), "cost more: ë", Gravity.WARNS),
        (GOOD.replace("water", "water " * 20), "2 segments", Gravity.WARNS),
        (GOOD.replace("water", "water " * 80), "segments", Gravity.STOPS),
        (GOOD.replace("skin", "").replace("cream", "**cream**"), "Markup", Gravity.STOPS),
        (GOOD.replace("cream", "<b>cream</b>"), "Markup", Gravity.STOPS),
        (GOOD.replace("cream", "see bit.ly/x1"), "Carriers block bit.ly", Gravity.STOPS),
        (GOOD.replace("cream", "http://rosewood.example"), "not safe", Gravity.STOPS),
        (GOOD.replace("cream", "after your microneedling"), "names the procedure", Gravity.STOPS),
        (GOOD.replace("cream", "perfect skin"), "promises a result", Gravity.STOPS),
        (GOOD.replace("cream", "10% off, book now"), "It sells", Gravity.STOPS),
        (GOOD.replace("water.", "water. Reply YES."), "YES” never reaches you", Gravity.STOPS),
        (GOOD.replace("water.", "Reply CANCEL to move."), "CANCEL” never reaches", Gravity.STOPS),
        (GOOD.replace("Ana", "{{ first_nam }}"), "placeholder is left", Gravity.STOPS),
    ],
)
def test_a_text_is_held_against_every_rule(text: str, says: str, gravity: Gravity) -> None:
    found = list(lint_text(text, LOOK))
    assert [lint for lint in found if says in lint.what and lint.gravity is gravity], found


@pytest.mark.parametrize(
    "subject, preheader, body, part, says",
    [
        ("", "x", BODY, "subject", "no subject"),
        ("x" * 61, "x", BODY, "subject", "cut off"),
        ("Day one", "x" * 111, BODY, "preheader", "cut off"),
        ("Your microneedling", "x", BODY, "subject", "names the procedure"),
        ("Day one", "x", BODY.replace("020 7946 0018", "the desk"), "body", "reach the clinic"),
        ("Day one", "x", BODY + " We guarantee it.", "body", "promises a result"),
        ("Day one", "x", BODY + " Special offer!", "body", "It sells"),
        (
            "Day one", "x",
            BODY + " Notwithstanding considerable individual variability, epidermal regeneration necessitates uninterrupted photoprotection accompanied by conscientious moisturisation, irrespective of meteorological circumstances prevailing during convalescence.",
            "body", "somebody aged",
        ),
    ],
)  # fmt: skip
def test_an_email_is_held_against_every_rule(
    subject: str, preheader: str, body: str, part: str, says: str
) -> None:
    found = list(lint_email(subject, preheader, body, LOOK))
    assert [lint for lint in found if lint.part == part and says in lint.what], found


def test_the_body_of_an_email_may_name_the_procedure() -> None:
    assert not list(lint_email("Day one", "x", BODY + " After needling, rest.", LOOK))


def test_english_rules_are_for_english() -> None:
    look = Look("Rosewood Skin", "020 7946 0018", "Responde STOP para parar", (), english=False)
    text = "Rosewood Skin: perfect skin! 020 7946 0018 Responde STOP para parar"
    assert not list(lint_text(text, look))


def test_reading_age_grows_with_sentences_and_words() -> None:
    easy = "Use sunscreen. Do not pick. Drink water."
    hard = "Photoprotection necessitates conscientious reapplication at approximately bi-hourly intervals."
    assert reading_age(easy) < 11 < reading_age(hard)
    assert reading_age("") == 0
