"""The command that plays coming days on a copy, and says what would be sent."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, time
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.table import Table as Grid
from sqlalchemy.orm import Session

from reminders.app import App
from reminders.cli.common import AsJson, opened, out, print_json_with, progress_bar, stop
from reminders.cli.reminder_table import as_row
from reminders.rehearsal.simulation import rehearsed
from reminders.rules.reason_texts import reason_text
from reminders.rules.terms import LEFT, Channel, Reason
from reminders.rules.translation import gettext
from reminders.shapes.reminders import Simulation
from reminders.store.queries import overview
from reminders.store.queries.overview import CountedLines
from reminders.wording.localised import DateForm, date_text


def simulate(
    start: Annotated[
        datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day (UTC).")
    ],
    end: Annotated[
        datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="The last day (UTC).")
    ],
    as_json: AsJson = False,
) -> None:
    """Show what would be sent between two days, without sending anything."""
    first = start.replace(tzinfo=UTC)
    last = datetime.combine(end.date(), time.max, tzinfo=UTC)
    if last < first:
        stop(
            gettext("The last day (--to) is earlier than the first day (--from)."),
            gettext("Give the earlier day with --from."),
        )
    with opened() as app, _played(app, first, last) as session:
        counted = overview.count_between(session, first, last)
        if as_json:
            days = {"from": first.date(), "to": last.date()}
            totals = {**_sent(counted), "not_sent": _not_sent(counted)}
            rows = map(as_row, overview.lines_between(session, first, last))
            print_json_with(Simulation(**days, **totals, reminders=[]), rows)
        else:
            _print_table(counted, first, last)


@contextmanager
def _played(app: App, first: datetime, last: datetime) -> Iterator[Session]:
    """Play from now to the last day, with a progress bar while that takes."""
    begin = min(first, app.clock())
    with ExitStack() as until_read:
        with progress_bar(gettext("Simulating"), int((last - begin).total_seconds())) as advance:
            reached = [begin]

            def progress(now: datetime) -> None:
                advance((now - reached[-1]).total_seconds())
                reached.append(now)

            playing = rehearsed(
                app.engine, app.rehearsal_dispatcher, begin, last, progress=progress
            )
            session = until_read.enter_context(playing)
        yield session


def _print_table(counted: Sequence[CountedLines], first: datetime, last: datetime) -> None:
    grid = Grid(
        gettext("Day"),
        gettext("Texts"),
        gettext("Segments"),
        gettext("Emails"),
        title=gettext("%(first)s to %(last)s", first=first.date(), last=last.date()),
        title_justify="left",
    )
    by_day: dict[date, list[CountedLines]] = defaultdict(list)
    for one in counted:
        if one.status in LEFT:
            by_day[one.moment.astimezone(ZoneInfo(one.zone)).date()].append(one)
    for day, of_day in sorted(by_day.items()):
        grid.add_row(date_text(day, DateForm.DAY), *map(str, _sent(of_day).values()))
    out.print(grid)
    out.print(
        gettext(
            "In total %(texts)s texts (%(segments)s segments) and %(emails)s emails would be sent.",
            **_sent(counted),
        )
    )
    for why, count in sorted(_not_sent(counted).items()):
        out.print(gettext("%(n)s would not be sent: %(why)s.", n=count, why=reason_text(why)))


def _sent(counted: Iterable[CountedLines]) -> dict[str, int]:
    left = [one for one in counted if one.status in LEFT]
    texts = [one for one in left if one.channel is Channel.SMS]
    return {
        "texts": sum(one.count for one in texts),
        "segments": sum(one.segments for one in texts),
        "emails": sum(one.count for one in left if one.channel is Channel.EMAIL),
    }


def _not_sent(counted: Iterable[CountedLines]) -> Counter[Reason]:
    reasons: Counter[Reason] = Counter()
    for one in counted:
        if one.status not in LEFT and one.reason:
            reasons[one.reason] += one.count
    return reasons
