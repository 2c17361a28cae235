"""Gather what carriers ask for when a clinic's texts are registered, from its live wording."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from reminders.monitoring.doctor import samples
from reminders.rules.contacts import show_phone
from reminders.rules.sender_kinds import Kind, is_one_way, kind_of
from reminders.rules.sender_names import rule_of
from reminders.rules.terms import Channel, ClinicFacts, OneOffFacts, OneOffKind
from reminders.rules.text_names import name_in_texts
from reminders.rules.translation import gettext
from reminders.wording.fixed_replies import FixedReplies
from reminders.wording.library import Library
from reminders.wording.renderer import Renderer

SAMPLES = 5
"""As many as Twilio's form takes."""

SAMPLE_NUMBER = "+12025550123"
"""A number of the carriers that ask: what texts to it say of rates is said in the samples."""


@dataclass(frozen=True, slots=True)
class CampaignRegistration:
    """The campaign as it is handed in, in English by the names of Twilio's form, and what is still
    amiss, in sentences for whoever hands it in.
    """

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
    known = _samples(library, renderer, clinic, sender, now)
    texts = list(dict.fromkeys(known))[:SAMPLES]
    fields = _fields(clinic, joining, sender, _agreed(library, clinic, joining, sender), texts)
    fields |= _by_link(clinic) if is_one_way(sender) else _by_reply(FixedReplies(library), clinic)
    return CampaignRegistration(fields, list(_faults(fields, texts, clinic, joining)))


def _agreed(library: Library, clinic: ClinicFacts, joining: str, sender: str) -> str:
    join = tomllib.loads(library.page("pages/words/en.toml"))["join"]
    per_week = str(clinic.texts_per_week)
    number = join["sender"].format(number=show_phone(sender)) if sender.startswith("+") else ""
    return str(
        join["agree_texts_by_link" if is_one_way(sender) else "agree_texts"].format(
            clinic=clinic.name,
            sender=number,
            per_week=per_week,
            privacy=f"{joining}/privacy",
            terms=f"{joining}/terms",
        )
    )


def _fields(
    clinic: ClinicFacts, joining: str, sender: str, agreed: str, texts: list[str]
) -> dict[str, str | list[str]]:
    return {
        "For": _for(kind_of(sender)),
        "Brand": f"{clinic.name}, {clinic.address}, {clinic.email}, {show_phone(clinic.phone)}",
        "Use case": "CUSTOMER_CARE (toll-free form: Healthcare, appointment and aftercare reminders)",
        "Description": _description(clinic),
        "Message flow": _flow(joining, agreed),
        "Opt-in screenshots": [joining, f"{joining}/poster"],
        "Privacy policy": f"{joining}/privacy",
        "Terms": f"{joining}/terms",
        "Samples": texts,
        "Embedded links": "yes, on our own domain only; no shorteners",
        "Embedded phone numbers": "yes, the clinic's own",
        "Age-gated, lending, affiliate": "no",
    }


def _by_reply(answers: FixedReplies, clinic: ClinicFacts) -> dict[str, str | list[str]]:
    return {
        "Opt-in confirmation": answers.write("started", "en", clinic, contact=SAMPLE_NUMBER),
        "Opt-in keywords": "START, UNSTOP, YES",
        "Opt-out keywords": "STOP, STOPALL, UNSUBSCRIBE, CANCEL, END, QUIT, REVOKE, OPTOUT",
        "Opt-out answer": answers.write("stopped", "en", clinic),
        "Help keywords": "HELP, INFO",
        "Help answer": answers.write("help", "en", clinic, contact=SAMPLE_NUMBER),
    }


BY_LINK = (
    "a link in the welcome and at least once in thirty days; its page stops texts at once with one"
    " button"
)


def _by_link(clinic: ClinicFacts) -> dict[str, str | list[str]]:
    """Say how texts stop that nobody can reply to, and what countries do with names as senders."""
    return {"Opt-out": BY_LINK, "Countries": _where_names_go(clinic)}


def _where_names_go(clinic: ClinicFacts) -> list[str]:
    found = (rule_of(country) for country in sorted(clinic.countries or {clinic.country}))
    return [f"{one.country}: {one.rule}{one.why and f', {one.why}'}" for one in found]


def _for(kind: Kind) -> str:
    if kind is Kind.TOLL_FREE:
        return "toll-free verification (also asks for the business's EIN and a monthly volume)"
    if kind is Kind.NAME:
        return (
            "a name as sender: registered in the countries that ask for it, on forms of their own"
        )
    return "A2P 10DLC: a brand, then a campaign in a Messaging Service"


def _samples(
    library: Library, renderer: Renderer, clinic: ClinicFacts, sender: str, now: datetime
) -> Iterator[str]:
    """Word the texts of the first protocol as this clinic sends them to a client: the welcome, then
    its milestones, of which the first says how to stop (see ``reminders.rules.stop_line``).
    """
    protocol = next(iter(library.protocols.values()))
    texts = [facts for facts in samples(protocol, "en", now) if facts.channel is Channel.SMS]
    welcome = replace(texts[0], one_off=OneOffFacts(OneOffKind.OPT_IN, "", "", urgent=False))
    told = [replace(facts, stop_told_at=now, course_begun=True) for facts in texts[1:]]
    for facts in (welcome, texts[0], *told):
        contact = clinic.phone if is_one_way(sender) else SAMPLE_NUMBER
        ours = replace(facts, clinic=clinic, contact=contact, sender=sender)
        yield renderer.render(ours, now, facts.stale_at).text


def _description(clinic: ClinicFacts) -> str:
    return (
        f"{clinic.name} texts its own clients who agreed to it: reminders before a visit and how to"
        f" care for their skin after it, at most {clinic.texts_per_day} a day and"
        f" {clinic.texts_per_week} in seven days, inside local sending hours."
        " The first text to a number, the first of each treatment and at least one in thirty days say"
        " how to stop. No marketing."
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
        yield gettext(
            "The message flow has %(n)s characters; the form takes 40 to 2048.", n=str(len(flow))
        )
    if not joining.startswith("https://"):
        yield gettext(
            "Set PUBLIC_URL to the https address, because reviewers open the opt-in page."
        )
    if len(texts) < 2:
        yield gettext("At least two samples are needed.")
    if not any(re.search(r"\bSTOP\b|/s/", text) for text in texts):
        yield gettext("No sample says how to stop.")
    for text in texts:
        if not text.startswith(name_in_texts(clinic)):
            yield gettext(
                "This sample does not begin with the clinic's name: %(sample)s", sample=text
            )
