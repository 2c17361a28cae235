"""Render everything there is to say: ``python -m tests.wordings`` (some minutes)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from rich.progress import track

from reminders.rules.terms import Channel, Discretion
from tests.support.languages import LIBRARY, TONGUES, facts
from tests.support.rendering import NOW, RENDERER

UNFILLED = re.compile(r"{{|}}|{%|%}|\bNone\b|\bUndefined\b")


def numbers(protocol: str) -> Iterator[dict[str, int]]:
    """Return a clinic's own numbers: each parameter at each of its ends, and all at once."""
    parameters = LIBRARY.protocols[protocol].parameters
    yield {p.key: p.ends[0] for p in parameters}
    yield {p.key: p.ends[-1] for p in parameters}
    for parameter in parameters:
        yield from ({parameter.key: value} for value in parameter.ends)


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


if __name__ == "__main__":
    main()
