"""Gather what carriers ask for when a clinic's texts are registered, from its live wording."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from reminders.monitoring.doctor import samples
from reminders.rules.contacts import show_phone
from reminders.rules.sender_kinds import Kind, kind_of
from reminders.rules.terms import Channel, ClinicFacts
from reminders.wording.fixed_replies import FixedReplies
from reminders.wording.library import Library
from reminders.wording.renderer import Renderer

SAMPLES = 5
"""As many as Twilio's form takes."""


@dataclass(frozen=True, slots=True)
class CampaignRegistration:
    """The campaign as it is handed in, by the names of Twilio's form, and what is still amiss."""

    fields: dict[str, str | list[str]]
    faults: list[str] = field(default_factory=list)


def pack(
    library: Library,
    renderer: Renderer,
    clinic: ClinicFacts,
    joining: str,
    sender: str,
    now: datetime,
) -> CampaignRegistration:
    """Gather everything; ``joining`` is the address of the clinic's own page for saying yes."""
    texts = list(dict.fromkeys(_samples(library, renderer, clinic, now)))[:SAMPLES]
    answers = FixedReplies(library)
    join = tomllib.loads(library.page("pages/words/en.toml"))["join"]
    per_week = str(clinic.texts_per_week)
    number = join["sender"].format(number=show_phone(sender)) if sender.startswith("+") else ""
    agreed = join["agree_texts"].format(
        clinic=clinic.name,
        sender=number,
        per_week=per_week,
        privacy=f"{joining}/privacy",
        terms=f"{joining}/terms",
    )
    fields: dict[str, str | list[str]] = {
        "For": _for(kind_of(sender)),
        "Brand": f"{clinic.name}, {clinic.address}, {clinic.email}, {show_phone(clinic.phone)}",
        "Use case": "CUSTOMER_CARE (toll-free form: Healthcare, appointment and aftercare reminders)",
        "Description": _description(clinic),
        "Message flow": _flow(joining, agreed),
        "Opt-in screenshots": [joining, f"{joining}/poster"],
        "Privacy policy": f"{joining}/privacy",
        "Terms": f"{joining}/terms",
        "Samples": texts,
        "Opt-in confirmation": answers.write("started", "en", clinic),
        "Opt-in keywords": "START, UNSTOP, YES",
        "Opt-out keywords": "STOP, STOPALL, UNSUBSCRIBE, CANCEL, END, QUIT, REVOKE, OPTOUT",
        "Opt-out answer": answers.write("stopped", "en", clinic),
        "Help keywords": "HELP, INFO",
        "Help answer": answers.write("help", "en", clinic),
        "Embedded links": "yes, on our own domain only; no shorteners",
        "Embedded phone numbers": "yes, the clinic's own",
        "Age-gated, lending, affiliate": "no",
    }
    return CampaignRegistration(fields, list(_faults(fields, texts, clinic, joining)))


def _for(kind: Kind) -> str:
    if kind is Kind.TOLL_FREE:
        return "toll-free verification (also asks for the business's EIN and a monthly volume)"
    return "A2P 10DLC: a brand, then a campaign in a Messaging Service"


def _samples(
    library: Library, renderer: Renderer, clinic: ClinicFacts, now: datetime
) -> Iterator[str]:
    """Word the texts of the first protocol as this clinic sends them."""
    protocol = next(iter(library.protocols.values()))
    for facts in samples(protocol, "en", now):
        if facts.channel is Channel.SMS:
            yield renderer.render(replace(facts, clinic=clinic), now, facts.stale_at).text


def _description(clinic: ClinicFacts) -> str:
    return (
        f"{clinic.name} texts its own clients who agreed to it: reminders before a visit and how to"
        f" care for their skin after it, at most {clinic.texts_per_day} a day and"
        f" {clinic.texts_per_week} in seven days, inside local sending hours. No marketing."
    )


def _flow(joining: str, agreed: str) -> str:
    return (
        f"Clients opt in on the clinic's own page, {joining}, reached by a QR code at the desk, or on"
        " a paper form of the same words. The box for texts is separate and not ticked beforehand;"
        f' beside it stands: "{agreed}" The number is confirmed by a code before anything else is'
        " sent. Consent, its time, source and exact words are kept. Message frequency varies with the"
        " treatment. Message and data rates may apply. Mobile numbers and consent are not shared with"
        " third parties or affiliates for marketing. Carriers are not liable for delayed or"
        " undelivered messages."
    )


def _faults(
    fields: dict[str, str | list[str]], texts: list[str], clinic: ClinicFacts, joining: str
) -> Iterator[str]:
    flow = str(fields["Message flow"])
    if not 40 <= len(flow) <= 2048:
        yield f"The message flow has {len(flow)} characters; the form takes 40 to 2048."
    if not joining.startswith("https://"):
        yield "Set PUBLIC_URL to the https address, because reviewers open the opt-in page."
    if len(texts) < 2:
        yield "At least two samples are needed."
    for text in texts:
        if not re.search(r"\bSTOP\b", text):
            yield f"This sample does not say how to stop: {text}"
        if not text.startswith(clinic.name):
            yield f"This sample does not begin with the clinic's name: {text}"
