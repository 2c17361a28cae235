"""Check what is said by text: whether a person would write it, and what it costs at its dearest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import astuple
from typing import Any

from reminders.rules.segments import size, ucs2_characters
from reminders.rules.translation import gettext, gettext_noop, ngettext
from reminders.wording.languages import Language
from reminders.wording.lint_cases import CLINIC_NAME, DEAREST_NAME, Case, Found, sample, template_of
from reminders.wording.text_composition import by_phone, compose, without_lead

STOP_TOLD = range(2, 28)
"""Days after a treatment on which its texts have said how to stop already, unless none went before."""

NO_WAY_ON = gettext_noop("The text lacks {{ clinic.phone }} or {{ page_url }}.")

LIST = 3
"""So many pieces without a verb, one after the other, are a list of nouns."""

_PLACEHOLDER = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_LEAD = re.compile(r"[^.!?]*\{\{ (?:page_url|clinic\.phone) \}\}\s*$")
"""Where to read on or whom to call, which may end a text without a verb."""

_SENTENCE = re.compile(r"[^.!?;]+[.!?;]?")
_PIECE = re.compile(r"[,:]")
_NUMBER, _PAGE = "clinic.phone }}", "page_url }}"


def _greets(case: Case) -> Found:
    opens = "|".join(map(re.escape, case.language.lint["opens"]))
    if not re.match(rf"(?:{opens}),? \{{\{{ first_name \}}\}}[,.:]", case.filled.sms):
        word = case.language.lint["opens"][0]
        begin = f"{word} {{{{ first_name }}}},"
        yield (
            "greeting",
            gettext("The text does not greet. Begin it with “%(words)s”.", words=begin),
        )


def _statements(case: Case) -> Iterator[str]:
    """Return what a text says in sentences: no greeting, no question, no way to read on."""
    greeted = re.sub(r"^[^{]*\{\{ first_name \}\}[,.:]", "", case.filled.sms)
    told = _LEAD.sub("", greeted)
    for sentence in _SENTENCE.findall(_PLACEHOLDER.sub("9", told)):
        if not sentence.endswith("?") and re.search(r"[^\W\d]{2}", sentence):
            yield sentence.strip()


def _has_verb(case: Case, words: str) -> bool:
    verbs = set(case.language.lint["verbs"].split())
    return not verbs.isdisjoint(re.findall(r"[\w-]+", words.casefold()))


def _in_sentences(case: Case) -> Found:
    for statement in _statements(case):
        if not _has_verb(case, statement):
            problem = gettext(
                "The text says “%(words)s” without a verb. Make it a sentence.", words=statement
            )
            yield "verb", problem
        run = 0
        for piece in _PIECE.split(statement):
            run = 0 if _has_verb(case, piece) else run + 1
            if run == LIST:
                problem = gettext(
                    "The text lists nouns: “%(words)s” Say it in sentences.", words=statement
                )
                yield "noun-list", problem


def _number_or_link(case: Case) -> Found:
    called, linked = (part in case.filled.sms for part in (_NUMBER, _PAGE))
    if not called and not linked:
        yield "required-part", gettext(NO_WAY_ON)
    elif called and linked and not case.point.number_and_link:
        problem = gettext(
            "The text has a number and a link. Keep one: the page has a button that calls."
        )
        yield "number-and-link", problem


def _of_any_gender(case: Case) -> Found:
    everything = " ".join(astuple(case.source))
    for form, _ in case.language.lint["gendered"]:
        if match := re.search(form, everything, re.IGNORECASE):
            problem = gettext(
                "“%(words)s” guesses the reader's gender. Say it otherwise.", words=match[0]
            )
            yield "gender", problem


def _priced(case: Case) -> Found:
    """Look at both forms of a text: as most of a course goes, and as it says how to stop."""
    sms, known = case.filled.sms, sample(case.language)
    often = case.point.after.months or case.point.after.days not in STOP_TOLD
    briefly = by_phone(sms, case.language.say["questions"])
    forms = [("", [sms]), (case.language.stop, [sms, briefly or sms])]
    briefest = without_lead(sms)
    if case.point.after.months and briefest:  # where nobody can reply, a link says it once a month
        by_link = template_of(case.language.stop_by_link).render(known)
        forms.append((by_link, [sms, briefly or sms, briefest]))
    for stop, sources in forms:
        ways = [template_of(source).render for source in sources]
        text, cost = compose(CLINIC_NAME, ways, [DEAREST_NAME], known, stop)
        if cost.segments > 1 and (often or not stop):
            letters = "".join(ucs2_characters(text))
            mend = (
                gettext("“%(letters)s” makes every part shorter.", letters=letters)
                if letters
                else gettext("Shorten it.")
            )
            yield "segments", f"{_too_long(size(text).segments, len(text), stop)} {mend}"


def _too_long(segments: int, letters: int, stop: str) -> str:
    if not stop:
        return ngettext(
            "This text takes %(n)s segment (%(letters)s letters); at most 1.",
            "This text takes %(n)s segments (%(letters)s letters); at most 1.",
            segments,
            letters=letters,
        )
    return ngettext(
        "This text takes %(n)s segment (%(letters)s letters, with “%(stop)s” under it); at most 1.",
        "This text takes %(n)s segments (%(letters)s letters, with “%(stop)s” under it); at most 1.",
        segments,
        letters=letters,
        stop=stop,
    )


SAYS = {"started": "STOP", "help": "STOP", "stopped": "START", "stopped_cancel": "START"}
"""Which fixed answers say by which word it goes on, or stops (CTIA, Messaging Principles 5.1.2)."""


def fixed_texts(language: Language, answers: Mapping[str, str]) -> Found:
    """Look at what every text of a language ends with, at the welcome, and at the fixed answers."""
    known = sample(language)
    if "STOP" not in language.stop:
        yield "stop-line", f"“{language.stop}” does not name STOP, the word that stops texts."
    yield from _one_way(language, known)
    for part in ("rates", "per_week"):
        if f"{{{{ {part} }}}}" not in language.welcome:
            yield "required-part", f"The welcome lacks {{{{ {part} }}}}."
    for may_apply in (True, False):
        rates = language.rates(may_apply=may_apply)
        ways = [template_of(f"{language.welcome} {language.say['questions']}").render]
        words = known | {"rates": rates}
        text, _ = compose(CLINIC_NAME, ways, [DEAREST_NAME], words, language.stop)
        filled = {
            "clinic": CLINIC_NAME,
            "phone": known["clinic"]["phone"],
            "per_week": "3",
            "rates": rates,
        }
        said = {name: answer.format_map(filled) for name, answer in answers.items()}
        for name, written_so in {"welcome": text, **said}.items():
            if size(written_so).segments > 1:
                yield (
                    "segments",
                    f"“{name}” takes {size(written_so).segments} segments. Shorten it.",
                )
    for name, word in SAYS.items():
        if not re.search(rf"\b{word}\b", answers[name]):
            yield "stop-line", f"“{name}” does not say {word}."


def _one_way(language: Language, known: dict[str, Any]) -> Found:
    """Look at what is said where nobody can reply: no word to answer with, a link and a number."""
    for part, said in (
        ("stop_url", language.stop_by_link),
        ("per_week", language.welcome_one_way),
        ("clinic.phone", language.welcome_one_way),
    ):
        if f"{{{{ {part} }}}}" not in said:
            yield "required-part", f"“{said}” lacks {{{{ {part} }}}}."
    if re.search(r"\bSTOP\b", language.stop_by_link + language.welcome_one_way):
        yield "stop-line", "Where nobody can reply, no text may say STOP."
    stop = template_of(language.stop_by_link).render(known)
    ways = [template_of(language.welcome_one_way).render]
    text, cost = compose(CLINIC_NAME, ways, [DEAREST_NAME, ""], known, stop)
    if cost.segments > 1:
        yield "segments", f"“{text}” takes {cost.segments} segments. Shorten it."


TEXT_CHECKS = (_greets, _in_sentences, _number_or_link, _of_any_gender, _priced)
