"""Write the weekdays of sending hours in the language that is current, and read them in it or in English."""

from __future__ import annotations

import re
from functools import cache

from reminders.rules.sending_hours import DAYS
from reminders.rules.translation import ENGLISH, current_language
from reminders.wording.dates import locale_of

_WORD = re.compile(r"[^\W\d_]+\.?")


def hours_shown(hours: str) -> str:
    """Return sending hours as they are kept (``Mon-Sat 09:00-20:00``) with the language's weekdays."""
    names = dict(zip(DAYS, _short_names(current_language()), strict=True))
    return _WORD.sub(lambda word: names.get(word[0].lower(), word[0]), hours)


def hours_read(typed: str) -> str:
    """Return sending hours that somebody typed with English weekdays; unknown words stay."""
    known = _known(current_language())
    bare = re.sub(r"-feiras?\b", "", typed, flags=re.IGNORECASE)  # Portuguese: segunda-feira
    return _WORD.sub(lambda word: known.get(word[0].lower().rstrip("."), word[0]), bare)


def _short_names(language: str) -> list[str]:
    if language == ENGLISH.language:
        return [day.title() for day in DAYS]
    names = locale_of(language, "").days["stand-alone"]["abbreviated"]
    return [str(names[day]).rstrip(".") for day in range(7)]


@cache
def _known(language: str) -> dict[str, str]:
    """Return the English abbreviation of every name that the language has for a weekday."""
    forms = locale_of(language, "").days
    return {
        str(forms[form][width][number]).lower().rstrip(".").partition("-")[0]: day.title()
        for form in ("format", "stand-alone")
        for width in ("wide", "abbreviated", "short")
        for number, day in enumerate(DAYS)
    }
