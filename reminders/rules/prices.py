"""Parse and format the price of a text segment, kept as a whole number."""

from __future__ import annotations

import re
from decimal import Decimal

from reminders.rules.contacts import clean
from reminders.rules.segment_prices import MILLION
from reminders.rules.terms import InputError
from reminders.rules.translation import gettext

DEAREST = 5 * MILLION
"""More than this for one segment is a slip of the pen."""

CURRENCIES = ("AUD", "CAD", "CHF", "DKK", "EUR", "GBP", "NOK", "NZD", "PLN", "SEK", "USD")


def read_price(text: str) -> int:
    """Read a price such as ``0.0437`` into millionths; raises ``InputError``."""
    found = re.fullmatch(r"[^\d-]{0,3}(\d{1,3})(?:[.,](\d{1,6}))?[^\d]{0,4}", clean(text))
    if found is None:
        raise InputError(gettext("This is not a price."), gettext("Write it like 0.0437."))
    price = int(Decimal(f"{found[1]}.{found[2] or 0}") * MILLION)
    if price > DEAREST:
        raise InputError(
            gettext("This is more than a segment costs."),
            gettext("Write the price of one segment, like 0.0437."),
        )
    return price


def spell_price(price: int | None) -> str:
    """Write a price in millionths the way it is typed."""
    return "" if price is None else f"{Decimal(price) / MILLION:f}"
