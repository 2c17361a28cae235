"""What the wording pages share: which wording is meant, and its preview."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from reminders.customisation import preview
from reminders.customisation.preview import Preview
from reminders.rules.terms import Facts
from reminders.rules.wording import Key, Wording
from reminders.store.queries import clinic_facts, customisation, people
from reminders.store.queries.desk import NotAtClinic
from reminders.store.tables import Clinic
from reminders.store.tables import Wording as Version
from reminders.web.desk.page import DeskRequest
from reminders.web.desk.reports.reports import price_of

PARTS = ("subject", "preheader", "sms", "body")

LONGEST = 8_000
"""Characters of a part: an email longer than this is a book."""


@dataclass(frozen=True, slots=True)
class SampleRecipients:
    """Whom wording is tried out on: the clinic's sample client, and the dearest of its names."""

    clinic: Clinic
    facts: Facts
    longest_names: list[str]


def sample_recipients(request: DeskRequest, session: Session, key: Key) -> SampleRecipients:
    """Return whom a milestone's words are tried out on."""
    clinic = people.clinic(session, request.clinic_id)
    known = clinic_facts.clinics_of(session, [clinic.id], request.now)[clinic.id]
    names = preview.dearest(people.first_names(session, clinic.id))
    return SampleRecipients(clinic, preview.sample(known, key, request.now), names)


def course_of(request: DeskRequest) -> tuple[str, str]:
    """Return the protocol and language asked for; raises ``NotHere``."""
    library = request.app.library
    protocol = request.typed("protocol") or next(iter(library.protocols))
    if protocol not in library.protocols:
        raise NotAtClinic
    wanted = request.typed("language") or "en"
    if wanted not in library.languages(protocol):
        raise NotAtClinic
    return protocol, library.language(protocol, wanted, request.signed_in.clinic.country)


def languages_of(request: DeskRequest, protocol: str) -> list[str]:
    """Return the languages this clinic's clients can get: where it is, one English is enough."""
    library, country = request.app.library, request.signed_in.clinic.country
    written = library.languages(protocol)
    return list(dict.fromkeys(library.language(protocol, tag, country) for tag in written))


def key_of(request: DeskRequest) -> Key:
    """Return the milestone's words asked for; raises ``NotHere``."""
    protocol, language = course_of(request)
    milestone = request.typed("milestone")
    if milestone not in {m.key for m in request.app.library.protocols[protocol].milestones}:
        raise NotAtClinic
    return protocol, milestone, language


def wording_of(request: DeskRequest, facts: Facts, version: Version | None) -> Wording:
    """Return a clinic's version, or the packaged words at its numbers."""
    if version is not None:
        return customisation.words_of(version)
    numbers = facts.clinic.customisation.numbers.get(facts.protocol, {})
    return request.app.library.wording(facts.protocol, facts.language, facts.milestone, numbers)


def typed_wording(request: DeskRequest) -> Wording:
    """Return what stands in the editor, line ends as the files have them."""
    return Wording(*(request.typed(part).replace("\r\n", "\n")[:LONGEST] for part in PARTS))


def shown(
    request: DeskRequest, on: SampleRecipients, words: Wording, facts: Facts | None = None
) -> dict[str, Any]:
    """Return what a preview's template needs; ``facts`` are a real client's, if one was chosen."""
    app = request.app
    found = preview.preview(
        app.library, app.renderer, facts or on.facts, words, on.longest_names, request.now
    )
    return {
        "preview": found,
        "inbox": _inside(found),
        "price": lambda segments: price_of({on.clinic.country: segments}, on.clinic),
    }


_BODY = re.compile(r'<td class="inside"[^>]*>(.*)</td></tr>\s*<tr><td class="foot"', re.DOTALL)


def _inside(found: Preview) -> str:
    """Return an email's own part without its styles, since our pages allow none in a tag."""
    body = _BODY.search(found.email.html) if found.email else None
    if body is None:
        return ""
    plain = re.sub(r'\s(?:style|class|bgcolor|width)="[^"]*"', "", body[1])
    return re.sub(r"<(/?)h2>", r"<\1h3>", re.sub(r"<h1>.*?</h1>", "", plain, flags=re.DOTALL))
