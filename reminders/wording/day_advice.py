"""What is normal and what is not on a day after a treatment, in the words of its milestone's message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Any

from jinja2 import TemplateError
from markupsafe import Markup

from reminders.rules.terms import ClinicFacts
from reminders.rules.wording import Wording
from reminders.wording.composition import only_placeholders
from reminders.wording.library import Library, WordingError
from reminders.wording.lint_cases import template_of
from reminders.wording.markdown import hold_tags, to_html


@dataclass(frozen=True, slots=True)
class DayAdvice:
    """Two parts of a message, as HTML: what is normal, and when to call."""

    normal: Markup
    call: Markup


def day_advice(
    library: Library,
    clinic: ClinicFacts,
    protocol: str,
    language: str,
    milestone: str,
    known: Mapping[str, Any],
) -> DayAdvice | None:
    """Return what a milestone's message says of its day, in the clinic's own words where it has some;
    of those that have no such parts any more the packaged ones are told. None where the protocol
    has no such milestone. ``known`` is what the words are filled with.
    """
    tag = library.language(protocol, language, clinic.country)
    own = clinic.customisation.numbers.get(protocol, {})
    approved = clinic.customisation.wordings.get((protocol, milestone, tag))
    try:
        packaged = library.wording(protocol, tag, milestone, own)
        for words in (approved.wording if approved else packaged, packaged):
            if words is not packaged and not all(map(only_placeholders, astuple(words))):
                continue
            if found := _advice(library, protocol, tag, words, own, known):
                return found
    except (TemplateError, WordingError, KeyError):
        return None
    return None


def _advice(
    library: Library,
    protocol: str,
    tag: str,
    words: Wording,
    own: Mapping[str, int],
    known: Mapping[str, Any],
) -> DayAdvice | None:
    headings = library.all_languages[tag].headings
    parts = parts_of(library.with_numbers(protocol, tag, words, own).body)
    if not {headings["normal"], headings["call"]} <= parts.keys():
        return None
    # Only the list of signs: what follows it, a number and the emergency, stands on the page itself.
    listed = [line for line in parts[headings["call"]].splitlines() if line.startswith("- ")]
    normal = parts[headings["normal"]]
    return DayAdvice(*(_html(part, known) for part in (normal, "\n".join(listed))))


def parts_of(body: str) -> dict[str, str]:
    """Part a message by its headings."""
    _, *parts = body.split("## ")
    return {head.strip(): rest.strip() for head, _, rest in (p.partition("\n") for p in parts)}


def _html(part: str, known: Mapping[str, Any]) -> Markup:
    """Convert first and fill then, escaped, so that nothing a client is called acts as markup."""
    escaped = {
        name: {k: Markup.escape(v) for k, v in value.items()}
        if isinstance(value, Mapping)
        else Markup.escape(value)
        for name, value in known.items()
    }
    return Markup(template_of(hold_tags(part, to_html)).render(escaped))  # noqa: S704
