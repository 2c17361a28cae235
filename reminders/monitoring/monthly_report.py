"""A clinic's monthly figures, for its owner's charts and for a spreadsheet."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from itertools import pairwise
from operator import itemgetter
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from reminders.monitoring import day_counts
from reminders.rules import statistics
from reminders.rules.reason_texts import reason_text
from reminders.rules.segment_prices import prices_of
from reminders.rules.sending_hours import resolve
from reminders.rules.statistics import MessageCounts, MonthFigures
from reminders.rules.terms import LEFT, Channel
from reminders.rules.translation import gettext, gettext_noop
from reminders.store.queries import monthly_counts as queries
from reminders.store.tables import Clinic

Reply = tuple[datetime, datetime | None]
OptOut = tuple[datetime, Channel, int]
Timed = TypeVar("Timed", bound=tuple[Any, ...])

MONTHS = 12
"""How far back the charts look."""


def month(session: Session, clinic: Clinic, begins_on: date) -> MonthFigures:
    """Count one calendar month of a clinic."""
    return months(session, clinic, [begins_on])[0]


def months(session: Session, clinic: Clinic, begin: Sequence[date]) -> list[MonthFigures]:
    """Count a clinic's calendar months that begin on these days, one after the other."""
    days = begin[0], statistics.month_of(begin[-1], -1)
    zone = ZoneInfo(clinic.time_zone)
    bounds = [resolve(day, time(), zone) for day in (*begin, days[1])]
    by_day = day_counts.of_days(session, clinic.id, *days)
    replies = queries.replies(session, clinic.id, bounds[0], bounds[-1])
    opt_outs = queries.opt_outs(session, clinic.id, bounds[0], bounds[-1])
    return [
        _figures(
            month,
            [cells for day, cells in by_day.items() if statistics.month_of(day) == month],
            _within(replies, *span),
            _within(opt_outs, *span),
        )
        for month, span in zip(begin, pairwise(bounds), strict=True)
    ]


def _figures(
    begins_on: date,
    days: Iterable[Sequence[MessageCounts]],
    replies: Sequence[Reply],
    opt_outs: Iterable[OptOut],
) -> MonthFigures:
    """Return a month's figures; who opted out of a channel twice is counted once."""
    return MonthFigures(
        begins_on=begins_on,
        cells=statistics.added_up(days),
        opt_outs=Counter(
            channel for channel, _ in {(channel, who) for _, channel, who in opt_outs}
        ),
        replies=len(replies),
        answered_in=statistics.waits(replies),
    )


def _within(rows: Sequence[Timed], since: datetime, until: datetime) -> Sequence[Timed]:
    """Return the rows, which are in order of time, of a span."""
    first, last = (bisect_left(rows, at, key=itemgetter(0)) for at in (since, until))
    return rows[first:last]


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
