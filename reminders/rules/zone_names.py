"""Zone names: what booking systems call the zones of the clocks, beside their IANA names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from reminders.rules.folding import fold
from reminders.rules.terms import InputError
from reminders.rules.translation import gettext

_AREAS = ("Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")

_TABLE = """
International Date Line West=Pacific/Midway | Midway Island=Pacific/Midway | American Samoa=Pacific/Pago_Pago | Hawaii=Pacific/Honolulu
Alaska=America/Juneau | Pacific Time (US & Canada)=America/Los_Angeles | Mountain Time (US & Canada)=America/Denver
Arizona=America/Phoenix | Central Time (US & Canada)=America/Chicago | Saskatchewan=America/Regina | Guadalajara=America/Mexico_City
Central America=America/Guatemala | Eastern Time (US & Canada)=America/New_York | Indiana (East)=America/Indiana/Indianapolis
Quito=America/Lima | Atlantic Time (Canada)=America/Halifax | Newfoundland=America/St_Johns | Brasilia=America/Sao_Paulo
Buenos Aires=America/Argentina/Buenos_Aires | Georgetown=America/Guyana | Greenland=America/Nuuk | Mid-Atlantic=Atlantic/South_Georgia
Cape Verde Is.=Atlantic/Cape_Verde | Edinburgh=Europe/London | Bern=Europe/Zurich | West Central Africa=Africa/Algiers
Kyiv=Europe/Kyiv | Pretoria=Africa/Johannesburg | St. Petersburg=Europe/Moscow | Abu Dhabi=Asia/Dubai | Ekaterinburg=Asia/Yekaterinburg
Islamabad=Asia/Karachi | Chennai=Asia/Kolkata | Mumbai=Asia/Kolkata | New Delhi=Asia/Kolkata | Sri Jayawardenepura=Asia/Colombo
Hanoi=Asia/Bangkok | Beijing=Asia/Shanghai | Osaka=Asia/Tokyo | Sapporo=Asia/Tokyo | Canberra=Australia/Melbourne
Solomon Is.=Pacific/Guadalcanal | New Caledonia=Pacific/Noumea | Marshall Is.=Pacific/Majuro | Wellington=Pacific/Auckland
Nuku'alofa=Pacific/Tongatapu | Tokelau Is.=Pacific/Fakaofo | Chatham Is.=Pacific/Chatham | Samoa=Pacific/Apia
Eastern Time=America/New_York | Central Time=America/Chicago | Mountain Time=America/Denver | Pacific Time=America/Los_Angeles
Alaska Time=America/Anchorage | Hawaii Time=Pacific/Honolulu | Arizona Time=America/Phoenix | Arizona, Yukon Time=America/Phoenix
Newfoundland Time=America/St_Johns | Atlantic Time=America/Halifax | Brasilia Time=America/Sao_Paulo | Brasília=America/Sao_Paulo
UK, Ireland, Lisbon Time=Europe/London | UK=Europe/London | United Kingdom=Europe/London | Ireland=Europe/Dublin | Spain=Europe/Madrid
España=Europe/Madrid | France=Europe/Paris | Germany=Europe/Berlin | Deutschland=Europe/Berlin | Poland=Europe/Warsaw | Polska=Europe/Warsaw
Warszawa=Europe/Warsaw | Lisboa=Europe/Lisbon | Londres=Europe/London | Nueva York=America/New_York | São Paulo=America/Sao_Paulo
India, Sri Lanka Time=Asia/Kolkata | Dubai Time=Asia/Dubai | Sydney, Melbourne Time=Australia/Sydney | Brisbane Time=Australia/Brisbane
British Summer Time=Europe/London | Greenwich Mean Time=Europe/London | Irish Standard Time=Europe/Dublin | British Time=Europe/London
Central European Time=Europe/Paris | Central European Summer Time=Europe/Paris | Mitteleuropäische Zeit=Europe/Berlin | Heure d'Europe centrale=Europe/Paris
Mitteleuropäische Sommerzeit=Europe/Berlin | Czas środkowoeuropejski=Europe/Warsaw | Hora de Europa central=Europe/Madrid | Horário de Brasília=America/Sao_Paulo
Hora de Brasília=America/Sao_Paulo | Brasilia Standard Time=America/Sao_Paulo | Heure de Paris=Europe/Paris | Hora peninsular=Europe/Madrid
Eastern Daylight Time=America/New_York | Central Daylight Time=America/Chicago | Mountain Daylight Time=America/Denver | Pacific Daylight Time=America/Los_Angeles
Auckland Time=Pacific/Auckland | Wien=Europe/Vienna | Zürich=Europe/Zurich | Ciudad de México=America/Mexico_City
"""
"""Names of Ruby on Rails (ActiveSupport::TimeZone::MAPPING, which Calendly and many others show),
and countries of one clock, which are said often; cities are known by the IANA names themselves.
"""


_OFFSET = re.compile(r"UTC[+-]")
"""Windows has “UTC-11”, and no “UTC+11”: without its sign it would be both."""


@lru_cache(maxsize=1)
def _known() -> dict[str, str]:
    found: dict[str, str] = {}
    for zone in sorted(available_timezones()):
        if zone.startswith(_AREAS) and "/" in zone:
            found.setdefault(fold(zone.rpartition("/")[2]), zone)
    for entry in _TABLE.replace("\n", "|").split("|"):
        name, _, zone = entry.strip().rpartition("=")
        found[fold(name)] = zone
    found["utc"] = found["gmt"] = found["coordinated universal time"] = "UTC"
    return found


@lru_cache(maxsize=1)
def _by_case() -> dict[str, str]:
    return {zone.casefold(): zone for zone in available_timezones() if "/" in zone}


def is_own_clock(text: str, zone: ZoneInfo) -> bool:
    """Say whether a shorthand or an offset, which several zones share, is one of this zone's: “EST”,
    “GMT+1”.
    """
    said = re.sub(r"[\s:]", "", text.upper())
    seasons = [datetime(2026, month, 15, tzinfo=zone) for month in (1, 7)]
    offsets = {re.sub(r"^([+-])0?(\d+?)(?:00)?$", r"\1\2", f"{at:%z}") for at in seasons}
    bare = re.sub(r"^(?:UTC|GMT)?([+-])0?(\d+?)(?:00)?$", r"\1\2", said)
    return said in {at.tzname() for at in seasons} or (
        (bare != said or said[:1] in "+-") and bare in offsets
    )


def read_zone(text: str, windows_zones: Mapping[str, str]) -> str:
    """Return the IANA zone of a name: IANA's, that of Windows or of Rails, or a city's.

    An offset in front, as Outlook and Rails show it, says nothing more. Raises ``InputError``;
    a shorthand such as EST is refused because several zones share it.
    """
    bare = re.sub(r"^\s*\((?:GMT|UTC)[^)]*\)\s*", "", text.strip(), flags=re.IGNORECASE)
    windows = {fold(n): zone for n, zone in windows_zones.items() if not _OFFSET.match(n)}
    names = [fold(bare), *(fold(city) for city in bare.split(",")[:2])]
    named = next(
        (z for name in names if (z := _known().get(name) or windows.get(name))), None
    ) or windows_zones.get(bare)
    found = _by_case().get(bare.casefold().replace(" ", "_")) or named
    if found is None or re.search(r"[^\w\s/&().,'+-]", bare):
        raise InputError(
            gettext("This is not a time zone."),
            gettext("Enter a region and city, for example Europe/London or America/New_York."),
        )
    return found
