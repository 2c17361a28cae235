"""Commands that show and change nothing: preview, simulate, status."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Any

import typer
from rich.table import Table as Grid

from reminders.cli.common import AsJson, err, opened, out, print_json, progress_bar, stop
from reminders.cli.reminder_table import as_rows, line_table
from reminders.cli.run import failover_sentences, hold_sentences
from reminders.monitoring.status import SystemStatus, standing
from reminders.rehearsal.late_milestones import late_milestones
from reminders.rehearsal.simulation import rehearse
from reminders.rules.reason_texts import reason_text
from reminders.rules.terms import LEFT, Reason
from reminders.shapes import reminders as shapes
from reminders.shapes.operation import Status as StatusShape
from reminders.store.database import reading
from reminders.store.queries import people
from reminders.store.queries.overview import ReminderLine

FAR = timedelta(days=400)


def preview(
    client: Annotated[int, typer.Option(help="The client's ID; see “reminders client list”.")],
    as_json: AsJson = False,
) -> None:
    """Show every message that one client will get, when, and why others will not be sent."""
    with opened() as app:
        with reading(app.engine) as session:
            found = people.client(session, client)
            if found is None:
                stop(f"There is no client {client}.", "To see them all: reminders client list")
            clinic = people.clinic(session, found.clinic_id)
        now = app.clock()
        lines = rehearse(app.engine, app.rehearsal_dispatcher, now, now + FAR, clients=[client])
        if as_json:
            print_json(
                shapes.Preview(client=client, clinic_live=clinic.live, reminders=as_rows(lines))
            )
            return
        if not clinic.live:
            err.print(
                f"{clinic.name} is in practice mode. This is what would be sent if it were live."
            )
        for late in late_milestones(lines, app.library.protocols, now):
            err.print(f"Treated on {late.visit.treated_on:%d %B %Y}: {late}")
        out.print(
            line_table(lines, f"Messages for {found.first_name}")
            if lines
            else "No message is scheduled for this client."
        )


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
            "The last day (--to) is earlier than the first day (--from).",
            "Give the earlier day with --from.",
        )
    with opened() as app:
        begin = min(first, app.clock())
        with progress_bar("Simulating", int((last - begin).total_seconds())) as advance:
            reached = [begin]

            def progress(now: datetime) -> None:
                advance((now - reached[-1]).total_seconds())
                reached.append(now)

            lines = rehearse(app.engine, app.rehearsal_dispatcher, begin, last, progress=progress)
        inside = [line for line in lines if first <= line.at <= last]
        _print_simulation(inside, first, last, as_json=as_json)


def _print_simulation(
    lines: list[ReminderLine], first: datetime, last: datetime, *, as_json: bool
) -> None:
    sent = [line for line in lines if line.status in LEFT]
    totals = _totals(lines, sent)
    if as_json:
        days = {"from": first.date(), "to": last.date()}
        print_json(shapes.Simulation(**days, **totals, reminders=as_rows(lines)))
        return
    grid = Grid(
        "Day",
        "Texts",
        "Segments",
        "Emails",
        title=f"{first:%d %B %Y} to {last:%d %B %Y}",
        title_justify="left",
    )
    for day in sorted({line.at.date() for line in sent}):
        of_day = [line for line in sent if line.at.date() == day]
        texts = [line for line in of_day if line.channel == "sms"]
        segments = sum(line.segments or 0 for line in texts)
        grid.add_row(
            f"{day:%a %d %b}", str(len(texts)), str(segments), str(len(of_day) - len(texts))
        )
    out.print(grid)
    out.print(
        f"In total {totals['texts']} texts ({totals['segments']} segments) and {totals['emails']} emails would be sent."
    )
    for why, count in sorted(totals["not_sent"].items()):
        out.print(f"{count} would not be sent: {reason_text(Reason(why))}.")


def _totals(lines: list[ReminderLine], sent: list[ReminderLine]) -> dict[str, Any]:
    texts = [line for line in sent if line.channel == "sms"]
    return {
        "texts": len(texts),
        "segments": sum(line.segments or 0 for line in texts),
        "emails": len(sent) - len(texts),
        "not_sent": Counter(
            str(line.reason) for line in lines if line.status not in LEFT and line.reason
        ),
    }


def status(as_json: AsJson = False) -> None:
    """Count what is scheduled, sent, not sent (with the reasons) and overdue."""
    with opened() as app:
        now = app.clock()
        with reading(app.engine) as session:
            found = standing(session, now)
        if as_json:
            print_json(StatusShape.of(found, delivery=app.settings.delivery, at=now))
            return
        _print_status(found)


def _print_status(found: SystemStatus) -> None:
    beat = "never" if found.last_beat_at is None else f"{found.last_beat_at:%Y-%m-%d %H:%M} UTC"
    rows = [
        (
            "scheduled",
            found.planned,
            f"next at {found.next_due_at:%Y-%m-%d %H:%M} UTC" if found.next_due_at else "",
        ),
        *(("  of which waiting", n, reason_text(Reason(why))) for why, n in found.waiting.items()),
        ("sent", found.sent, ""),
        *(("skipped", n, reason_text(Reason(why))) for why, n in found.skipped.items()),
        *(("cancelled", n, reason_text(Reason(why))) for why, n in found.cancelled.items()),
        *(("failed", n, reason_text(Reason(why))) for why, n in found.failed.items()),
        ("not delivered", found.undelivered, ""),
        ("unconfirmed", found.in_doubt, "it may have been sent; there is no proof yet"),
        ("sent again", found.maybe_twice, "after an unconfirmed attempt; it may arrive twice"),
        ("overdue", found.overdue, "due more than five minutes ago; is a worker running?"),
    ]
    grid = Grid("Reminders", "Count", "Why", title=f"Last heartbeat: {beat}", title_justify="left")
    for name, count, why in rows:
        if count or name in {"scheduled", "sent", "overdue"}:
            grid.add_row(name, str(count), why if count else "")
    out.print(grid)
    for sentence in _troubles(found):
        out.print(sentence)


def _troubles(found: SystemStatus) -> Iterator[str]:
    if found.held:
        yield from hold_sentences(found.held)
    if found.failover:
        yield from failover_sentences(found.failover)
    if found.paused:
        yield f"Sending was paused for all clinics at {found.paused.at:%Y-%m-%d %H:%M} UTC by {found.paused.by}."
    yield from (
        f"Sending is paused for {name}." for name, mode in found.clinics.items() if mode == "paused"
    )
    if found.replies:
        yield f"Replies waiting for an answer: {found.replies}. To see them: reminders replies"
    for lane in found.stopped:
        yield (
            f"{lane.clinic}: {lane.channel} messages have been stopped since {lane.since:%Y-%m-%d %H:%M}"
            f" UTC ({lane.code}). Nothing is lost. To find the cause, run: reminders doctor"
        )
    for alert in found.untold:
        why = "OPERATOR_EMAIL is not set" if alert.nowhere else "email cannot be sent"
        yield (
            f"{alert.count} alerts since {alert.since:%Y-%m-%d %H:%M} UTC reached nobody, because {why}."
            " For more, run: reminders doctor"
        )
    for outage in found.outages:
        yield (
            f"{outage.clinic}: {outage.count} reminders came too late because nothing was sent from"
            f" {outage.began_at:%Y-%m-%d %H:%M} to {outage.ended_at:%Y-%m-%d %H:%M} UTC."
        )
