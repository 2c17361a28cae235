"""Preview a wording as clients would receive it, with its cost and the linter's findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import lru_cache

from reminders.rules.parameters import Kind
from reminders.rules.protocols import Protocol
from reminders.rules.segments import fold, size
from reminders.rules.terms import Channel, ClinicFacts, Facts, Message
from reminders.rules.text_names import plain
from reminders.rules.translation import current_language, gettext, ngettext
from reminders.rules.wording import Approved, Customisation, Key, Wording
from reminders.store.tables import Client, Treatment
from reminders.wording.composition import KNOWN, OF_CLINIC
from reminders.wording.library import Library, WordingError
from reminders.wording.lint import ABOUT_TEXT, LintFault, lint_wording
from reminders.wording.renderer import Renderer, RenderError

SAMPLE_NAMES = ("Ana", "Maximiliane", "Zoë")
"""Sample first names: a short one, a long one, and one with a letter that texts have at twice the price."""


FORBIDS = {
    "placeholder", "banned-claim", "procedure-named", "shortener", "foreign-link", "reserved-word",
    "markup",
}  # fmt: skip
"""Rules of the linter that prevent approval; the others are warnings."""

IN_TEXT = {
    "segments",
    "reserved-word",
    "markup",
    "greeting",
    "verb",
    "noun-list",
    "number-and-link",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding about a wording: what it is, whether it prevents approval, and where it is."""

    what: str
    stops: bool
    in_text: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """A preview of a wording: both messages, the most expensive text and its name, and findings. The
    texts say how to stop, but for ``told``; ``respelled`` says how a name is written in texts.
    """

    text: Message | None
    email: Message | None
    worst: Message | None
    worst_name: str
    findings: Sequence[Finding]
    told: Message | None = None
    respelled: str = ""

    @property
    def stops(self) -> bool:
        """Say whether a finding prevents approval."""
        return any(finding.stops for finding in self.findings)

    def of(self, *, in_text: bool) -> list[Finding]:
        """Return the findings in the text, or elsewhere, the gravest first."""
        ours = [finding for finding in self.findings if finding.in_text is in_text]
        return sorted(ours, key=lambda finding: not finding.stops)


def placeholders(protocol: Protocol) -> list[str]:
    """Return every placeholder that a protocol's wording may use."""
    counted = {Kind.HOURS, Kind.DAYS, Kind.WEEKS}
    numbers = [p for p in protocol.parameters if p.kind is not Kind.SWITCH]
    spelled = [f"{p.key}|{p.kind}" if p.kind in counted else p.key for p in numbers]
    return [*KNOWN, *(f"clinic.{name}" for name in OF_CLINIC), *spelled]


def sample(clinic: ClinicFacts, key: Key, now: datetime) -> Facts:
    """Return facts of an invented client of this clinic, treated today."""
    protocol, milestone, language = key
    return Facts(
        reminder_id=0,
        client_id=0,
        claim="",
        clinic=clinic,
        protocol=protocol,
        milestone=milestone,
        channel=Channel.SMS,
        scheduled_at=now,
        stale_at=now + timedelta(days=1),
        attempts=0,
        first_name=SAMPLE_NAMES[0],
        language=language,
        contact="",
        zone=clinic.zone,
        treated_on=now.astimezone(clinic.zone).date(),
        starts=time(14, 30),
        treatment_cancelled=False,
        consented=True,
        suppressed=None,
        superseded=False,
        texts_on=(),
        sender=clinic.senders.in_country(clinic.country).sender,
    )


def with_client_facts(facts: Facts, client: Client, treatment: Treatment | None) -> Facts:
    """Return the facts of a real client in a sample's place."""
    when = (treatment.treated_on, treatment.starts) if treatment else (facts.treated_on, None)
    return replace(
        facts,
        client_id=client.id,
        first_name=client.first_name,
        treated_on=when[0],
        starts=when[1],
        page_edition=client.page_edition,
    )


