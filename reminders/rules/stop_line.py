"""When a text says how to stop: at the start of everything, at regular intervals, and where it must."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache

import phonenumbers

from reminders.rules.sender_kinds import is_one_way
from reminders.rules.terms import Channel, Facts, OneOffKind

AT_LEAST_EVERY = timedelta(days=30)
"""CTIA, Messaging Principles and Best Practices 5.1.2.1: with the first message, and again at regular
intervals; what carriers take for regular is once a month."""

EVERY_TEXT = frozenset({"CA"})
"""Countries of numbers (ISO 3166) where each text says it. Canada: S.C. 2010, c. 23 (CASL), 6(6)
spares messages about a service that was bought from consent, but not from 6(2)(c), a way to
unsubscribe. Elsewhere the laws we know ask it of marketing alone, which nothing of ours is."""

RATES_CODE = "+1"
"""Where “Msg & data rates may apply” is said: carriers of the North American Numbering Plan ask for
it (CTIA 5.1.2.1). Elsewhere a text costs nobody anything to get, and an answer the usual rate."""


def is_due(facts: Facts, now: datetime) -> bool:
    """Say whether a text that leaves at ``now`` says how to stop: the welcome, the first text of a
    treatment's course, at least one in any thirty days, and each where a country's rule or the
    clinic asks for it. Other one-off texts answer the client, or correct what went before. Where
    nobody can reply a link says it, which takes a third of a text: then a course's first text says it
    only if nothing did in thirty days. (The rules of carriers that ask for more take no such sender.)
    """
    if facts.channel is not Channel.SMS:
        return False
    if facts.one_off is not None:
        return facts.one_off.kind is OneOffKind.OPT_IN
    if facts.clinic.stop_on_every_text or country_of(facts.contact or "") in EVERY_TEXT:
        return True
    told = facts.stop_told_at
    if told is None or now - told >= AT_LEAST_EVERY:
        return True
    return not facts.course_begun and not is_one_way(facts.sender)


def in_turn(coming: Iterable[tuple[Facts, datetime]]) -> Iterator[Facts]:
    """Return what will be known of one client's texts to come when each leaves, at its moment (UTC):
    that those before it have left, and whether they said how to stop.
    """
    told: datetime | None = None
    begun: set[tuple[str, date | None]] = set()
    for facts, at in sorted(coming, key=lambda pair: (pair[1], pair[0].reminder_id)):
        of = facts.protocol, facts.treated_on
        known = replace(
            facts,
            stop_told_at=max(filter(None, (told, facts.stop_told_at)), default=None),
            course_begun=facts.course_begun or of in begun,
        )
        if facts.channel is Channel.SMS:
            told = at if is_due(known, at) else told
            begun.add(of)
        yield known


@lru_cache(maxsize=8192)
def country_of(number: str) -> str:
    """Return the country of an E.164 number (ISO 3166) where it may matter here; else nothing."""
    if not number.startswith("+1"):
        return ""
    return phonenumbers.region_code_for_number(phonenumbers.parse(number)) or ""


def rates_may_apply(number: str) -> bool:
    """Say whether texts to a number (E.164) may cost whoever gets them."""
    return number.startswith(RATES_CODE)
