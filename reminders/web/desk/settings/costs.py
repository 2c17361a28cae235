"""The settings of which countries are texted, what texts cost there, and how many a month."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from reminders.enrolment import clinics, texted_countries
from reminders.enrolment.countries import countries
from reminders.enrolment.texted_countries import texted_by
from reminders.rules.countries import NEIGHBOURS
from reminders.rules.prices import CURRENCIES, read_price, spell_price
from reminders.rules.segment_prices import keep_prices, prices_of
from reminders.rules.translation import gettext, gettext_noop
from reminders.store.tables import Clinic
from reminders.web.desk.page import DeskRequest
from reminders.web.desk.settings import rate_limits
from reminders.wording.localised import country_name

Change = Callable[[Session, Clinic], Any]


def fields(clinic: Clinic) -> dict[str, Any]:
    """Return what the two forms show: the countries to tick, those to add, and each one's price."""
    chosen = texted_by(clinic) - {clinic.country}
    offered = chosen | set(NEIGHBOURS.get(clinic.country, "").split())
    prices = prices_of(clinic.segment_price, clinic.country_prices)
    return {
        "own_country": country_name(clinic.country) if clinic.country else "",
        "offered_countries": [(code, name, code in chosen) for code, name in _named(offered)],
        "more_countries": [("", "–"), *_named(countries().keys() - offered - {clinic.country})],
        "country_prices": [
            (code, name, spell_price(prices.by_country.get(code))) for code, name in _named(chosen)
        ],
        "price": spell_price(clinic.segment_price),
        "currencies": [("", "–"), *((code, code) for code in CURRENCIES)],
    }


def _named(codes: set[str] | frozenset[str]) -> list[tuple[str, str]]:
    return sorted(((code, country_name(code)) for code in codes), key=lambda one: one[1])


def choose_countries(request: DeskRequest, session: Session, clinic: Clinic) -> None:
    """Take the countries that were ticked, and the one that was added."""
    ticked = {code for code in countries() if request.typed(f"country-{code}") == "yes"}
    added = {request.typed("another_country")} & countries().keys()
    before = clinic.other_countries
    who = request.signed_in.staff.email
    texted_countries.choose(session, clinic, ticked | added, who, request.now)
    if clinic.other_countries != before:
        change = f"{before or '–'} → {clinic.other_countries or '–'}"
        request.record(
            session, gettext_noop("changed the countries texted"), Clinic, clinic.id, change
        )


def typed(request: DeskRequest) -> Change | None:
    """Read prices and the month's limit; None where ``request.faults`` says what is wrong."""
    price = request.read("segment_price", read_price)
    read = {code: request.read(f"price-{code}", read_price) for code in countries()}
    abroad = {code: one for code, one in read.items() if one is not None}
    budget = request.read("segment_budget", rate_limits.read_number)
    currency = request.typed("currency") if request.typed("currency") in CURRENCIES else None
    if (price is not None or abroad) and currency is None:
        request.faults["currency"] = gettext("Choose the currency of this price.")
    if request.faults:
        return None

    def change(session: Session, clinic: Clinic) -> None:
        was = _say(clinic)
        clinic.segment_price, clinic.currency = price, currency
        clinic.country_prices = keep_prices(abroad)
        clinics.set_budget(session, clinic, budget)
        what = gettext_noop("changed price and budget")
        request.record(session, what, Clinic, clinic.id, f"{was} → {_say(clinic)}")

    return change


def _say(clinic: Clinic) -> str:
    prices = prices_of(clinic.segment_price, clinic.country_prices)
    abroad = [f"{code} {spell_price(price)}" for code, price in prices.by_country.items()]
    of = {"n": str(clinic.segment_budget), "price": spell_price(clinic.segment_price)}
    usual = gettext("%(n)s segments at %(price)s", **of)
    return ", ".join([usual, *abroad])
