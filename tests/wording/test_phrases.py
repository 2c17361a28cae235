"""The sentences of clients' pages are whole, alike and lawful in every language."""

from __future__ import annotations

import re
from datetime import date

import pytest

from reminders.rules.segments import Encoding, fold, size
from reminders.web.client.page import say_day
from reminders.wording.reading_age import grade
from tests.support.languages import LIBRARY

BOOK = LIBRARY.phrases
ENGLISH = BOOK.table("en")
LANGUAGES = sorted(BOOK.names)
OTHERS = [language for language in LANGUAGES if language != "en"]


def sentences(language: str) -> dict[str, str]:
    """Return every sentence of a language, those of lists numbered."""
    found: dict[str, str] = {}
    for key, said in BOOK.table(language).items():
        one_by_one = [said] if isinstance(said, str) else said
        found |= {f"{key}/{number}": one for number, one in enumerate(one_by_one)}
    return found


def test_there_are_pages_in_every_language_there_are_messages_in() -> None:
    own = {tag for tag, language in LIBRARY.all_languages.items() if not language.extends}
    assert set(LANGUAGES) == own
    assert {tag: LIBRARY.all_languages[tag].name for tag in own} == BOOK.names | {"en": "English"}


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_has_every_sentence_and_fills_the_same_into_it(language: str) -> None:
    theirs, ours = sentences(language), sentences("en")
    assert theirs.keys() == ours.keys()
    blanks = {k: sorted(re.findall(r"\{\w+\}", s)) for k, s in theirs.items()}
    assert blanks == {k: sorted(re.findall(r"\{\w+\}", s)) for k, s in ours.items()}


SAME = {"{clinic}", "{channel}: no, {date}", "No", "Name", "Code", "Make\u2011up"}
"""What another language may spell as English does."""


@pytest.mark.parametrize("language", OTHERS)
def test_no_sentence_was_left_in_english(language: str) -> None:
    ours = sentences("en")
    left = {key: said for key, said in sentences(language).items() if said == ours[key]}
    assert {key for key, said in left.items() if said not in SAME} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_read_as_easily_as_messages(language: str) -> None:
    whole = "\n".join(re.sub(r"\{\w+\}", "Ana", said) for said in sentences(language).values())
    assert grade(whole, LIBRARY.all_languages[language].measure) <= 6


COUNTED = r"\{(?:per_week|count)\}[ \u00a0]?([^\s.,:;?!)]*)"
AFTER = {
    "en": {"a", ""},
    "es": {"por", ""},
    "fr": {"par", "SMS/semaine", ""},
    "de": {"pro", "SMS", ""},
    "pl": {"w", "SMS", ""},
    "pt-BR": {"por", "SMS", ""},
}
"""What may follow a number, as none of it changes with the number: “up to 1 a week”."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_would_have_to_agree_with_a_number(language: str) -> None:
    told = {k: s for k, s in sentences(language).items() if not k.startswith("opt_in.")}
    assert {w for s in told.values() for w in re.findall(COUNTED, s)} <= AFTER[language]


LAWFUL = {
    "en": ("recurring automated", r"Msg & data rates may apply", "not a condition of purchase", "link to stop"),
    "es": ("automáticos y periódicos", "Pueden aplicarse tarifas", "no es condición de compra", "enlace para dejarlo"),
    "fr": ("réguliers et automatiques", "Des frais .* peuvent s'appliquer", "n'est pas une condition d'achat", "lien pour arrêter"),
    "de": ("wiederkehrende, automatische", "Es können Kosten .* anfallen", "keine Bedingung für einen Kauf", "Link zum Abmelden"),
    "pl": ("cykliczne, automatyczne", "Mogą obowiązywać opłaty", "nie jest warunkiem zakupu", "link(?:iem)? do rezygnacji"),
    "pt-BR": ("automáticos e periódicos", "Podem incidir tarifas", "não é condição de compra", "link para parar"),
}  # fmt: skip
"""How each language says that texts repeat by themselves, may cost, and are no condition, and that
each email can be stopped (CTIA, Messaging Principles 5.1.1)."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_consent_says_all_that_the_law_asks_for(language: str) -> None:
    said = sentences(language)
    recurring, rates, free, stoppable = LAWFUL[language]
    texts = (recurring, rates, free, r"\{clinic\}", r"\{per_week\}", r"\bSTOP\b", r"\bHELP\b")
    links = (r"\{privacy\}", r"\{terms\}")
    needed = {
        "join.agree_texts": (*texts, r"\{sender\}", *links),
        "choices.agree_texts": texts,
        "join.agree_emails": (r"\{clinic\}", free, stoppable, *links),
        "choices.agree_emails": (r"\{clinic\}", free, stoppable),
        "join.ask_texts": (r"\{clinic\}", r"\{per_week\}", r"\bSTOP\b"),
        "terms.what_what": (r"\{per_week\}", rates),
        "terms.stop_what": (r"\bSTOP\b", r"\bHELP\b"),
        "terms.carriers_what": (free,),
        "privacy.who_what": ("Twilio", "400"),
    }
    missing = [
        (key, what)
        for key, all_of_it in needed.items()
        for what in all_of_it
        if not re.search(what, said[f"{key}/0"], re.IGNORECASE)
    ]
    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_code_goes_out_as_one_cheap_text(language: str) -> None:
    words = BOOK.words(language, "")
    text = words("code.text", clinic="Twenty Letter Clinic", code="123456")
    cost = size(fold(text))
    assert (cost.encoding, cost.segments) == (Encoding.GSM_7, 1)


def test_a_word_with_a_hyphen_and_a_french_double_sign_stay_on_their_line() -> None:
    assert BOOK.words("de", "")("choices.emails") == "E\u2011Mails"
    assert not re.search(r"\w-\w", " ".join(sentences("pl").values()))
    assert not [said for said in sentences("fr").values() if re.search(r"[^\u00a0«][?;:»](?!\S)|« ", said)]  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_day_that_ends_a_sentence_ends_it_with_one_stop(language: str) -> None:
    words = BOOK.words(language, "")
    for month in range(1, 13):
        said = words("advice.make-up_wait", until=say_day(date(2026, month, 5), words))
        assert re.search(r"[^.]\.$", said)


@pytest.mark.parametrize(
    "accepted,language",
    [
        ("", None),
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("it-IT,it;q=0.9,PL;q=0.8", "pl"),
        ("en;q=0.5, fr-CA;q=0.7", "fr"),
        ("pt-PT", "pt-BR"),
        ("en-gb", "en"),
        ("de;q=0, es", "es"),
        ("it, *;q=0.5", None),
        ("de;q=many, nonsense;;, ;q=1", None),
    ],
)
def test_a_browser_gets_the_first_of_its_languages_that_there_are_words_in(
    accepted: str, language: str | None
) -> None:
    found = BOOK.spoken(accepted)
    assert (BOOK.words(found, "").language if found else None) == language
