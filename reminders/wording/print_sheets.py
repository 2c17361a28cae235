"""HTML to print: the client's aftercare sheet, and the review pack that a clinician signs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from reminders.rules.protocols import Milestone
from reminders.rules.red_flags import FLAGS
from reminders.rules.segments import size
from reminders.rules.skin_answers import MOMENTS
from reminders.rules.text_names import name_in_texts
from reminders.rules.translation import current_language
from reminders.rules.wording import Wording
from reminders.wording.languages import Language
from reminders.wording.library import Library
from reminders.wording.lint_cases import PAGE_URL
from reminders.wording.markdown import to_html
from reminders.wording.reading_age import grade
from reminders.wording.text_composition import written
from reminders.wording.translated_templates import translate_in

SHEET = ("same-evening", "day-1", "day-3", "week-1")
"""What goes on the sheet: the week in which a client looks things up."""

BLANK = "____________________"

_FILL = Environment(undefined=StrictUndefined, autoescape=False)  # noqa: S701 (texts)
_PAGE = translate_in(Environment(undefined=StrictUndefined, autoescape=True))


@dataclass(frozen=True, slots=True)
class Printed:
    """A milestone as it stands on paper."""

    milestone: Milestone
    words: Wording
    text: str
    segments: int
    grade: float
    html: Markup


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The clinic's details on a sheet; blank lines where a clinic fills them in by hand."""

    name: str = BLANK
    phone: str = BLANK
    dial: str = ""
    address: str = BLANK
    emergency: str = ""
    text_name: str | None = None


def aftercare_sheet(
    library: Library,
    protocol: str,
    language: str,
    clinic: Letterhead | None = None,
    own: Mapping[str, int] | None = None,
) -> str:
    """Return one page of HTML to print: the first week at the clinic's ``own`` numbers.

    Raises ``WordingError``.
    """
    tongue = library.all_languages[language]
    course = library.protocols[protocol]
    printed = [
        _printed(
            library, protocol, tongue, course.milestone(key), clinic or Letterhead(), own or {}
        )
        for key in SHEET
    ]
    known = _known(tongue, clinic or Letterhead())
    urgent = _FILL.from_string(library.shared(protocol, language, "urgent") or "").render(known)
    feel = library.shared(protocol, language, "feel") or ""
    page: str = _page(library, "print/sheet.html").render(
        urgent=Markup(to_html(f"{feel}\n\n{urgent}")),  # noqa: S704 (raw HTML is off)
        tag=language,
        say=tongue.say,
        headings=tongue.headings,
        clinic=clinic or Letterhead(),
        days=[(p.words.subject, *_sections(p)) for p in printed],
    )
    return page


def review_pack(library: Library, protocol: str, language: str, today: date) -> str:
    """Return a pack of HTML to print, read and sign: every message of a protocol in a language,
    with why it comes, on which sources, at which numbers, and what the client's page answers to how the
    skin is. Raises ``WordingError``.
    """
    tongue = library.all_languages[language]
    course = library.protocols[protocol].course({})
    sample = Letterhead("Your clinic", "020 7946 0018", "+442079460018", "1 Sample Street")
    printed = [_printed(library, protocol, tongue, m, sample, {}) for m in course.milestones]
    signs = [one for one in FLAGS if one.protocol is None or one.protocol in course.lineage]
    used = {key for m in course.milestones for key in m.sources}
    used |= {key for sign in signs for key in sign.sources}
    page: str = _page(library, "print/wording.html").render(
        lang=current_language(),
        protocol=course,
        language=tongue,
        review=course.reviews.get(language),
        printed=printed,
        values=course.settle({}).values,
        sources={key: library.sources[key] for key in sorted(used)},
        page=library.phrases.words(language, ""),
        sample=sample.name,
        signs=signs,
        asked=[course.milestone(moment.key).name for moment in MOMENTS],
        today=today,
    )
    return page


def _printed(
    library: Library,
    protocol: str,
    language: Language,
    milestone: Milestone,
    clinic: Letterhead,
    own: Mapping[str, int],
) -> Printed:
    source = library.wording(protocol, language.tag, milestone.key, own)
    filled = library.with_numbers(protocol, language.tag, source, own)
    known = _known(language, clinic)
    words = Wording(*(str(_FILL.from_string(part).render(known)) for part in astuple(filled)))
    text = written(f"{name_in_texts(clinic)}: {words.sms}")
    return Printed(
        milestone,
        words,
        text,
        size(text).segments,
        grade(f"{words.sms}\n{words.body}", language.measure),
        Markup(to_html(words.body)),  # noqa: S704 (raw HTML in Markdown is off)
    )


def _known(language: Language, clinic: Letterhead) -> dict[str, Any]:
    return {
        "first_name": "Ana",
        "when": BLANK,
        "date": BLANK,
        "page_url": PAGE_URL,
        "emergency": clinic.emergency or language.say["emergency"],
        "clinic": clinic,
    }


def _sections(printed: Printed) -> tuple[Markup, Markup, Markup]:
    """Part a message by its three headings: what to do, what is normal, when to call."""
    _, *parts = printed.words.body.split("## ")
    lines = [part.partition("\n")[2] for part in parts]
    *shown, call = lines
    listed = "\n".join(line for line in call.splitlines() if line.startswith("- "))
    return tuple(Markup(to_html(part)) for part in (*shown, listed))  # type: ignore[return-value]  # noqa: S704


@lru_cache(maxsize=8)
def _template(source: str) -> Any:
    return _PAGE.from_string(source)


def _page(library: Library, name: str) -> Any:
    return _template(library.page(name))
