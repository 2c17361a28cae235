"""Write dates, numbers and money for staff, in the language that sentences are translated to."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from babel import Locale
from babel.dates import format_skeleton
from babel.numbers import format_currency, format_decimal, format_percent

from reminders.rules.translation import DayOfYear, LongDay, current_language
from reminders.wording.dates import locale_of


class DateForm(StrEnum):
    """How much of a date is written: the skeletons of CLDR."""

    DAY = "MMMEd"
    DAY_AND_YEAR = "yMMMEd"
    LONG = "yMMMMd"
    LONG_DAY = "MMMMEEEEd"
    DAY_OF_YEAR = "MMMMd"
    LONG_DAY_AND_YEAR = "yMMMMEEEEd"
    WEEKDAY = "EEEE"
    SHORT = "MMMd"
    SHORT_AND_YEAR = "yMMMd"
    MONTH = "yMMMM"
    MONTH_NAME = "MMM"


ENGLISH = {
    DateForm.DAY: "%a {0} %b",
    DateForm.DAY_AND_YEAR: "%a {0} %b %Y",
    DateForm.LONG: "{0} %B %Y",
    DateForm.LONG_DAY: "%A {0} %B",
    DateForm.DAY_OF_YEAR: "{0} %B",
    DateForm.LONG_DAY_AND_YEAR: "%A {0} %B %Y",
    DateForm.WEEKDAY: "%A",
    DateForm.SHORT: "{0} %b",
    DateForm.SHORT_AND_YEAR: "{0} %b %Y",
    DateForm.MONTH: "%B %Y",
    DateForm.MONTH_NAME: "%b",
}
"""English dates without commas: the desk has one English, and the day comes first in it."""


def date_text(day: date, form: DateForm) -> str:
    """Write a date; of an instant its own calendar day."""
    return _date_text(day.date() if isinstance(day, datetime) else day, form, current_language())


@lru_cache(maxsize=4096)
def _date_text(day: date, form: DateForm, language: str) -> str:
    if language == "en":
        return day.strftime(ENGLISH[form]).format(day.day)
    moment = datetime.combine(day, time())
    return format_skeleton(form, moment, locale=locale_of(language, ""))


def number_text(number: float | Decimal) -> str:
    """Write a number with the signs that separate its thousands and its decimals."""
    return str(format_decimal(number, locale=locale_of(current_language(), "")))


def share_text(share: float) -> str:
    """Write a share (0 to 1) as a percentage with one decimal."""
    language = current_language()
    if language == "en":
        return f"{100 * share:.1f} %"
    locale = locale_of(language, "")
    return str(format_percent(share, "#,##0.0\u00a0%", locale=locale))


def money_text(amount: Decimal | float, currency: str) -> str:
    """Write an amount of money; ``currency`` is its ISO 4217 code."""
    return str(format_currency(amount, currency, locale=locale_of(current_language(), "")))


def country_name(country: str) -> str:
    """Write the name of a country (ISO 3166)."""
    names = Locale.parse(locale_of(current_language(), ""), sep="_").territories
    return str(names.get(country, country))


FORMS: dict[type, DateForm] = {DayOfYear: DateForm.DAY_OF_YEAR, LongDay: DateForm.LONG_DAY}
"""How days are written that are to be written otherwise than in full."""


def localised_value(value: object) -> object:
    """Write a number, a day or a time of day within a translated sentence."""
    if isinstance(value, int) and not isinstance(value, bool):
        return number_text(value)
    if isinstance(value, date):
        return date_text(value, FORMS.get(type(value), DateForm.LONG))
    return f"{value:%H:%M}" if isinstance(value, time) else value
