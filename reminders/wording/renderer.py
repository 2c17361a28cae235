"""Render a reminder's facts and wording into the exact message that is sent."""

from __future__ import annotations

from dataclasses import astuple
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, Protocol

from babel import Locale
from jinja2 import Environment, StrictUndefined, Template, TemplateError

from reminders.rules import stop_line
from reminders.rules.contacts import clean, show_national
from reminders.rules.segments import size
from reminders.rules.sender_kinds import is_one_way
from reminders.rules.terms import Channel, ClinicFacts, Discretion, Facts, Message, OneOffKind
from reminders.rules.text_names import name_in_texts, ways_to_greet
from reminders.rules.wording import Approved
from reminders.wording.composition import only_placeholders
from reminders.wording.dates import locale_of, say_date, say_date_briefly, say_time
from reminders.wording.email_layout import (
    Compiled,
    CompiledDiscreet,
    CompiledOneOff,
    CompiledWelcome,
)
from reminders.wording.languages import Language
from reminders.wording.library import Library, WordingError
from reminders.wording.openings import opening
from reminders.wording.text_composition import compose, written


class RenderError(ValueError):
    """A message cannot be rendered; nothing may be sent in its place."""


class Names(Protocol):
    """Makes the addresses and references that stand in messages."""

    def unsubscribe_url(self, client_id: int) -> str:
        """Return the address that stops emails to a client."""
        ...

    def page_url(self, client_id: int, edition: int) -> str:
        """Return the address of a client's own page."""
        ...

    def stop_url(self, client_id: int) -> str:
        """Return the address that stops texts to a client."""
        ...

    def reference(self, reminder_id: int) -> str:
        """Return a reminder's outward name."""
        ...


class Renderer:
    """Word reminders, from wording that is compiled once and kept."""

    def __init__(self, library: Library, names: Names) -> None:
        """Take the wording, and what makes links and references."""
        self._library = library
        self._names = names

    def render(self, facts: Facts, now: datetime, expires_at: datetime) -> Message:
        """Return the message for a reminder at ``now``; it must not leave after ``expires_at``.

        Raises ``RenderError`` where the wording is broken or asks for what we do not know.
        """
        try:
            language, compiled = self._wording(facts)
            words = self._words(facts, language)
            write = self._text if facts.channel is Channel.SMS else self._email
            return write(facts, compiled, language, words, now, expires_at)
        except (TemplateError, WordingError, KeyError) as error:
            msg = f"{facts.milestone} of {facts.protocol}: {error}"
            raise RenderError(msg) from error

    def _wording(self, facts: Facts) -> tuple[Language, Compiled]:
        library, clinic = self._library, facts.clinic
        if facts.one_off is not None:
            return _of_one_off(library, facts.one_off.kind, facts.language, clinic.country)
        if facts.discretion is Discretion.DISCREET:
            return _discreet(library, facts.protocol, facts.language, clinic.country)
        return _of_clinic(library, clinic, facts.protocol, facts.language, facts.milestone)

    def _text(
        self,
        facts: Facts,
        compiled: Compiled,
        language: Language,
        words: dict[str, Any],
        now: datetime,
        expires_at: datetime,
    ) -> Message:
        tells_stop = stop_line.is_due(facts, now)
        by_link = tells_stop and is_one_way(facts.sender)
        stop = self._how_to_stop(facts, language, by_link=by_link) if tells_stop else ""
        ways = compiled.one_way_texts if by_link else compiled.texts
        if compiled.recalls in facts.untold:
            ways = tuple(opening(way, language.first_night["sms"]) for way in ways)
        if facts.one_off is None or facts.one_off.kind is OneOffKind.OPT_IN:
            names = ways_to_greet(facts.first_name, facts.clinic.client_names)
            text, cost = compose(name_in_texts(facts.clinic), ways, names, words, stop)
        else:
            text = written(ways[0](words))
            cost = size(text)
        return Message(
            channel=Channel.SMS,
            to=facts.contact or "",
            clinic_name=facts.clinic.name,
            reply_to=facts.clinic.phone,
            text=text,
            reference=self._names.reference(facts.reminder_id),
            attempt=f"{facts.reminder_id}.{facts.claim}",
            segments=cost.segments,
            language=language.tag,
            wording=compiled.wording,
            written_at=now,
            expires_at=expires_at,
            tells_stop=tells_stop,
            sender=facts.sender,
            account_id=facts.account_id,
        )

    def _how_to_stop(self, facts: Facts, language: Language, *, by_link: bool) -> str:
        if not by_link:
            return language.stop
        return _link_line(language).render(stop_url=self._names.stop_url(facts.client_id))

    def _email(
        self,
        facts: Facts,
        compiled: Compiled,
        language: Language,
        words: dict[str, Any],
        now: datetime,
        expires_at: datetime,
    ) -> Message:
        subject = clean(compiled.subject(words))
        words["lead"] = language.first_night["email"] if compiled.recalls in facts.untold else ""
        words["unsubscribe_url"] = self._names.unsubscribe_url(facts.client_id)
        words |= {"subject": subject, "preheader": compiled.preheader(words)}
        return Message(
            channel=Channel.EMAIL,
            to=facts.contact or "",
            clinic_name=facts.clinic.name,
            reply_to=facts.clinic.email,
            subject=subject,
            text=compiled.text(words),
            html=compiled.html(words),
            reference=self._names.reference(facts.reminder_id),
            attempt=f"{facts.reminder_id}.{facts.claim}",
            unsubscribe_url=words["unsubscribe_url"],
            language=language.tag,
            wording=compiled.wording,
            written_at=now,
            expires_at=expires_at,
            sender=facts.sender,
            sender_name=facts.clinic.senders.mail_name,
        )

    def _words(self, facts: Facts, language: Language) -> dict[str, Any]:
        clinic = facts.clinic
        day, hour = self._when(facts, locale_of(language.tag, clinic.country))
        return {
            "one_off": facts.one_off,
            "clinic": _clinic_words(clinic),
            "first_name": facts.first_name,
            "date": day,
            "when": _say_when(language, day, hour),
            "emergency": self._emergency(facts, language),
            "page_url": self._names.page_url(facts.client_id, facts.page_edition),
            "per_week": clinic.texts_per_week,
            "rates": language.rates(may_apply=stop_line.rates_may_apply(facts.contact or "")),
            "treatment": "",
        }

    def _when(self, facts: Facts, locale: Locale) -> tuple[str, str]:
        if facts.treated_on is None:
            return "", ""
        say = say_date_briefly if facts.channel is Channel.SMS else say_date
        return say(facts.treated_on, locale), say_time(facts.starts, locale)

    def _emergency(self, facts: Facts, language: Language) -> str:
        customised = facts.clinic.customisation.numbers.get(facts.protocol, {}).get(
            "emergency_number", 0
        )
        known = self._library.emergencies.get(facts.clinic.country, language.say["emergency"])
        return str(customised) if customised else known


