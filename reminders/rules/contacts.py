"""Normalise phone numbers, email addresses and names as people write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import (
    NumberParseException,
    PhoneNumberFormat,
    PhoneNumberType,
    ValidationResult,
)

from reminders.rules.segments import is_visible
from reminders.rules.terms import Channel, InputError
from reminders.rules.translation import gettext, gettext_noop

_EXCEL = re.compile(r"[+-]?\d([.,]\d+)?E[+-]?\d+", re.IGNORECASE)
_EXTENSION = re.compile(r"(?:ext\.?|extension|x)\s*\d+\s*$", re.IGNORECASE)
_NO_NAME = re.compile(
    r"https?:|www\.|\d{5}|[<>{}@\\]|\w\.(com|net|org|info|io|co)\b", re.IGNORECASE
)
_LONG = 65
"""From so many characters an address may be too long."""

_PLAIN_LOCAL = re.compile(r"[a-z0-9]+(?:[._+-][a-z0-9]+)*")
"""What stands before an @ and is valid whatever follows, so that a domain is looked at once."""

_TRIMMINGS = " \t\r\n'\"`’‘<>"
_COSTLY = {
    PhoneNumberType.PREMIUM_RATE,
    PhoneNumberType.SHARED_COST,
    PhoneNumberType.PAGER,
    PhoneNumberType.UAN,
    PhoneNumberType.VOICEMAIL,
    PhoneNumberType.TOLL_FREE,
}
_REMARKS = {
    PhoneNumberType.FIXED_LINE: gettext_noop("looks like a landline, which may not receive texts"),
    PhoneNumberType.UNKNOWN: gettext_noop("may not be in use"),
}


@dataclass(frozen=True, slots=True)
class Phone:
    """A number in E.164, with a remark where it may not take texts."""

    number: str
    remark: str = ""


def channel_of(contact: str) -> Channel:
    """Return the channel that reaches a normalised number or address."""
    return Channel.SMS if contact.startswith("+") else Channel.EMAIL


def read_phone(text: str, region: str | None) -> Phone:
    """Normalise a phone number written in any human way.

    ``region`` (ISO 3166, such as ``GB``) is whose national numbers are meant. Numbers that
    cannot exist are refused; those that only may not exist are kept with a remark, since
    number plans change faster than any list of them.

    Raises ``InputError``.
    """
    wanted = clean(text).strip(_TRIMMINGS).removeprefix("tel:")
    if _EXCEL.fullmatch(wanted):
        raise InputError(
            gettext("A spreadsheet has shortened this number."),
            gettext("Format the column as text, enter the whole number again and save."),
        )
    number = _parse(wanted.removesuffix(".0"), region)
    if not _possible(number):
        raise InputError(
            gettext("This is not a phone number we can text: it has the wrong number of digits."),
            gettext("Enter it in full with the country code, for example +44 7700 900123."),
        )
    kind = phonenumbers.number_type(number)
    if kind in _COSTLY:
        raise InputError(
            gettext("This number cannot be texted."), gettext("Enter the client's mobile number.")
        )
    return Phone(phonenumbers.format_number(number, PhoneNumberFormat.E164), _REMARKS.get(kind, ""))


def _parse(text: str, region: str | None) -> phonenumbers.PhoneNumber:
    if re.search(r"[;/,|]|\bor\b|\band\b", text) and len(re.sub(r"\D", "", text)) > 15:
        raise InputError(
            gettext("There are two numbers here."), gettext("Keep only the one to text.")
        )
    if _EXTENSION.search(text):
        raise InputError(
            gettext("A number with an extension cannot be texted."),
            gettext("Enter a mobile number."),
        )
    tries = [text, f"+{text}"] if not text.startswith(("+", "0")) else [text]
    numbers = []
    for candidate in tries:
        number = _parsed(candidate, region)
        if number and _possible(number):
            return number
        numbers += [number] if number else []
    if not numbers:
        raise InputError(
            gettext("This is not a phone number."),
            gettext("Enter it with the country code, for example +44 7700 900123."),
        )
    return numbers[0]


def _parsed(text: str, region: str | None) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(text, region)
    except NumberParseException:
        return None


def _possible(number: phonenumbers.PhoneNumber) -> bool:
    """Say whether it is a whole number, not one that only works within a town."""
    found = phonenumbers.is_possible_number_with_reason(number)
    return bool(found == ValidationResult.IS_POSSIBLE)


def show_phone(number: str) -> str:
    """Write an E.164 number the way people anywhere read it."""
    parsed = phonenumbers.parse(number)
    return phonenumbers.format_number(parsed, PhoneNumberFormat.INTERNATIONAL)


def show_national(number: str, country: str) -> str:
    """Write an E.164 number the way people dial it in a country (ISO 3166)."""
    parsed = phonenumbers.parse(number)
    if phonenumbers.country_code_for_region(country) != parsed.country_code:
        return show_phone(number)
    return phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL)


def read_email(text: str) -> str:
    """Normalise one email address; raises ``InputError``.

    Exactly one address is taken, since a second one hidden in the field would receive a
    health message too.
    """
    wanted = clean(text).strip(_TRIMMINGS).removeprefix("mailto:")
    if wanted.count("@") > 1 or re.search(r"[;,\s]", wanted):
        raise InputError(
            gettext("There is more than one email address here."), gettext("Keep one of them.")
        )
    local, _, domain = wanted.rpartition("@")
    plain = len(wanted) < _LONG and wanted.isascii() and _PLAIN_LOCAL.fullmatch(local)
    return local + _validated(f"a@{domain}")[1:] if plain else _validated(wanted)


@lru_cache(maxsize=1024)
def _validated(address: str) -> str:
    try:
        found = validate_email(
            address,
            check_deliverability=False,
            allow_smtputf8=False,
            test_environment=True,
        )
    except EmailNotValidError:
        raise InputError(
            gettext("This is not an email address."),
            gettext("Enter it like ana@example.com."),
        ) from None
    local, _, domain = found.normalized.rpartition("@")
    return f"{local}@{domain.lower()}"


def clean(text: str) -> str:
    """Drop what cannot be seen and make runs of space one space."""
    if text.isprintable() and "  " not in text and text == text.strip():
        return text
    seen = (c if is_visible(c) else " " * c.isspace() for c in text)
    return " ".join("".join(seen).split())


@lru_cache(maxsize=8192)
def read_name(text: str) -> str:
    """Normalise a person's or clinic's name; raises ``InputError``.

    Addresses and long digits are refused: a name stands in every message, so it is where
    somebody would put a link or a number of their own.
    """
    name = clean(text)
    if len(name) > 60:
        raise InputError(gettext("This name is longer than 60 characters."), gettext("Shorten it."))
    if _NO_NAME.search(name):
        raise InputError(
            gettext("This does not look like a name."),
            gettext("Enter the name only, without links, addresses or numbers."),
        )
    return name
