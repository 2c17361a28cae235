"""Sentences that are stored are read by everybody in their own language."""

from __future__ import annotations

import json
from datetime import date
from gettext import NullTranslations

from reminders.rules.questions import about_vanished
from reminders.rules.sayings import Saying, keep, say
from reminders.rules.translation import DayOfYear, Translation, translated_to

GERMAN = {
    "These treatments are no longer in your file: %(treatments)s. Were they cancelled?": "Nicht"
    " mehr in Ihrer Datei: %(treatments)s. Abgesagt?",
    "Cancel %(treatment)s": "%(treatment)s absagen",
}


class Catalogue(NullTranslations):
    """Knows a few sentences."""

    def gettext(self, message: str) -> str:
        """Look one up."""
        return GERMAN.get(message, message)


def value(value: object) -> object:
    """Write days as Germans do."""
    return f"{value.day}. {value.month}." if isinstance(value, date) else value


def whose(name: str, day: int) -> Saying:
    return Saying("%(name)s (%(day)s)", name=name, day=DayOfYear(2026, 3, day))


def test_words_of_others_are_kept_as_they_are() -> None:
    assert say(keep("Ana 100 % (VIP)")) == "Ana 100 % (VIP)"


def test_a_stored_question_is_said_in_the_language_of_its_reader() -> None:
    doubt = about_vanished("march", {1: whose("Ana", 3), 2: whose("Bea", 4)})
    english = (
        "These treatments are no longer in your file: Ana (3 March), Bea (4 March)."
        " Were they cancelled?"
    )
    assert doubt.sentence == english
    kept = json.loads(json.dumps(keep(doubt.sentence)))
    label = json.loads(json.dumps(keep(doubt.choices[2].label)))
    assert (say(kept), say(label)) == (english, "Cancel Ana (3 March)")
    with translated_to(Translation("de", Catalogue(), value)):
        assert say(kept) == "Nicht mehr in Ihrer Datei: Ana (3. 3.), Bea (4. 3.). Abgesagt?"
        assert say(label) == "Ana (3. 3.) absagen"
        assert keep(say(kept)) == kept


def test_only_what_a_sentence_names_is_stored() -> None:
    assert keep(Saying("Is it %(told)s?", told="Ana", known="Bea")) == {
        "say": "Is it %(told)s?",
        "with": {"told": "Ana"},
    }
