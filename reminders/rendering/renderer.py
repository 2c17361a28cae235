"""Rendering: a reminder's facts and its wording become the exact message that leaves."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache, lru_cache
from typing import Any, Protocol

from babel import Locale, UnknownLocaleError
from babel.dates import format_skeleton, format_time
from css_inline import CSSInliner
from jinja2 import Environment, StrictUndefined, Template, TemplateError

from reminders.rendering.library import Library, Wording, WordingError
from reminders.rendering.markdown import hold_tags, to_html, to_text
from reminders.rules.contacts import clean, show_national
from reminders.rules.terms import Channel, ClinicFacts, Facts, Message
from reminders.rules.texts import Encoding, fold, size

BODY = "<!-- body -->"

_HOW_TO_STOP = re.compile(r"(.*?)\s?([^.!?]*\bSTOP\b.*|)", re.DOTALL)


class RenderError(ValueError):
    """A message cannot be worded; nothing may be sent in its place."""


@dataclass(frozen=True, slots=True)
class _Compiled:
    subject: Template
    preheader: Template
    sms: Template
    html: Template
    text: Template


class Names(Protocol):
    """Whoever makes the addresses and references that stand in messages."""

    def unsubscribe_url(self, client_id: int) -> str:
        """Return the address that stops emails to a client."""
        ...

    def page_url(self, client_id: int, edition: int) -> str:
        """Return the address of a client's own page."""
        ...

    def reference(self, reminder_id: int) -> str:
        """Return a reminder's outward name."""
        ...