def dearest(names: Iterable[str]) -> list[str]:
    """Return the names that make a text longest: of those in the cheap alphabet, and of others."""
    by_alphabet: dict[str, str] = {}
    for name in names:
        cost = size(fold(name))
        before = by_alphabet.get(cost.encoding)
        if before is None or cost.units > size(fold(before)).units:
            by_alphabet[cost.encoding] = name
    return list(by_alphabet.values())


def preview(
    library: Library,
    renderer: Renderer,
    facts: Facts,
    words: Wording,
    names: Sequence[str],
    now: datetime,
) -> Preview:
    """Render a wording for one client, and for the most expensive of ``names``, with the clinic's
    numbers."""
    key = (facts.protocol, facts.milestone, facts.language)
    numbers = tuple(sorted(facts.clinic.customisation.numbers.get(facts.protocol, {}).items()))
    found = _findings(library, key, words, numbers, current_language())
    tried = replace(
        facts,
        clinic=replace(facts.clinic, customisation=_with(facts.clinic.customisation, key, words)),
    )

    def render(channel: Channel, name: str, *, told: bool = False) -> Message:
        who = replace(tried, channel=channel, first_name=name)
        if told:
            who = replace(who, stop_told_at=now, course_begun=True)
        return renderer.render(who, now, tried.stale_at)

    try:
        text, email = (render(channel, facts.first_name) for channel in Channel)
        worst = max(
            ((render(Channel.SMS, name), name) for name in names or SAMPLE_NAMES),
            key=lambda pair: (pair[0].segments, size(pair[0].text).units),
        )
    except (RenderError, WordingError) as error:
        what = gettext("This wording is faulty: %(why)s", why=str(error))
        broken = Finding(what, stops=True, in_text=False)
        return Preview(None, None, None, "", found or [broken])
    told = render(Channel.SMS, facts.first_name, told=True)
    dear = next((name for name in (*names, *SAMPLE_NAMES) if plain(name) != name), "")
    respelled = _respelled(dear, render(Channel.SMS, dear).text)
    return Preview(text, email, *worst, [*found, *_longer(text, *worst)], told, respelled)


def _respelled(name: str, text: str) -> str:
    """Say how texts write a name with letters that cost extra."""
    if f" {name}" in text:
        return gettext("Texts write “%(name)s” as it is, which costs extra.", name=name)
    if f" {plain(name)}" in text:
        return gettext("Texts write “%(name)s” as “%(plain)s”.", name=name, plain=plain(name))
    return gettext(
        "Texts greet “%(name)s” without the name, since its letters cost extra.", name=name
    )


@lru_cache(maxsize=1024)
def _findings(
    library: Library,
    key: Key,
    words: Wording,
    numbers: tuple[tuple[str, int], ...],
    _language: str,
) -> tuple[Finding, ...]:
    """Run the linter on a wording, once for each set of numbers and language of its findings."""
    protocol, milestone, language = key
    faults = lint_wording(library, protocol, language, milestone, words, dict(numbers))
    return tuple(_finding(fault) for fault in faults)


def _finding(fault: LintFault) -> Finding:
    """Say how grave a fault is, and where it stands."""
    unreachable = fault.rule == "required-part" and "clinic.phone" in fault.problem
    in_text = fault.rule in IN_TEXT or fault.problem in map(gettext, ABOUT_TEXT)
    return Finding(fault.problem, fault.rule in FORBIDS or unreachable, in_text)


def _longer(text: Message, worst: Message, name: str) -> Iterator[Finding]:
    if worst.segments > text.segments:
        what = ngettext(
            "With the name %(name)s it takes %(n)s segment. Shorten the text to save one.",
            "With the name %(name)s it takes %(n)s segments. Shorten the text to save one.",
            worst.segments,
            name=name,
        )
        yield Finding(what, stops=False, in_text=True)


def _with(own: Customisation, key: Key, words: Wording) -> Customisation:
    """Return what a clinic made its own as if this wording were approved."""
    return replace(own, wordings={**own.wordings, key: Approved(words)})
