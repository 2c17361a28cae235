"""The countries and time zones a clinic may be in, for a person to choose from (CLDR, by Babel)."""

from __future__ import annotations

from functools import cache

from babel import Locale
from babel.core import get_global

from reminders.rules.terms import InputError
from reminders.rules.translation import gettext


@cache
def countries() -> dict[str, str]:
    """Return the English names of all countries with a clock of their own, by ISO 3166 code, in
    alphabetical order.
    """
    names = Locale("en").territories
    found = {
        code: str(names[code])
        for code in get_global("zone_territories").values()
        if _is_country(code)
    }
    return dict(sorted(found.items(), key=lambda one: one[1].casefold()))


@cache
def zones() -> list[str]:
    """Return the IANA names of the time zones that lie in a country, in alphabetical order."""
    territories = get_global("zone_territories")
    return sorted(zone for zone, code in territories.items() if _is_country(code))


def country_of(zone: str) -> str:
    """Return the country a time zone lies in; empty for one that lies in none, such as UTC."""
    return str(get_global("zone_territories").get(zone, "") or "")


def read_country(text: str, zone: str) -> str:
    """Return the code of a country that was chosen, of nothing chosen that of the time zone; raises
    ``InputError``.
    """
    if not text:
        return country_of(zone)
    if text not in countries():
        raise InputError(
            gettext("This is not a country we know."), gettext("Choose one from the list.")
        )
    return text


def _is_country(code: str) -> bool:
    return len(code) == len("GB") and code != "ZZ"  # ZZ is nowhere, 001 the world
