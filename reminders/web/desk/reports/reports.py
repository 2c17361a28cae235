"""The staff page of monthly figures: messages, cost, delivery, opt-outs, replies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from babel.numbers import format_currency, format_decimal
from starlette.responses import Response

from reminders.monitoring import monthly_report
from reminders.rules.reason_texts import PLAIN, reason_text
from reminders.rules.roles import Role
from reminders.rules.segment_prices import prices_of
from reminders.rules.statistics import MonthFigures
from reminders.rules.terms import Channel
from reminders.rules.translation import current_language, gettext
from reminders.spreadsheets import write_table
from reminders.store.database import reading
from reminders.store.queries import people
from reminders.store.tables import Clinic
from reminders.web.desk.page import DeskRequest, desk_route
from reminders.web.desk.reports import charts
from reminders.wording.dates import locale_of
from reminders.wording.localised import DateForm, date_text, money_text, number_text, share_text


def _months(request: DeskRequest) -> tuple[Clinic, list[MonthFigures]]:
    with reading(request.app.engine, snapshot=True) as session:
        clinic = people.clinic(session, request.clinic_id)
        begin = monthly_report.last_months(clinic, request.now)
        return clinic, monthly_report.months(session, clinic, begin)


def show(request: DeskRequest) -> Response:
    """Show the last twelve months, and one of them in detail."""
    clinic, months = _months(request)
    asked = request.typed("month")
    one = next((m for m in months if f"{m.begins_on:%Y-%m}" == asked), months[-1])
    labels = [date_text(m.begins_on, DateForm.MONTH_NAME) for m in months]
    return request.page(
        "reports.html",
        months=months,
        shown=[m for ago, m in enumerate(reversed(months)) if ago < 3 or m.cells or m.replies],
        one=one,
        clinic=clinic,
        texts=Channel.SMS,
        emails=Channel.EMAIL,
        price=lambda month: price_of(month.segments_by_country, clinic),
        plain={reason: reason_text(reason) for reason in PLAIN},
        share=share_text,
        part=charts.part,
        length=_length,
        **_charts(labels, months, clinic),
    )


def _charts(
    labels: Sequence[str], months: Sequence[MonthFigures], clinic: Clinic
) -> dict[str, Any]:
    texts = [m.sent(Channel.SMS) for m in months]
    emails = [m.sent(Channel.EMAIL) for m in months]
    both = [number_text(t + e) for t, e in zip(texts, emails, strict=True)]
    segments = [m.segments for m in months]
    costs = [_over_column(m, clinic) for m in months]
    rates = [100 * (m.delivery_rate or 0) for m in months]
    return {
        "messages": charts.stacked(labels, [texts, emails], both),
        "spent": charts.stacked(labels, [segments], costs),
        "arrived": charts.stacked(
            labels, [rates], [gettext("%(n)s %%", n=round(rate)) for rate in rates], most=100
        ),
    }


def _cost(segments: Mapping[str, int], clinic: Clinic) -> Decimal | None:
    """Return what segments by country cost, where that is known."""
    prices = prices_of(clinic.segment_price, clinic.country_prices)
    return prices.cost(segments) if clinic.currency else None


def _over_column(month: MonthFigures, clinic: Clinic) -> str:
    """Write what a month's texts cost as narrow as a column is; the heading tells the currency."""
    cost = _cost(month.segments_by_country, clinic)
    if cost is None:
        return number_text(month.segments)
    form = "#,##0.00" if cost < 100 else "#,##0"
    return str(format_decimal(cost, form, locale=locale_of(current_language(), "")))


def price_of(segments: Mapping[str, int], clinic: Clinic) -> str:
    """Write what segments by country cost; nothing where the price is not known."""
    cost = _cost(segments, clinic)
    if cost is None or clinic.currency is None:
        return ""
    if current_language() == "en":
        return str(format_currency(cost, clinic.currency, locale="en_GB"))
    return money_text(cost, clinic.currency)


def _length(wait: timedelta | None) -> str:
    """Write how long something took, roughly."""
    if wait is None:
        return "–"
    minutes = round(wait.total_seconds() / 60)
    if minutes < 120:
        return gettext("%(n)s min", n=minutes)
    return gettext("%(n)s h", n=minutes // 60)


def download(request: DeskRequest) -> Response:
    """Return the months for a spreadsheet; no cell of it is a formula."""
    clinic, months = _months(request)
    heads = {"Content-Disposition": 'attachment; filename="reports.csv"'}
    return Response(
        write_table(monthly_report.rows(months, clinic)), media_type="text/csv", headers=heads
    )


ROUTES = [
    desk_route("/numbers", show, Role.VIEWER),
    desk_route("/numbers.csv", download, Role.VIEWER),
]
