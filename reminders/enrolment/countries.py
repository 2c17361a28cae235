"""The countries and time zones a clinic may be in, for a person to choose from (CLDR, by Babel)."""

from __future__ import annotations

from functools import cache

from babel.core import get_global

from reminders.rules.folding import fold
from reminders.rules.terms import InputError
from reminders.rules.translation import ENGLISH, current_language, gettext
from reminders.rules.zone_names import read_zone
from reminders.wording.dates import locale_of


def countries() -> dict[str, str]:
    """Return the names of all countries with a clock of their own, by ISO 3166 code, in the
    alphabetical order of the language that is current.
    """
    return _countries(current_language())


@cache
def _countries(language: str) -> dict[str, str]:
    names = locale_of(language, "").territories
    found = {
        code: str(names[code])
        for code in get_global("zone_territories").values()
        if _is_country(code)
    }
    return dict(sorted(found.items(), key=lambda one: fold(one[1])))


@cache
def zones() -> list[str]:
    """Return the IANA names of the time zones that lie in a country, in alphabetical order."""
    territories = get_global("zone_territories")
    return sorted(zone for zone, code in territories.items() if _is_country(code))


def cities() -> dict[str, str]:
    """Return what the language that is current calls the cities of time zones, by their IANA names,
    where it has a name of its own.
    """
    return _cities(current_language())


@cache
def _cities(language: str) -> dict[str, str]:
    if language == ENGLISH.language:
        return {}  # that of the IANA names
    names = locale_of(language, "").time_zones
    return {zone: str(names[zone]["city"]) for zone in zones() if "city" in names.get(zone, ())}


def read_time_zone(text: str) -> str:
    """Return the IANA zone of a name that somebody typed, in English or in the language that is
    current; raises ``InputError``.
    """
    own = {fold(city): zone for zone, city in cities().items()}
    named = own.get(fold(text))
    return named or read_zone(text, get_global("windows_zone_mapping"))


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
