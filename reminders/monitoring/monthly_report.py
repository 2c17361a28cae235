"""A clinic's monthly figures, for its owner's charts and for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from reminders.rules import statistics
from reminders.rules.reason_texts import reason_text
from reminders.rules.segment_prices import prices_of
from reminders.rules.sending_hours import resolve
from reminders.rules.statistics import MonthFigures
from reminders.rules.terms import LEFT
from reminders.rules.translation import gettext, gettext_noop
from reminders.store.queries import monthly_counts as queries
from reminders.store.tables import Clinic

MONTHS = 12
"""How far back the charts look."""


def month(session: Session, clinic: Clinic, begins_on: date) -> MonthFigures:
    """Count one calendar month of a clinic."""
    ends_on = statistics.month_of(begins_on, -1)
    zone = ZoneInfo(clinic.time_zone)
    span = resolve(begins_on, time(), zone), resolve(ends_on, time(), zone)
    replies = queries.replies(session, clinic.id, *span)
    return MonthFigures(
        begins_on=begins_on,
        cells=queries.cells(session, clinic.id, begins_on, ends_on),
        opt_outs=queries.opt_outs(session, clinic.id, *span),
        replies=len(replies),
        answered_in=statistics.waits(replies),
    )


def last_months(clinic: Clinic, now: datetime) -> list[date]:
    """Return the first days of the last twelve months, the earliest first."""
    today = now.astimezone(ZoneInfo(clinic.time_zone)).date()
    return [statistics.month_of(today, ago) for ago in reversed(range(MONTHS))]


HEADINGS = (
    gettext_noop("Month"),
    gettext_noop("Channel"),
    gettext_noop("Outcome"),
    gettext_noop("Why"),
    gettext_noop("Messages"),
    gettext_noop("Segments"),
)


def cost_heading(clinic: Clinic) -> str:
    """Return the heading of what messages cost, in the clinic's currency if it has one."""
    if clinic.currency:
        return gettext("Cost (%(currency)s)", currency=clinic.currency)
    return gettext("Cost")


def rows(months: Sequence[MonthFigures], clinic: Clinic) -> Iterator[list[str]]:
    """Write months as rows for a spreadsheet, headings first; costs in the clinic's currency."""
    prices = prices_of(clinic.segment_price, clinic.country_prices)
    yield [*map(gettext, HEADINGS), cost_heading(clinic)]
    for one in months:
        for cell in one.cells:
            left = cell.status in LEFT
            segments = cell.segments if left else 0
            cost = prices.cost(dict(cell.by_country)) if left else None
            why = reason_text(cell.reason) if cell.reason else ""
            what = [f"{one.begins_on:%Y-%m}", cell.channel.value, cell.status.value, why]
            yield [*what, str(cell.count), str(segments), "" if cost is None else f"{cost:.4f}"]
