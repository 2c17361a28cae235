"""A message that opens with what the first night was to say, and words that hold the morning after."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from reminders.rules.segments import Encoding, size
from reminders.rules.terms import Channel, Discretion
from reminders.wording.openings import opened
from tests.support.facts import FACTS
from tests.support.rendering import LIBRARY, render

UNTOLD = replace(FACTS, untold=frozenset({"same-evening"}))
LANGUAGES = sorted(LIBRARY.languages("skin-needling"))
AT_NIGHT = {
    "en": r"tonight|this evening",
    "en-GB": r"tonight|this evening",
    "de": r"heute abend|heute nacht",
    "es": r"esta noche",
    "fr": r"ce soir|cette nuit",
    "pl": r"dzi[sś] wieczorem|wieczorem",
    "pt-BR": r"hoje à noite|esta noite",
}


@pytest.mark.parametrize(
    "said,expected",
    [
        ("Ana, SPF 30+ now.", "Ana, call us. SPF 30+ now."),
        ("Hi Ana, you can start now.", "Hi Ana, call us. You can start now."),
        ("Hola, Ana: ¿todo bien?", "Hola, Ana: call us. ¿Todo bien?"),
        ("Your skin heals, Ana.", "Call us. Your skin heals, Ana."),
    ],
)
def test_a_text_opens_after_its_greeting(said: str, expected: str) -> None:
    assert opened(said, "call us.", "Ana") == expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_day_one_opens_with_the_first_night_in_every_language(language: str) -> None:
    facts = replace(UNTOLD, language=language)
    said = LIBRARY.all_languages[language].first_night
    text = render("day-1", Channel.SMS, facts)
    assert said["sms"] in text.text
    assert size(said["sms"]).encoding is Encoding.GSM_7
    assert text.segments <= 2
    email = render("day-1", Channel.EMAIL, facts)
    assert said["email"] in email.text.replace("\n", " ")
    assert said["email"] in email.html.replace("&#39;", "'")
    assert email.text.index(said["email"]) < email.text.index("Ana")


def test_no_other_message_opens_with_it() -> None:
    for channel in Channel:
        assert render("day-3", channel, UNTOLD).text == render("day-3", channel).text
        assert render("day-1", channel, UNTOLD).text != render("day-1", channel).text
    discreet = replace(UNTOLD, discretion=Discretion.DISCREET)
    assert "cream" not in render("day-1", Channel.SMS, discreet).text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("protocol", sorted(LIBRARY.protocols))
@pytest.mark.parametrize("hours", [0, 24])
def test_the_first_night_s_words_hold_the_morning_after(
    protocol: str, language: str, hours: int
) -> None:
    words = LIBRARY.wording(protocol, language, "same-evening", {"sunscreen_start_h": hours})
    for said in (words.subject, words.preheader, words.sms, words.body):
        assert not re.search(AT_NIGHT[language], said, re.IGNORECASE), said
