"""Every sentence that staff read is in every catalogue, translated, with all its values and markup."""

from __future__ import annotations

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from babel.messages import Catalog

from reminders.rules.translation import gettext, ngettext, translated_to
from reminders.wording.catalogues import languages_of, translation_to
from reminders.wording.library import templates_folder
from tests.catalogues import KEYWORDS, LANGUAGES, LOCALE, catalogue, sentences, untranslated
from tests.support.unmarked import in_module, in_template

TEMPLATES = sorted((templates_folder() / "desk").glob("*.html"))
HOUSE = Path(__file__).parents[2] / "reminders"
SPEAKING = [
    path
    for path in sorted(HOUSE.rglob("*.py"))
    if path.relative_to(HOUSE).parts[0] not in {"shapes", "store", "settings.py"}
    and path.relative_to(HOUSE).parts[:2] != ("web", "api")
]
"""The API and the settings speak to programmers, and do so in English."""

NAMES = {"API", "SMS", "Twilio", "Slack", "Teams", "Zapier", "English", "Cal.com", "Calendly"}
CONSTANTS = {"small quiet", "said bad", "/api/v1"}
"""What is called the same in every language, and what is no word at all."""


@cache
def known(language: str) -> Catalog:
    return catalogue(language)


def key(message: Any) -> tuple[Any, Any]:
    return message.context, message.id


def forms(string: Any) -> list[str]:
    return list(string) if isinstance(string, list | tuple) else [string]


def test_there_is_a_catalogue_for_each_language_that_clients_are_written_to() -> None:
    assert set(languages_of(LOCALE)) == {"en", *LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_has_the_sentences_of_the_code_and_no_other(language: str) -> None:
    there = {key(message) for message in known(language) if message.id}
    wanted = {key(message) for message in sentences() if message.id}
    assert not wanted - there, "python -m tests.catalogues adds them"
    assert not there - wanted, "python -m tests.catalogues drops them"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_translated_and_nobody_doubts_one(language: str) -> None:
    assert not [message.id for message in untranslated(known(language))]


def values(sentence: str) -> Counter[str]:
    return Counter(re.findall(r"%\(\w+\)s|%%", sentence))


def markup(sentence: str) -> Counter[str]:
    return Counter(re.findall(r"</?\w+[^>]*>", sentence))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_keeps_the_values_and_the_markup_of_its_sentence(language: str) -> None:
    wrong = []
    for message in filter(lambda one: one.id, known(language)):
        english = forms(message.id)
        for said in forms(message.string):
            same = any(values(one).keys() == values(said).keys() for one in english)
            if not same or markup(said) != markup(english[-1]):
                wrong.append((message.id, said))
    assert not wrong


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_page_of_the_desk_says_nothing_that_is_not_marked(template: Path) -> None:
    assert not [
        words
        for words in in_template(template.read_text("utf-8"))
        if words not in NAMES | CONSTANTS
    ]


@pytest.mark.parametrize("module", SPEAKING, ids=lambda path: str(path.relative_to(HOUSE)))
def test_a_module_says_nothing_to_staff_that_is_not_marked(module: Path) -> None:
    assert not list(in_module(module))


def marked_within_f_strings(module: str) -> list[str]:
    """Return the sentences marked inside f-strings, where Python 3.11 lets nobody find them."""
    strings = [node for node in ast.walk(ast.parse(module)) if isinstance(node, ast.JoinedStr)]
    calls = [call for one in strings for call in ast.walk(one) if isinstance(call, ast.Call)]
    return [
        ast.unparse(call)
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id in KEYWORDS
        if any(isinstance(given, ast.Constant) for given in call.args)
    ]


def test_sentences_are_marked_where_every_python_finds_them() -> None:
    modules = {path: path.read_text("utf-8") for path in HOUSE.rglob("*.py")}
    assert [path for path, code in modules.items() if marked_within_f_strings(code)] == []


def test_a_sentence_marked_in_an_f_string_is_found() -> None:
    assert marked_within_f_strings("""f"name: {gettext('Enter a name.')}\"""")
    assert not marked_within_f_strings("""f"{gettext(name)}: {_(words)}\"""")


UNMARKED = {
    "text": "<p>Hello there</p>",
    "an attribute": '<input placeholder="Your name">',
    "a label": '{{ forms.field("name", "Full name") }}',
    "a choice of two": '{{ "One text" if n == 1 else _("Many texts") }}',
    "text beside a sentence that is marked": '<p>{{ _("Marked.") }} Not marked.</p>',
}


@pytest.mark.parametrize("template", UNMARKED.values(), ids=UNMARKED)
def test_what_is_not_marked_is_found(template: str) -> None:
    assert list(in_template(template))


def test_what_is_marked_is_passed_over() -> None:
    assert not list(
        in_template(
            '<p class="hint">{{ _("Hello %(name)s", name=x) }}: {{ y }}</p>'
            "{% trans n=3 %}1 row{% pluralize %}{{ n }} rows{% endtrans %}"
            '{% if kind == "sms" %}<b>{{ y | date("MMMEd") }}</b>{% endif %}'
        )
    )


@pytest.mark.parametrize(
    "said, found",
    [
        ('raise InputError("This is wrong.", mend)', True),
        ('raise InputError(f"{name} is wrong here.", mend)', True),
        ('raise InputError(gettext("This is wrong."), mend)', False),
        ('request.faults["name"] = "Enter a name."', True),
        ('request.faults["name"] = gettext("Enter a name.")', False),
    ],
)
def test_a_sentence_in_the_code_is_found(tmp_path: Path, said: str, found: bool) -> None:
    module = tmp_path / "module.py"
    module.write_text(said)
    assert bool(list(in_module(module))) is found


def test_counts_have_the_forms_of_their_language() -> None:
    with translated_to(translation_to(LOCALE, "pl")):
        counted = [ngettext("%(n)s day ago", "%(n)s days ago", n) for n in (1, 2, 5, 22, 1000)]
    assert counted == [
        "1 dzień temu",
        "2 dni temu",
        "5 dni temu",
        "22 dni temu",
        "1\xa0000 dni temu",
    ]


def test_what_no_catalogue_knows_is_said_in_english() -> None:
    with translated_to(translation_to(LOCALE, "de")):
        assert gettext("A clinic’s own words, 100 %") == "A clinic’s own words, 100 %"
    assert translation_to(LOCALE, "it").language == "en"
    assert translation_to(LOCALE, "pt-PT").language == "pt-BR"