@lru_cache(maxsize=1 << 15)
def _of_clinic(
    library: Library, clinic: ClinicFacts, protocol: str, wanted: str, milestone: str
) -> tuple[Language, Compiled]:
    tag = library.language(protocol, wanted, clinic.country)
    customised = clinic.customisation.wordings.get((protocol, milestone, tag))
    numbers = tuple(sorted(clinic.customisation.numbers.get(protocol, {}).items()))
    return library.all_languages[tag], _compiled(
        library, protocol, tag, milestone, numbers, customised
    )


@lru_cache(maxsize=4096)
def _compiled(
    library: Library,
    protocol: str,
    tag: str,
    milestone: str,
    numbers: tuple[tuple[str, int], ...],
    customised: Approved | None,
) -> Compiled:
    """Compile the packaged words or a clinic's own, at its numbers."""
    words = (
        customised.wording
        if customised
        else library.wording(protocol, tag, milestone, dict(numbers))
    )
    if customised and not all(map(only_placeholders, astuple(words))):
        raise WordingError("a clinic's own words may use placeholders and conditions only")
    filled = library.with_numbers(protocol, tag, words, dict(numbers))
    point = library.protocols[protocol].milestone(milestone)
    version = customised.wording_id if customised else None
    return Compiled(library, library.all_languages[tag], filled, point, version)


@cache
def _of_one_off(
    library: Library, kind: OneOffKind, wanted: str, country: str
) -> tuple[Language, Compiled]:
    first = next(iter(library.protocols))
    language = library.all_languages[library.language(first, wanted, country)]
    welcome = kind is OneOffKind.OPT_IN
    return language, (CompiledWelcome if welcome else CompiledOneOff)(library, language)


@cache
def _discreet(
    library: Library, protocol: str, wanted: str, country: str
) -> tuple[Language, Compiled]:
    language = library.all_languages[library.language(protocol, wanted, country)]
    return language, CompiledDiscreet(library, language)


@cache
def _link_line(language: Language) -> Template:
    return _LINES.from_string(language.stop_by_link)


_LINES = Environment(undefined=StrictUndefined, autoescape=False)  # noqa: S701 (texts)


def _say_when(language: Language, day: str, hour: str) -> str:
    """Say day and hour; a sentence may end behind them, so that no dot of theirs stands last."""
    return language.say["at"].format(date=day, time=hour.removesuffix(".")) if hour else day


@lru_cache(maxsize=4096)
def _clinic_words(clinic: ClinicFacts) -> dict[str, str]:
    return {
        "name": clinic.name,
        "phone": show_national(clinic.phone, clinic.country),
        "dial": clinic.phone,
        "address": clinic.address,
    }
