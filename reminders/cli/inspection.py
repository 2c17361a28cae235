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
from reminders.monitoring.alerts import UndeliveredAlerts
from reminders.monitoring.status import SystemStatus, standing
from reminders.rehearsal.late_milestones import late_milestones
from reminders.rehearsal.simulation import rehearse
from reminders.rules.reason_texts import reason_text
from reminders.rules.terms import LEFT, Channel, Reason
from reminders.rules.translation import gettext, gettext_noop
from reminders.shapes import reminders as shapes
from reminders.shapes.operation import Status as StatusShape
from reminders.store.database import reading
from reminders.store.queries import people
from reminders.store.queries.overview import ReminderLine
from reminders.wording.localised import DateForm, date_text

FAR = timedelta(days=400)

ROWS = {
    "scheduled": gettext_noop("scheduled"),
    "waiting": gettext_noop("  of which waiting"),
    "sent": gettext_noop("sent"),
    "skipped": gettext_noop("skipped"),
    "cancelled": gettext_noop("cancelled"),
    "failed": gettext_noop("failed"),
    "undelivered": gettext_noop("not delivered"),
    "unconfirmed": gettext_noop("unconfirmed"),
    "again": gettext_noop("sent again"),
    "overdue": gettext_noop("overdue"),
}
"""What the rows of ``status`` are called."""

ALWAYS = {"scheduled", "sent", "overdue"}
"""The rows that are shown even where they count nothing."""


def preview(
    client: Annotated[int, typer.Option(help="The client's ID; see “reminders client list”.")],
    as_json: AsJson = False,
) -> None:
    """Show every message that one client will get, when, and why others will not be sent."""
    with opened() as app:
        with reading(app.engine) as session:
            found = people.client(session, client)
            if found is None:
                stop(
                    gettext("There is no client %(id)s.", id=str(client)),
                    gettext("To see them all: reminders client list"),
                )
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
                gettext(
                    "%(clinic)s is in practice mode. This is what would be sent if it were live.",
                    clinic=clinic.name,
                )
            )
        for late in late_milestones(lines, app.library.protocols, now):
            day = late.visit.treated_on
            err.print(gettext("Treated on %(day)s: %(what)s", day=day, what=str(late)))
        out.print(
            line_table(lines, gettext("Messages for %(name)s", name=found.first_name))
            if lines
            else gettext("No message is scheduled for this client.")
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
            gettext("The last day (--to) is earlier than the first day (--from)."),
            gettext("Give the earlier day with --from."),
        )
    with opened() as app:
        begin = min(first, app.clock())
        with progress_bar(gettext("Simulating"), int((last - begin).total_seconds())) as advance:
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
        gettext("Day"),
        gettext("Texts"),
        gettext("Segments"),
        gettext("Emails"),
        title=gettext("%(first)s to %(last)s", first=first.date(), last=last.date()),
        title_justify="left",
    )
    for day in sorted({line.at.date() for line in sent}):
        of_day = [line for line in sent if line.at.date() == day]
        texts = [line for line in of_day if line.channel == "sms"]
        segments = sum(line.segments or 0 for line in texts)
        grid.add_row(
            date_text(day, DateForm.DAY),
            str(len(texts)),
            str(segments),
            str(len(of_day) - len(texts)),
        )
    out.print(grid)
    out.print(
        gettext(
            "In total %(texts)s texts (%(segments)s segments) and %(emails)s emails would be sent.",
            texts=totals["texts"],
            segments=totals["segments"],
            emails=totals["emails"],
        )
    )
    for why, count in sorted(totals["not_sent"].items()):
        reason = reason_text(Reason(why))
        out.print(gettext("%(n)s would not be sent: %(why)s.", n=count, why=reason))


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
    beat = (
        gettext("Last heartbeat: never")
        if found.last_beat_at is None
        else gettext("Last heartbeat: %(when)s", when=_utc(found.last_beat_at))
    )
    grid = Grid(
        gettext("Reminders"), gettext("Count"), gettext("Why"), title=beat, title_justify="left"
    )
    for name, count, why in _count_rows(found):
        if count or name in ALWAYS:
            grid.add_row(gettext(ROWS[name]), str(count), why if count else "")
    out.print(grid)
    for sentence in _troubles(found):
        out.print(sentence)


def _count_rows(found: SystemStatus) -> Iterator[tuple[str, int, str]]:
    following = found.next_due_at
    yield (
        "scheduled",
        found.planned,
        gettext("next at %(when)s", when=_utc(following)) if following else "",
    )
    yield from _reasons("waiting", found.waiting)
    yield "sent", found.sent, ""
    yield from _reasons("skipped", found.skipped)
    yield from _reasons("cancelled", found.cancelled)
    yield from _reasons("failed", found.failed)
    yield "undelivered", found.undelivered, ""
    yield "unconfirmed", found.in_doubt, gettext("it may have been sent; there is no proof yet")
    twice = gettext("after an unconfirmed attempt; it may arrive twice")
    yield "again", found.maybe_twice, twice
    yield "overdue", found.overdue, gettext("due more than five minutes ago; is a worker running?")


def _reasons(name: str, counts: Counter[str]) -> Iterator[tuple[str, int, str]]:
    for why, count in counts.items():
        yield name, count, reason_text(Reason(why))


def _utc(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _troubles(found: SystemStatus) -> Iterator[str]:
    if found.held:
        yield from hold_sentences(found.held)
    if found.failover:
        yield from failover_sentences(found.failover)
    if found.paused:
        yield gettext(
            "Sending was paused for all clinics at %(when)s by %(who)s.",
            when=_utc(found.paused.at),
            who=found.paused.by,
        )
    for name, mode in found.clinics.items():
        if mode == "paused":
            yield gettext("Sending is paused for %(clinic)s.", clinic=name)
    if found.replies:
        yield gettext(
            "Replies waiting for an answer: %(n)s. To see them: reminders replies", n=found.replies
        )
    for lane in found.stopped:
        yield gettext(
            "%(clinic)s: %(channel)s messages have been stopped since %(when)s (%(code)s). Nothing is"
            " lost. To find the cause, run: reminders doctor",
            clinic=lane.clinic,
            channel=lane.channel,
            when=_utc(lane.since),
            code=lane.code,
        )
    yield from map(_untold, found.untold)
    for outage in found.outages:
        yield gettext(
            "%(clinic)s: %(n)s reminders came too late because nothing was sent from %(began)s to"
            " %(ended)s.",
            clinic=outage.clinic,
            n=outage.count,
            began=f"{outage.began_at:%Y-%m-%d %H:%M}",
            ended=_utc(outage.ended_at),
        )


def _untold(alert: UndeliveredAlerts) -> str:
    nowhere = gettext_noop(
        "%(n)s alerts since %(when)s reached nobody, because OPERATOR_EMAIL is not set."
        " For more, run: reminders doctor"
    )
    unsent = gettext_noop(
        "%(n)s alerts since %(when)s reached nobody, because email cannot be sent."
        " For more, run: reminders doctor"
    )
    untexted = gettext_noop(
        "%(n)s alerts since %(when)s could not be sent by text. For more, run: reminders doctor"
    )
    failed = untexted if alert.channel is Channel.SMS else unsent
    return gettext(nowhere if alert.nowhere else failed, n=alert.count, when=_utc(alert.since))
