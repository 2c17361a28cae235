"""Lints: what is wrong with a wording, or risky, told before it can reach anybody."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from reminders.rules.texts import Encoding, dear, size

MOST_SEGMENTS = 3
"""A text in more parts than this is a letter; one part is what everybody can read at a glance."""

LONGEST_SUBJECT = 60
LONGEST_PREHEADER = 110

OLDEST_READER = 13
"""Years at which everybody reads it: wording is meant for about eleven, and names add a little."""


class Gravity(StrEnum):
    """Whether a wording may be approved as it is."""

    STOPS = "stops"
    WARNS = "warns"


@dataclass(frozen=True, slots=True)
class Lint:
    """One finding: in which part (``sms``, ``subject``, ``preheader``, ``body``), what it is, and
    what to do.
    """

    part: str
    gravity: Gravity
    what: str
    mend: str


SHORTENERS = re.compile(
    r"\b(?:bit\.ly|tinyurl\.com|goo\.gl|ow\.ly|t\.co|is\.gd|buff\.ly|rebrand\.ly|cutt\.ly|rb\.gy|tiny\.cc|s\.id|lnkd\.in)\b",
    re.IGNORECASE,
)
"""Carriers filter these outright (CTIA Messaging Principles 5.3.1; Twilio error 30857)."""

RESERVED = re.compile(
    r"\b(?:reply|text|send|answer)\s+(?:with\s+)?[\"'“‘]?(stopall|unsubscribe|cancel|end|quit|optout|opt out|revoke|start|yes|unstop|help|info)\b",
    re.IGNORECASE,
)
"""Words a carrier answers itself, so that nobody here would ever read the reply (Twilio, opt-out)."""

PROMISES = re.compile(
    r"\b(guarantee[ds]?|promise[sd]?|cures?|cured|permanent(?:ly)?|100 ?%|risk[- ]free|no (?:risk|side effects)|flawless|perfect skin|miracle|erases?|for ever|forever|you will (?:look|see results|be delighted)|best results|amazing results|younger[- ]looking)\b",
    re.IGNORECASE,
)
"""No message promises a result (ASA CAP 12.1; FTC health claims: evidence before every claim)."""

SALES = re.compile(
    r"\b(discounts?|special offer|offers?|sale|book now|save \d+|\d+ ?% off|free (?:gift|treatment)|voucher|deal|refer a friend|review us|leave (?:us )?a review)\b",
    re.IGNORECASE,
)
"""One line of promotion makes the whole message marketing, which nobody consented to (16 CFR 316.3)."""

MARKUP = re.compile(r"<[a-z/!][^>]*>|\*\*|__|\]\(|^#{1,6} |^\s*[-*] ", re.IGNORECASE | re.MULTILINE)
PLACEHOLDER = re.compile(r"\{\{|\}\}|\{%|%\}")
ADDRESS = re.compile(r"\bhttps?://([^\s/]+)|\bwww\.\S+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Look:
    """What a message is held against: who sends it, how to reach and stop it, and which words
    name the procedure; ``own_host`` is where our own pages are.
    """

    clinic: str
    phone: str
    stop: str
    procedures: Collection[str]
    own_host: str = ""
    english: bool = True


def lint_text(text: str, look: Look) -> Iterator[Lint]:
    """Look at a text message as it would leave."""
    yield from _length(text)
    if not text.startswith(f"{look.clinic}:"):
        yield _stops("sms", "It does not begin with the clinic’s name.", "Let it stand first.")
    if look.phone not in text and not (look.own_host and look.own_host in text):
        yield _stops("sms", "It says nowhere how to reach the clinic.", "Add {{ clinic.phone }}.")
    if look.stop not in text:
        yield _stops("sms", "It does not say how to stop.", f"End it with “{look.stop}”.")
    if found := MARKUP.search(text):
        yield _stops("sms", f"Markup shows as it is: {found[0]}", "Write plain words.")
    yield from _common("sms", text.replace(look.stop, "").replace(look.clinic, ""), look)


def _length(text: str) -> Iterator[Lint]:
    cost = size(text)
    if cost.encoding is Encoding.UCS_2:
        signs = " ".join(dear(text)[:5])
        yield _warns("sms", f"These characters make it cost more: {signs}", "Write it without.")
    if cost.segments > MOST_SEGMENTS:
        yield _stops("sms", f"It takes {cost.segments} segments.", "Shorten it to one.")
    elif cost.segments > 1:
        yield _warns("sms", f"It takes {cost.segments} segments.", "One is cheaper, and read.")


def lint_email(subject: str, preheader: str, body: str, look: Look) -> Iterator[Lint]:
    """Look at an email: its subject, what shows beside it, and its text."""
    if not subject.strip():
        yield _stops("subject", "There is no subject.", "Say what the message is about.")
    if len(subject) > LONGEST_SUBJECT:
        yield _warns("subject", "It is cut off on a phone.", f"Stay under {LONGEST_SUBJECT} signs.")
    if len(preheader) > LONGEST_PREHEADER:
        yield _warns("preheader", "It is cut off.", f"Stay under {LONGEST_PREHEADER} signs.")
    if look.phone not in body:
        yield _stops("body", "It says nowhere how to reach the clinic.", "Add {{ clinic.phone }}.")
    yield from _common("subject", subject, look)
    yield from _common("preheader", preheader, look)
    yield from _common("body", body, look)
    if look.english and (age := reading_age(body)) > OLDEST_READER:
        what = f"It reads like a text for somebody aged {age:.0f} or more."
        yield _warns("body", what, "Shorter sentences and plainer words help.")


def _common(part: str, text: str, look: Look) -> Iterator[Lint]:
    if PLACEHOLDER.search(text):
        yield _stops(part, "A placeholder is left unfilled.", "Close it: {{ first_name }}.")
    if found := SHORTENERS.search(text):
        yield _stops(part, f"Carriers block {found[0]}.", "Write the whole address.")
    if found := RESERVED.search(text):
        yield _stops(
            part, f"“{found[1]}” never reaches you: the carrier answers it.", "Ask her to call."
        )
    for found in ADDRESS.finditer(text):
        if found[0].lower().startswith("http:") and found[1] != look.own_host:
            yield _stops(part, "This address is not safe (http).", "Use one with https.")
    named = next((w for w in sorted(look.procedures) if _says(text, w)), None)
    if named and part != "body":
        yield _stops(part, f"It names the procedure: {named}.", "Others see it. Say “your skin”.")
    if look.english and (found := PROMISES.search(text)):
        yield _stops(
            part, f"It promises a result: “{found[0]}”.", "Say what to do, not what comes."
        )
    if look.english and (found := SALES.search(text)):
        yield _stops(
            part, f"It sells: “{found[0]}”.", "Nobody said yes to marketing. Leave it out."
        )


def _says(text: str, word: str) -> bool:
    return re.search(rf"\b{re.escape(word)}\b", text, re.IGNORECASE) is not None


def _stops(part: str, what: str, mend: str) -> Lint:
    return Lint(part, Gravity.STOPS, what, mend)


def _warns(part: str, what: str, mend: str) -> Lint:
    return Lint(part, Gravity.WARNS, what, mend)


def reading_age(text: str) -> float:
    """Return at about which age an English text is read with ease: Flesch and Kincaid's grade,
    and five years (Kincaid et al. 1975). Lines count as sentences, since lists have no full stops.
    """
    plain = re.sub(r"https?://\S+|\+?\d[\d ()-]{6,}", " ", text)
    sentences = [
        s for s in re.split(r"[.!?:]+\s|\n+", plain) if re.search(r"[a-z]", s, re.IGNORECASE)
    ]
    words = re.findall(r"[A-Za-z’']+", plain)
    if not words or not sentences:
        return 0.0
    beats = sum(_syllables(word) for word in words)
    return 0.39 * len(words) / len(sentences) + 11.8 * beats / len(words) - 15.59 + 5


def _syllables(word: str) -> int:
    bare = re.sub(r"(?:es|ed|e)$", "", word.lower()) or word.lower()
    return max(1, len(re.findall(r"[aeiouy]+", bare)))
