"""Read the sender of texts that somebody typed: a number, short code, Messaging Service or name."""

from __future__ import annotations

import re

import phonenumbers

from reminders.rules.contacts import clean
from reminders.rules.sender_names import read_name_sender
from reminders.rules.terms import InputError
from reminders.rules.translation import gettext

_SERVICE = re.compile(r"MG[0-9a-f]{32}")
_SHORT = re.compile(r"\d{3,8}")


def read_sender(text: str, country: str) -> str:
    """Return a sender as it is stored: a Messaging Service's SID, a short code, a name of 1 to 11
    letters, digits and spaces, or a number, national ones of that country. Raises ``InputError``.
    """
    wanted = clean(text)
    if any(kind.fullmatch(wanted) for kind in (_SERVICE, _SHORT)):
        return wanted
    if any(letter.isalpha() for letter in wanted):
        return read_name_sender(wanted)
    try:
        number = phonenumbers.parse(wanted, country or None)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise InputError(
            gettext("This is not a number that can send texts."),
            gettext(
                "Enter it with its country code, such as +44 7700 900123, or a short code, a Messaging"
                " Service (MG…) or a name."
            ),
        )
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
