"""Check wording against the rules for safe and readable messages, each fault with its fix."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass
from datetime import date

from jinja2 import TemplateError

from reminders.rules.protocols import Protocol
from reminders.rules.translation import gettext, gettext_noop
from reminders.rules.wording import Wording
from reminders.wording.composition import only_placeholders
from reminders.wording.library import Library, WordingError
from reminders.wording.lint_cases import Case, Found, sample, template_of
from reminders.wording.lint_texts import NO_WAY_ON, TEXT_CHECKS, fixed_texts
from reminders.wording.localised import number_text
from reminders.wording.markdown import hold_tags, to_text
from reminders.wording.reading_age import grade, sentences, words

HIGHEST_GRADE = 6
"""Years of school: a reading age of about eleven."""

LONGEST_SENTENCE = 20
"""Words, as the Center for Health Care Strategies advises at most."""

LONGEST_SUBJECT = 70
LONGEST_PREHEADER = 110

THREE_THINGS = ("day-1", "week-1", "month-1")
"""Milestones that always speak of sunscreen, of not picking and of moisture."""

_UNSAID = {
    ("text", "sunscreen"): gettext_noop("The text says nothing of sunscreen."),
    ("text", "picking"): gettext_noop("The text says nothing of picking."),
    ("text", "moisture"): gettext_noop("The text says nothing of moisture."),
    ("email", "sunscreen"): gettext_noop("The email says nothing of sunscreen."),
    ("email", "picking"): gettext_noop("The email says nothing of picking."),
    ("email", "moisture"): gettext_noop("The email says nothing of moisture."),
}
ABOUT_TEXT = (*(said for (part, _), said in _UNSAID.items() if part == "text"), NO_WAY_ON)
"""What may be wrong with a text by a rule that emails have too."""

_CUT_OFF = {
    "subject": gettext_noop("A phone cuts the subject off. Stay under %(most)s letters."),
    "preheader": gettext_noop("A phone cuts the preheader off. Stay under %(most)s letters."),
}

_HELD = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_SHORTENERS = re.compile(
    r"(?i)\b(?:bit\.ly|tinyurl\.com|t\.co|goo\.gl|is\.gd|ow\.ly|buff\.ly|rb\.gy|cutt\.ly|t\.ly)\b"
)
_MARKUP = re.compile(r"<[a-zA-Z/!][^>]*>|\*\*|__|\]\(|^#{1,6} ", re.MULTILINE)
_LINK = re.compile(r"(?i)\b(?:https?://|www\.)")
_RESERVED = re.compile(
    r"\b(?:STOP|STOPALL|UNSUBSCRIBE|CANCEL|END|QUIT|START|UNSTOP|YES|HELP|INFO|REVOKE|OPTOUT)\b"
)


@dataclass(frozen=True, slots=True)
class LintFault:
    """What is wrong, by which rule, where, and what to do about it."""

    rule: str
    protocol: str
    language: str
    milestone: str
    problem: str


def lint_wording(
    library: Library,
    protocol: str,
    language: str,
    milestone: str,
    source: Wording,
    numbers: Mapping[str, int] | None = None,
) -> list[LintFault]:
    """Return what is wrong with a wording at a clinic's ``own`` numbers; nothing is sent or
    kept."""
    course, tongue = library.protocols[protocol], library.all_languages[language]

    def fault(rule: str, problem: str) -> LintFault:
        return LintFault(rule, protocol, language, milestone, problem)

    try:
        if not all(map(only_placeholders, astuple(source))):
            return [fault("placeholder", gettext("Use only placeholders and plain conditions."))]
        filled = library.with_numbers(protocol, language, source, numbers or {})
        read = Wording(*(template_of(part).render(sample(tongue)) for part in astuple(filled)))
    except (TemplateError, WordingError) as error:
        problem = gettext("A placeholder is not known or not closed: %(why)s.", why=str(error))
        return [fault("placeholder", problem)]
    case = Case(course, tongue, milestone, source, filled, read)
    return [fault(rule, problem) for check in _CHECKS for rule, problem in check(case)]


def _readable(case: Case) -> Found:
    text = f"{case.read.sms}\n{to_text(case.read.body)}"
    years = grade(text, case.language.measure)
    if years > HIGHEST_GRADE:
        problem = gettext(
            "It reads like school year %(years)s; at most %(most)s. Use shorter words.",
            years=number_text(years),
            most=HIGHEST_GRADE,
        )
        yield "reading-age", problem
    for sentence in sentences(text):
        if len(words(sentence)) > LONGEST_SENTENCE:
            problem = gettext("Part this sentence in two: “%(sentence)s”", sentence=sentence)
            yield "sentence-length", problem


def _truthful(case: Case) -> Found:
    everything = " ".join(astuple(case.read))
    for pattern in case.language.lint["banned"]:
        if match := re.search(pattern, everything, re.IGNORECASE):
            problem = gettext(
                "“%(words)s” promises or advises what we never do. Leave it out.", words=match[0]
            )
            yield "banned-claim", problem
    protocol = case.protocol
    called = (protocol.name, *protocol.names.values(), *protocol.known_as)
    names = sorted({name.casefold() for name in called})
    shown = f"{case.read.subject} {case.read.preheader} {case.read.sms}".casefold()
    for name in names:
        if re.search(rf"\b{re.escape(name)}\b", shown):
            problem = gettext(
                "“%(words)s” would show on a lock screen. Say “your visit”.", words=name
            )
            yield "procedure-named", problem


def _complete(case: Case) -> Found:
    for name in ("first_name", "clinic.phone"):
        if not re.search(rf"\{{\{{\s*{re.escape(name)}\s*\}}\}}", case.source.body):
            problem = gettext("The email lacks %(placeholder)s.", placeholder=f"{{{{ {name} }}}}")
            yield "required-part", problem
    for heading in case.language.headings.values():
        if f"## {heading}" not in case.source.body:
            problem = gettext("The email lacks the heading “%(heading)s”.", heading=heading)
            yield "required-part", problem
    if "](tel:" not in case.source.body:
        yield "required-part", gettext("The email lacks a link that calls the clinic.")


def _three_things(case: Case) -> Found:
    if case.milestone not in THREE_THINGS:
        return
    for part, text in (("text", case.read.sms), ("email", case.read.body)):
        for theme in ("sunscreen", "picking", "moisture"):
            if not any(word in text.casefold() for word in case.language.lint[theme]):
                yield "required-part", gettext(_UNSAID[part, theme])


def _numbers(case: Case) -> Found:
    for part in astuple(case.source):
        bare = _HELD.sub(" ", hold_tags(part, str))
        if match := re.search(r"\S*\d\S*", bare):
            problem = gettext(
                "“%(words)s” is a number of your own. Use a placeholder such as %(placeholder)s, or a word.",
                words=match[0],
                placeholder="{{ spf_min }}",
            )
            yield "hard-number", problem


def _addressed(case: Case) -> Found:
    everything = " ".join(astuple(case.source))
    if match := _SHORTENERS.search(everything):
        problem = gettext(
            "Carriers block “%(words)s”. Use %(placeholder)s.",
            words=match[0],
            placeholder="{{ page_url }}",
        )
        yield "shortener", problem
    elif _LINK.search(everything):
        problem = gettext("Clients get one link only, to their own page. Leave this one out.")
        yield "foreign-link", problem
    if match := _RESERVED.search(case.source.sms):
        problem = gettext(
            "“%(words)s” is an answer phones and carriers act upon. Use another word.",
            words=match[0],
        )
        yield "reserved-word", problem


def _shown(case: Case) -> Found:
    if match := _MARKUP.search(case.read.sms):
        problem = gettext(
            "“%(words)s” shows as it is in a text. Write plain words.", words=match[0]
        )
        yield "markup", problem
    for part, most in (("subject", LONGEST_SUBJECT), ("preheader", LONGEST_PREHEADER)):
        if len(getattr(case.read, part)) > most:
            yield "cut-off", gettext(_CUT_OFF[part], most=most)


_CHECKS = (
    _shown,
    _readable,
    _truthful,
    _complete,
    _three_things,
    _numbers,
    _addressed,
    *TEXT_CHECKS,
)


def lint_library(library: Library, today: date) -> Iterator[LintFault]:
    """Return what is wrong with all packaged wording, at every end of its numbers."""
    seen: set[tuple[str, str, Wording]] = set()
    for tag, language in library.all_languages.items():
        for rule, problem in fixed_texts(language, library.answers(language.extends or tag)):
            yield LintFault(rule, "", tag, "", problem)
    for protocol in library.protocols.values():
        yield from _sources_cited(library, protocol)
        for tag in library.all_languages:
            yield from _within_review(library, protocol, tag, today)
            if tag in library.languages(protocol.key):
                yield from _wordings_linted(library, protocol, tag, seen)


def _sources_cited(library: Library, protocol: Protocol) -> Iterator[LintFault]:
    for milestone in protocol.milestones:
        missing = [key for key in milestone.sources if key not in library.sources]
        if missing or not milestone.sources:
            problem = f"Name sources that stand in care/sources.toml (not {', '.join(missing)})."
            yield LintFault("source-missing", protocol.key, "", milestone.key, problem)
    for parameter in protocol.parameters:
        if not parameter.source.strip():
            problem = f"Say where the range of {parameter.key} comes from."
            yield LintFault("source-missing", protocol.key, "", "", problem)


def _within_review(
    library: Library, protocol: Protocol, tag: str, today: date
) -> Iterator[LintFault]:
    review = protocol.reviews.get(tag)
    if review is None or review.review_by < today:
        problem = "Say under [reviews] who read it and by when it must be read again."
        yield LintFault("review-past", protocol.key, tag, "", problem)
    for milestone in protocol.milestones:
        try:
            library.wording(protocol.key, tag, milestone.key)
        except WordingError as error:
            yield LintFault("milestone-missing", protocol.key, tag, milestone.key, str(error))


def _wordings_linted(
    library: Library, protocol: Protocol, tag: str, seen: set[tuple[str, str, Wording]]
) -> Iterator[LintFault]:
    """Look at each milestone at the ends of its numbers; what protocols share is looked at once."""
    ends = (
        protocol.defaults(),
        *({p.key: p.ends[end] for p in protocol.parameters} for end in (0, -1)),
    )
    for milestone in protocol.milestones:
        found: dict[LintFault, None] = {}
        for numbers in ends:
            source = library.wording(protocol.key, tag, milestone.key, numbers)
            if (tag, milestone.key, source) in seen:
                continue
            seen.add((tag, milestone.key, source))
            faults = lint_wording(library, protocol.key, tag, milestone.key, source, numbers)
            found |= dict.fromkeys(faults)
        yield from found
