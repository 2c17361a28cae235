"""Previewing: a wording as a client would get it, the dearest name it may meet, and what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from urllib.parse import urlsplit

from reminders.rendering.checking import check
from reminders.rendering.library import Library, WordingError
from reminders.rendering.renderer import Renderer, RenderError
from reminders.rules.contacts import show_national
from reminders.rules.lints import Gravity, Lint, Look, lint_email, lint_text
from reminders.rules.terms import Channel, ClinicFacts, Facts, Message
from reminders.rules.texts import fold, size
from reminders.rules.wording import Approved, Key, Own, Wording
from reminders.store.tables import Client, Treatment

SAMPLE_NAMES = ("Ana", "Maximiliane", "Zoë")
"""Who stands for everybody: a short name, a long one, and one that doubles the price."""


@dataclass(frozen=True, slots=True)
class Preview:
    """A wording tried out: both messages, the text at its dearest and for whom, and findings."""

    text: Message | None
    email: Message | None
    worst: Message | None
    worst_name: str
    lints: Sequence[Lint]

    @property
    def stops(self) -> bool:
        """Say whether a finding forbids to approve it."""
        return any(lint.gravity is Gravity.STOPS for lint in self.lints)

    def of(self, *parts: str) -> list[Lint]:
        """Return the findings in these parts, the gravest first."""
        ours = [lint for lint in self.lints if lint.part in parts]
        return sorted(ours, key=lambda lint: lint.gravity is not Gravity.STOPS)


def sample(clinic: ClinicFacts, key: Key, now: datetime) -> Facts:
    """Return facts of a made-up client of this clinic, treated today."""
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
    )


def real(facts: Facts, client: Client, treatment: Treatment | None) -> Facts:
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
    """Try a wording out on one client, and on the dearest of ``names``, at a clinic's numbers."""
    key = (facts.protocol, facts.milestone, facts.language)
    protocol = library.protocols[facts.protocol]
    lints = list(check(words, {p.key for p in protocol.parameters}))
    if lints:
        return Preview(None, None, None, "", lints)
    tried = replace(facts, clinic=replace(facts.clinic, own=_with(facts.clinic.own, key, words)))

    def render(channel: Channel, name: str) -> Message:
        return renderer.render(
            replace(tried, channel=channel, first_name=name), now, tried.stale_at
        )

    try:
        text, email = (render(channel, facts.first_name) for channel in Channel)
        worst = max(
            ((render(Channel.SMS, name), name) for name in names or SAMPLE_NAMES),
            key=lambda pair: (pair[0].segments, size(pair[0].text).units),
        )
    except (RenderError, WordingError) as error:
        said = Lint("body", Gravity.STOPS, f"It cannot be rendered: {error}", "Look at it again.")
        return Preview(None, None, None, "", [said])
    look = _look(library, facts, urlsplit(email.unsubscribe_url).netloc)
    found = [*lint_text(text.text, look), *_longer(text, *worst), *_lint_email(email, words, look)]
    return Preview(text, email, *worst, found)


def _longer(text: Message, worst: Message, name: str) -> Iterator[Lint]:
    if worst.segments > text.segments:
        what = f"For {name} it takes {worst.segments} segments."
        yield Lint("sms", Gravity.WARNS, what, "Fewer words leave room for such a name.")


def _lint_email(email: Message, words: Wording, look: Look) -> list[Lint]:
    return list(
        lint_email(
            email.subject, words.preheader.replace("{{", "").replace("}}", ""), email.text, look
        )
    )


def _with(own: Own, key: Key, words: Wording) -> Own:
    """Return what a clinic made its own as if this wording were approved."""
    return replace(own, wordings={**own.wordings, key: Approved(words)})


def _look(library: Library, facts: Facts, own_host: str) -> Look:
    clinic, protocol = facts.clinic, library.protocols[facts.protocol]
    tongue = library.tongues[facts.language]
    return Look(
        clinic=clinic.name,
        phone=show_national(clinic.phone, clinic.country),
        stop=tongue.stop,
        procedures=(protocol.name, *protocol.known_as, *protocol.names.values()),
        own_host=own_host,
        english=facts.language.partition("-")[0] == "en",
    )
