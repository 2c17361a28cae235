"""Let a text open with a sentence that an earlier message was to say."""

from __future__ import annotations

import re


def opened(said: str, lead: str, first_name: str) -> str:
    """Return a text that opens with ``lead``, a sentence written to follow a greeting: “Ana, …” or
    “Hola, Ana: …”. Where there is no greeting it comes first.
    """
    greeting = re.match(rf".*?{re.escape(first_name)}[,:] ", said) if first_name else None
    if greeting is None:
        return f"{_capital(lead)} {said}"
    return f"{greeting[0]}{lead} {_capital(said[greeting.end() :])}"


def _capital(sentence: str) -> str:
    """Begin a sentence with a capital, behind the marks that may open it."""
    marks = len(sentence) - len(sentence.lstrip("¿¡"))
    return sentence[:marks] + sentence[marks : marks + 1].upper() + sentence[marks + 1 :]