class Renderer:
    """Word reminders, each milestone and language compiled once."""

    def __init__(self, library: Library, names: Names) -> None:
        """Take the wording, and whoever makes links and references."""
        self._library = library
        self._names = names
        self._plain = Environment(undefined=StrictUndefined, autoescape=False)  # noqa: S701 (texts)
        self._html = Environment(undefined=StrictUndefined, autoescape=True)
        self._compiled = cache(self._compile)
        self._fixed = cache(self._compile_fixed)

    def render(self, facts: Facts, now: datetime, expires_at: datetime) -> Message:
        """Return the message for a reminder at ``now``; it must not leave after ``expires_at``.

        Raises ``RenderError`` where the wording is broken or asks for what we do not know.
        """
        try:
            language, compiled = self._wording(facts)
            words = self._words(facts, language)
            write = self._text if facts.channel is Channel.SMS else self._email
            return write(facts, compiled, words, now, expires_at)
        except (TemplateError, WordingError, KeyError) as error:
            msg = f"{facts.milestone} of {facts.protocol}: {error}"
            raise RenderError(msg) from error

    def _wording(self, facts: Facts) -> tuple[str, _Compiled]:
        if facts.note is not None:
            return facts.language, self._fixed()
        language = self._library.language(facts.protocol, facts.language)
        return language, self._compiled(facts.protocol, language, facts.milestone)

    def _text(
        self,
        facts: Facts,
        compiled: _Compiled,
        words: dict[str, Any],
        now: datetime,
        expires_at: datetime,
    ) -> Message:
        text = clean(fold(compiled.sms.render(words)))
        if facts.note is None:
            text = with_address(text, words["page_url"])
        return Message(
            channel=Channel.SMS,
            to=facts.contact or "",
            clinic_name=facts.clinic.name,
            reply_to=facts.clinic.phone,
            text=text,
            reference=self._names.reference(facts.reminder_id),
            attempt=f"{facts.reminder_id}.{facts.claim}",
            segments=size(text).segments,
            language=words["language"],
            written_at=now,
            expires_at=expires_at,
        )

    def _email(
        self,
        facts: Facts,
        compiled: _Compiled,
        words: dict[str, Any],
        now: datetime,
        expires_at: datetime,
    ) -> Message:
        subject = clean(compiled.subject.render(words))
        words["unsubscribe_url"] = self._names.unsubscribe_url(facts.client_id)
        words |= {"subject": subject, "preheader": compiled.preheader.render(words)}
        return Message(
            channel=Channel.EMAIL,
            to=facts.contact or "",
            clinic_name=facts.clinic.name,
            reply_to=facts.clinic.email,
            subject=subject,
            text=compiled.text.render(words),
            html=compiled.html.render(words),
            reference=self._names.reference(facts.reminder_id),
            attempt=f"{facts.reminder_id}.{facts.claim}",
            unsubscribe_url=words["unsubscribe_url"],
            language=words["language"],
            written_at=now,
            expires_at=expires_at,
        )

    def _words(self, facts: Facts, language: str) -> dict[str, Any]:
        locale = _locale(language, facts.clinic.country)
        protocol = self._library.protocols.get(facts.protocol)
        return {
            **(protocol.defaults() if protocol else {}),
            "note": facts.note,
            "clinic": _clinic_words(facts.clinic),
            "first_name": facts.first_name,
            "page_url": self._names.page_url(facts.client_id, facts.page_edition),
            "language": locale.language,
            "date": say_date(facts.treated_on, locale) if facts.treated_on else "",
            "time": say_time(facts.starts, locale),
        }

    def _compile_fixed(self) -> _Compiled:
        """Return what carries words that were chosen already; they are never read as a template."""
        said = Wording("{{ note.subject }}", "{{ note.subject }}", "{{ note.words }}", "")
        return self._layout(
            said, '<p style="white-space: pre-line">{{ note.words }}</p>', "{{ note.words }}"
        )

    def _compile(self, protocol: str, language: str, milestone: str) -> _Compiled:
        wording = self._library.wording(protocol, language, milestone)
        body = wording.body
        return self._layout(wording, hold_tags(body, to_html), hold_tags(body, to_text))

    def _layout(self, wording: Wording, html_body: str, text_body: str) -> _Compiled:
        html = self._library.page("email/layout.html").replace(BODY, html_body)
        text = self._library.page("email/layout.txt").replace(BODY, text_body)
        inliner = CSSInliner(
            keep_at_rules=True, keep_style_tags=False, load_remote_stylesheets=False
        )
        return _Compiled(
            subject=self._plain.from_string(wording.subject),
            preheader=self._plain.from_string(wording.preheader),
            sms=self._plain.from_string(wording.sms),
            html=self._html.from_string(hold_tags(html, inliner.inline)),
            text=self._plain.from_string(text),
        )


def with_address(text: str, address: str) -> str:
    """Put an address before a text's last sentence, which tells how to stop, where it is not in
    it yet and costs nothing: one GSM-7 segment it must stay.
    """
    if address in text:
        return text
    split = _HOW_TO_STOP.fullmatch(text)
    said, stop = split.groups() if split else (text, "")
    longer = f"{said} {address} {stop}".strip()
    found = size(longer)
    return longer if (found.encoding, found.segments) == (Encoding.GSM_7, 1) else text


@lru_cache(maxsize=4096)
def _clinic_words(clinic: ClinicFacts) -> dict[str, str]:
    return {
        "name": clinic.name,
        "phone": show_national(clinic.phone, clinic.country),
        "dial": clinic.phone,
        "address": clinic.address,
    }


@lru_cache(maxsize=256)
def _locale(language: str, country: str) -> Locale:
    for name in (f"{language.replace('-', '_')}_{country}", language.replace("-", "_"), "en"):
        try:
            return Locale.parse(name)
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en")


@lru_cache(maxsize=4096)
def say_date(day: date, locale: Locale) -> str:
    """Write a date short, with its weekday, as people of that place do."""
    return fold(format_skeleton("MMMEd", datetime.combine(day, time()), locale=locale))


@lru_cache(maxsize=4096)
def say_time(at: time | None, locale: Locale) -> str:
    """Write a time of day as people of that place do; nothing for an unknown one."""
    return fold(format_time(at, "short", locale=locale)) if at else ""
