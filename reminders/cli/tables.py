"""Tables of reminders as people read them: when, to whom, which words, and why not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.markup import escape
from rich.table import Table as Grid

from reminders.rules.reasons import PLAIN
from reminders.rules.terms import LEFT, Channel
from reminders.store.queries.overview import Line


def line_table(lines: Iterable[Line], title: str) -> Grid:
    """Return reminders in order of time, each on its recipient's clock."""
    grid = Grid(title=title, title_justify="left", show_lines=True)
    for heading, options in (
        ("When, her clock", {"no_wrap": True}),
        ("Who", {"no_wrap": True}),
        ("Milestone", {"no_wrap": True}),
        ("By", {"no_wrap": True}),
        ("Seg", {"justify": "right"}),
        ("Words, or why not", {"ratio": 1}),
    ):
        grid.add_column(heading, **options)
    for line in lines:
        grid.add_row(
            f"{line.at:%a %d %b %H:%M}",
            escape(line.first_name),
            line.milestone,
            line.channel,
            str(line.segments or "") if line.channel is Channel.SMS else "",
            words(line),
        )
    return grid


def words(line: Line) -> str:
    """Return the exact text that left, an email's subject, or why it did not."""
    if line.status in LEFT:
        return escape((line.body if line.channel is Channel.SMS else line.subject) or "")
    why = PLAIN[line.reason] if line.reason else "it waits"
    return (
        f"[yellow]{line.status}: {why} ({line.reason})[/yellow]"
        if line.reason
        else f"[dim]{line.status}[/dim]"
    )


def as_data(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """Return reminders for a program to read."""
    return [
        {
            "reminder": line.reminder_id,
            "clinic": line.clinic,
            "client": line.client_id,
            "milestone": line.milestone,
            "channel": line.channel,
            "status": line.status,
            "reason": line.reason,
            "why": PLAIN[line.reason] if line.reason else None,
            "at": line.at,
            "time_zone": line.zone.key,
            "subject": line.subject,
            "text": line.body,
            "segments": line.segments,
        }
        for line in lines
    ]
