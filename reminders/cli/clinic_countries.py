"""Commands for the countries a clinic texts, and what a segment costs there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer
from rich.table import Table as Grid

from reminders.cli.common import AsJson, find_clinic, opened, out, print_json, stop
from reminders.enrolment import texted_countries
from reminders.enrolment.countries import countries as known_countries
from reminders.enrolment.texted_countries import texted_by
from reminders.rules.prices import CURRENCIES, read_price, spell_price
from reminders.rules.segment_prices import keep_prices, prices_of
from reminders.rules.terms import InputError
from reminders.rules.translation import gettext
from reminders.shapes.people import CountryTexted
from reminders.store.database import reading, writing
from reminders.store.queries.audit import COMMAND_LINE
from reminders.store.tables import Clinic
from reminders.wording.localised import country_name

Codes = Annotated[list[str] | None, typer.Option(help="For example IE.")]


def countries(
    name: Annotated[str, typer.Argument(help="The clinic's name.")],
    add: Codes = None,
    remove: Codes = None,
    as_json: AsJson = False,
) -> None:
    """Show or change the countries a clinic texts, beside its own."""
    with opened() as app, (writing if add or remove else reading)(app.engine) as session:
        clinic = find_clinic(session, name)
        if add or remove:
            wanted = texted_by(clinic) | set(add or ())
            _choose(lambda: texted_countries.choose(
                session, clinic, wanted - set(remove or ()), COMMAND_LINE, app.clock()
            ))  # fmt: skip
        found = [_shape(clinic, country) for country in sorted(texted_by(clinic))]
    if as_json:
        print_json(found)
        return
    grid = Grid(gettext("Country"), gettext("Price of a segment"))
    for one in found:
        price = "" if one.segment_price is None else spell_price(one.segment_price)
        grid.add_row(country_name(one.country), price)
    out.print(grid)


def price(
    name: Annotated[str, typer.Argument(help="The clinic's name.")],
    segment: Annotated[str, typer.Argument(help="For example 0.0437; '' if it is not known.")],
    country: Annotated[
        str | None, typer.Option(help="For example IE; without it, of all other countries.")
    ] = None,
    currency: Annotated[str | None, typer.Option(help="For example EUR.")] = None,
) -> None:
    """Set what a segment costs, by default or in one country."""
    with opened() as app, writing(app.engine) as session:
        clinic = find_clinic(session, name)
        _choose(lambda: _set_price(clinic, segment, country, currency))
        said = gettext("not known") if not segment.strip() else f"{segment} {clinic.currency}"
        if country:
            where = country_name(country)
            out.print(
                gettext("Price of a segment to %(country)s: %(price)s", country=where, price=said)
            )
        else:
            out.print(gettext("Usual price of a segment: %(price)s", price=said))


def _set_price(clinic: Clinic, segment: str, country: str | None, currency: str | None) -> None:
    found = read_price(segment) if segment.strip() else None
    if currency is not None:
        if currency not in CURRENCIES:
            raise InputError(
                gettext("This is not a currency we know."),
                gettext("Use one of: %(currencies)s.", currencies=", ".join(CURRENCIES)),
            )
        clinic.currency = currency
    if found is not None and clinic.currency is None:
        raise InputError(
            gettext("The currency is not known."), gettext("Name it, for example --currency EUR.")
        )
    if country is None:
        clinic.segment_price = found
        return
    if country not in known_countries():
        raise InputError(
            gettext("This is not a country we know."), gettext("Write its two letters, such as DE.")
        )
    abroad = dict(prices_of(None, clinic.country_prices).by_country)
    abroad.pop(country, None)
    clinic.country_prices = keep_prices(abroad | ({} if found is None else {country: found}))


def _shape(clinic: Clinic, country: str) -> CountryTexted:
    price = prices_of(clinic.segment_price, clinic.country_prices).of(country)
    return CountryTexted(country=country, segment_price=price)


def _choose(change: Callable[[], None]) -> None:
    try:
        change()
    except InputError as error:
        stop(error.problem, error.mend)
