"""Let a text open with a sentence that an earlier message was to say."""

from __future__ import annotations

import re

from reminders.wording.text_composition import Say


def opened(said: str, lead: str, first_name: str) -> str:
    """Return a text that opens with ``lead``, a sentence written to follow a greeting: “Ana, …” or
    “Hola, Ana: …”. Where there is no greeting it comes first.
    """
    greeted = rf".*?{re.escape(first_name)}[,:] " if first_name else r"[^.!?]*? [,:] "
    greeting = re.match(greeted, said)
    if greeting is None:
        return f"{_capital(lead)} {said}"
    return f"{greeting[0]}{lead} {_capital(said[greeting.end() :])}"


def opening(say: Say, lead: str) -> Say:
    """Return what renders a text that opens with ``lead``."""
    return lambda words: opened(say(words), lead, words["first_name"])


def _capital(sentence: str) -> str:
    """Begin a sentence with a capital, behind the marks that may open it."""
    marks = len(sentence) - len(sentence.lstrip("¿¡"))
    return sentence[:marks] + sentence[marks : marks + 1].upper() + sentence[marks + 1 :]
