"""Render everything there is to say: ``python -m tests.wordings`` (some minutes)."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import product
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from reminders.links import Links
from reminders.rules.terms import Channel, Discretion, Facts, OneOffFacts, OneOffKind
from reminders.rules.text_names import plain
from reminders.wording.renderer import Renderer
from tests.support.languages import LIBRARY, TONGUES, facts
from tests.support.rendering import NOW, RENDERER

UNFILLED = re.compile(r"{{|}}|{%|%}|\bNone\b|\bUndefined\b")
LEAST = 0.98
"""Of the texts to a language's commonest names, how many are one segment and name the client."""

NAMES = tomllib.loads((Path(__file__).parent / "wording" / "given_names.toml").read_text("utf-8"))
PLACES = {
    "en": ("US", "+14155550132"), "en-GB": ("GB", "+442079460018"), "es": ("ES", "+34912345678"),
    "fr": ("FR", "+33199001234"), "de": ("DE", "+493023125018"), "pl": ("PL", "+48221234567"),
    "pt-BR": ("BR", "+5511912345678"),
}  # fmt: skip
"""Where a language is at home, and a clinic's number there."""

LONG = Renderer(LIBRARY, Links("k" * 32, "https://aftercare.clinic.example"))
"""Renders with the address of a domain of 24 letters."""


def numbers(protocol: str) -> Iterator[dict[str, int]]:
    """Return a clinic's own numbers: each parameter at each of its ends, and all at once."""
    parameters = LIBRARY.protocols[protocol].parameters
    yield {p.key: p.ends[0] for p in parameters}
    yield {p.key: p.ends[-1] for p in parameters}
    for parameter in parameters:
        yield from ({parameter.key: value} for value in parameter.ends)


def given_names(tongue: str) -> list[str]:
    """Return the two hundred commonest given names of a language."""
    return [name.strip() for name in NAMES[tongue.removesuffix("-GB")].split(",")]


def course(protocol: str, tongue: str) -> Iterator[tuple[Facts, bool]]:
    """Return the texts of a course as they are sent: the welcome, and each milestone; the first of
    them and those a month later say how to stop. With each, whether it says so.
    """
    country, phone = PLACES[tongue]
    points = LIBRARY.protocols[protocol].milestones
    for at, point in enumerate(points):
        told = facts(protocol, tongue, point.key, Channel.SMS)
        clinic = replace(told.clinic, name="Sixteen Letters!", country=country, phone=phone)
        told = replace(told, clinic=clinic, contact="+447700900101")
        if at == 0:
            welcome = OneOffFacts(OneOffKind.OPT_IN, "", "", urgent=False)
            yield replace(told, one_off=welcome), True
        early = replace(told, stop_told_at=NOW - timedelta(days=3), course_begun=True)
        yield early, False
        if (
            at == 0
            or point.after.months
            or point.weeks_by
            or point.key in {"same-evening", "day-1"}
        ):
            yield told, True


def one_way(protocol: str, tongue: str) -> Iterator[tuple[Facts, bool]]:
    """Return the texts of a course from a name, which nobody can reply to: the welcome and those a
    month after it say by a link how to stop.
    """
    for told, stops in course(protocol, tongue):
        of_month = LIBRARY.protocols[protocol].milestone(told.milestone).after.months
        if told.one_off or not stops or of_month:
            yield replace(told, sender="Sixteen Co", client_id=200_000), stops


def share_one_way(tongue: str, protocol: str = "skin-needling") -> dict[str, float]:
    """Return which share of such texts to the commonest names is one segment: of all that say how to
    stop, of the welcome alone, and of the others.
    """
    fits: dict[str, list[bool]] = {"welcome": [], "by link": [], "others": []}
    for told, stops in one_way(protocol, tongue):
        for name in given_names(tongue):
            message = LONG.render(replace(told, first_name=name), NOW, NOW)
            assert message.tells_stop is stops
            assert not re.search(r"\bSTOP\b", message.text), message.text
            assert ("/s/" in message.text) is stops
            what = "welcome" if told.one_off else "by link" if stops else "others"
            fits[what].append(message.segments == 1)
    return {what: sum(found) / len(found) for what, found in fits.items() if found}


def share(tongue: str, protocol: str = "skin-needling") -> dict[bool, float]:
    """Return which share of a course's texts, to each of the language's commonest names, is one
    segment and names the client: of those that say how to stop, and of the others.
    """
    fits: dict[bool, list[bool]] = {True: [], False: []}
    for told, stops in course(protocol, tongue):
        for name in given_names(tongue):
            message = LONG.render(replace(told, first_name=name), NOW, NOW)
            named = any(f" {way}" in message.text for way in (name, plain(name)))
            fits[stops].append(message.segments == 1 and named)
            assert message.tells_stop is stops
    return {stops: sum(found) / len(found) for stops, found in fits.items()}


def main() -> None:
    """Render every protocol, milestone, language, number, discretion and channel."""
    said: Counter[str] = Counter()
    for protocol, tongue in track(list(product(LIBRARY.protocols, TONGUES))):
        for milestone in LIBRARY.protocols[protocol].milestones:
            for own, channel in product(numbers(protocol), Channel):
                told = facts(protocol, tongue, milestone.key, channel, **own)
                for discretion in Discretion:
                    message = RENDERER.render(replace(told, discretion=discretion), NOW, NOW)
                    whole = message.subject + message.text + message.html
                    assert not UNFILLED.search(whole), (protocol, tongue, milestone.key, own)
                    said[channel] += 1
    print(", ".join(f"{number:,} by {channel}" for channel, number in said.items()), "all whole")
    report()


def report() -> None:
    """Say which share of texts is one segment, by language."""
    table = Table(
        "Language", "One segment, to the 200 commonest names", "Where they say how to stop"
    )
    for tongue in TONGUES:
        shares = share(tongue)
        table.add_row(tongue, *(f"{shares[stops]:.1%}" for stops in (False, True)))
        assert min(shares.values()) >= LEAST, tongue
    Console().print(table)
    names = Table("Language", "From a name: welcome", "A month later, by link", "Others")
    for tongue in TONGUES:
        found = share_one_way(tongue)
        names.add_row(tongue, *(f"{share:.1%}" for share in found.values()))
        assert found["welcome"] >= LEAST, tongue
    Console().print(names)


if __name__ == "__main__":
    main()
