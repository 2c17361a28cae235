"""Countries a clinic texts, by its clients' numbers, and numbers that codes are never sent to."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneNumber, PhoneNumberType

from reminders.rules.terms import ClinicFacts

NOWHERE = "001"
"""The region of numbers that belong to no country (ITU-T E.164): satellites, ships, machines."""

NEIGHBOURS = {
    "AT": "CH CZ DE HU IT LI SI SK", "AU": "NZ", "BE": "DE FR LU NL", "BR": "AR PT PY UY",
    "CA": "US", "CH": "AT DE FR IT LI", "CZ": "AT DE PL SK", "DE": "AT BE CH CZ DK FR LU NL PL",
    "DK": "DE NO SE", "ES": "AD FR GI PT", "FI": "EE NO SE", "FR": "BE CH DE ES IT LU MC",
    "GB": "FR GG IE IM JE", "GG": "GB JE", "HU": "AT RO SI SK", "IE": "GB", "IM": "GB IE",
    "IT": "AT CH FR SI SM", "JE": "FR GB GG", "LI": "AT CH", "LU": "BE DE FR", "MX": "US",
    "NL": "BE DE", "NO": "DK FI SE", "NZ": "AU", "PL": "CZ DE LT SK", "PR": "US", "PT": "ES",
    "RO": "BG HU MD", "SE": "DK FI NO", "SG": "MY", "SI": "AT HR HU IT", "SK": "AT CZ HU PL",
    "US": "CA MX PR",
}  # fmt: skip
"""Countries whose people come across the border to a clinic, to be ticked first."""

FICTION = "+447700900"
"""Ofcom keeps these numbers for drama: they are nobody's, so nobody earns by a text to them."""

CODE_TYPES = frozenset(
    {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE, PhoneNumberType.VOIP}
)
"""What codes are sent to. All else is dear to call and pays whoever holds it (premium rate, shared
cost, personal numbers), cannot take a text (landlines), or is nobody's (unassigned ranges)."""


@lru_cache(maxsize=16384)
def region_of(number: str) -> str:
    """Return the country (ISO 3166) of a number in E.164; ``NOWHERE`` for one of none. A range that
    is newer than our tables counts as the country's whose code it begins with.
    """
    code = next((c for c in map(int, _beginnings(number)) if c in COUNTRY_CODE_TO_REGION_CODE), 0)
    regions = COUNTRY_CODE_TO_REGION_CODE.get(code, (NOWHERE,))
    if len(regions) == 1:
        return str(regions[0])
    return phonenumbers.region_code_for_number(_parsed(number, code)) or str(regions[0])


def _parsed(number: str, code: int) -> PhoneNumber:
    """Return a number in E.164 as the library holds it: its parser is made for what people type, and
    takes ten times as long.
    """
    national = number.removeprefix(f"+{code}")
    zeros = min(len(national) - len(national.lstrip("0")), len(national) - 1)
    return PhoneNumber(code, int(national), None, bool(zeros) or None, zeros if zeros > 1 else None)


def _beginnings(number: str) -> Iterable[str]:
    return (number[1:end] for end in (2, 3, 4) if number[1:end].isdecimal())


def read_countries(kept: str) -> frozenset[str]:
    """Read the countries that a clinic ticked, as they are kept."""
    return frozenset(kept.split())


def keep_countries(countries: Iterable[str]) -> str:
    """Write countries as they are kept."""
    return " ".join(sorted(set(countries)))


def texted(country: str, phone: str, others: str) -> frozenset[str]:
    """Return all countries a clinic texts: its own, that of its own number, and ``others``, as they are
    kept.
    """
    own = {country, region_of(phone) if phone.startswith("+") else ""}
    return read_countries(others) | (own - {"", NOWHERE})


def may_text(clinic: ClinicFacts, number: str) -> bool:
    """Say whether a clinic texts the country of a number."""
    return clinic.countries is None or region_of(number) in clinic.countries


@lru_cache(maxsize=4096)
def takes_codes(number: str) -> bool:
    """Say whether a code may be sent to a number that anybody may have typed."""
    if number.startswith(FICTION):
        return True
    parsed = phonenumbers.parse(number)
    known = region_of(number) != NOWHERE and phonenumbers.is_valid_number(parsed)
    return known and phonenumbers.number_type(parsed) in CODE_TYPES


def block_of(number: str) -> str:
    """Return the row of a hundred neighbouring numbers that a number is in; none for fiction."""
    return "" if number.startswith(FICTION) else number[:-2]


def calling_code(country: str) -> str:
    """Return what numbers of a country begin with, as people write it."""
    return f"+{phonenumbers.country_code_for_region(country)}"
