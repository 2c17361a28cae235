"""Format reminders as tables for the terminal, or as JSON rows for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any

from rich.markup import escape
from rich.table import Table as Grid

from reminders.rules.reason_texts import reason_text
from reminders.rules.terms import LEFT, Channel, Status
from reminders.rules.translation import gettext, gettext_noop
from reminders.shapes.reminders import Reminder
from reminders.store.queries.overview import ReminderLine
from reminders.wording.localised import DateForm, date_text

COLUMNS: dict[str, dict[str, Any]] = {
    gettext_noop("Client"): {"no_wrap": True},
    gettext_noop("Treated"): {"no_wrap": True},
    gettext_noop("Client's time"): {"no_wrap": True},
    gettext_noop("Milestone"): {"max_width": 14},
    gettext_noop("Channel"): {"max_width": 7},
    gettext_noop("Seg"): {"justify": "right"},
    gettext_noop("Message, or why not sent"): {"ratio": 1},
}


def line_table(lines: Iterable[ReminderLine], title: str) -> Grid:
    """Return a table of reminders by client and time, in the recipient's time zone; reminders not
    sent for the same reason share a row.
    """
    grid = Grid(title=title, title_justify="left")
    for heading, options in COLUMNS.items():
        grid.add_column(gettext(heading), **options)
    by_client = sorted(lines, key=lambda line: (line.first_name, line.client_id))
    for _, lines_of_client in groupby(by_client, key=lambda line: line.client_id):
        for row in _rows(list(lines_of_client)):
            grid.add_row(*row)
        grid.add_section()
    return grid


def _rows(lines: Sequence[ReminderLine]) -> Iterator[tuple[str, ...]]:
    runs = groupby(lines, key=lambda line: line.reminder_id if line.status in LEFT else line.reason)
    for number, (_, run) in enumerate(runs):
        together = list(run)
        first, last = together[0], together[-1]
        when = _when(first.at)
        if first.at.date() != last.at.date():
            when = gettext("%(first)s to %(last)s", first=_day(first.at), last=_day(last.at))
        yield (
            escape(first.first_name) if number == 0 else "",
            _both(_day(line.treated_on or line.due_at) for line in together),
            when,
            _both(line.milestone for line in together),
            _both(line.channel for line in together),
            str(first.segments or "") if first.channel is Channel.SMS else "",
            words(first),
        )


def _when(at: datetime) -> str:
    return f"{date_text(at, DateForm.DAY)} {at:%H:%M}"


def _day(day: date) -> str:
    return date_text(day, DateForm.SHORT)


def _both(parts: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(parts))


def words(line: ReminderLine) -> str:
    """Return the exact text that left, an email's subject, or why it did not leave."""
    if line.status in LEFT:
        return escape((line.body if line.channel is Channel.SMS else line.subject) or "")
    if line.reason is None:
        return f"[dim]{line.status}[/dim]"
    until = gettext_noop("%(status)s: %(why)s until %(when)s (%(code)s)")
    usual = gettext_noop("%(status)s: %(why)s (%(code)s)")
    said = gettext(
        until if line.status is Status.PLANNED else usual,
        status=line.status,
        why=reason_text(line.reason),
        when=_when(line.at),
        code=line.reason,
    )
    return f"[yellow]{said}[/yellow]"


def as_row(line: ReminderLine) -> Reminder:
    """Return a reminder for a program to read."""
    return Reminder.of(
        line,
        reminder=line.reminder_id,
        client=line.client_id,
        why=reason_text(line.reason) if line.reason else None,
        time_zone=line.zone.key,
        text=line.body,
    )
