"""The ``demo`` command: seven weeks at three invented clinics, played by the real engine."""

from __future__ import annotations

import os
import sys
from collections import Counter
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Annotated

import typer
from rich.markup import escape
from rich.panel import Panel
from rich.rule import Rule

from reminders.app import App, build, system_clock
from reminders.cli.common import out, progress_bar
from reminders.cli.imports import show_remarks
from reminders.cli.reminder_table import line_table
from reminders.consent import ledger
from reminders.enrolment import clinics
from reminders.intake import list_results, lists
from reminders.intake.list_results import CheckedList
from reminders.logs import log_to
from reminders.questions import questions
from reminders.rehearsal.demo_lists import DemoClinic, DemoScript, as_csv
from reminders.rehearsal.simulation import SetClock, play
from reminders.rules.reason_texts import reason_text
from reminders.rules.terms import LEFT, Channel, Reason
from reminders.rules.translation import gettext
from reminders.settings import Settings
from reminders.spreadsheets import read_table
from reminders.store import migrations
from reminders.store.database import reading, writing
from reminders.store.queries import people
from reminders.store.queries.overview import ReminderLine, lines

WEEKS = timedelta(weeks=7)


def demo(
    no_serve: Annotated[
        bool,
        typer.Option("--no-serve", help="Stop after the tables, without opening the staff app."),
    ] = False,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep the database, the lists and the outbox.")
    ] = False,
) -> None:
    """Play seven weeks at three made-up clinics, then open the staff app. Nothing is sent."""
    with _folder(keep=keep) as name:
        clock = SetClock(datetime.combine(system_clock().date(), time(8), tzinfo=UTC))
        app = build(_settings(Path(name)), clock)
        log_to(sys.stderr, "critical")
        try:
            _play(app, clock, Path(name))
            _print_outcome(app)
        finally:
            app.close()
        if not no_serve:
            from reminders.cli.demo_desk import serve_desk  # noqa: PLC0415 (with it all pages)

            serve_desk(Path(name), int(os.environ.get("PORT") or 8000))
        if keep:
            out.print(f"The lists, the database and the messages (in outbox/) are kept in {name}.")
        else:
            out.print(
                "The demo's files are removed. Use --keep to keep the lists, the database and the outbox."
            )


def _folder(*, keep: bool) -> AbstractContextManager[str]:
    prefix = "reminders-demo-"
    return nullcontext(mkdtemp(prefix=prefix)) if keep else TemporaryDirectory(prefix=prefix)


def _settings(folder: Path) -> Settings:
    """Return settings of the demo's own: whatever the environment says, nothing leaves."""
    return Settings(
        database_url=f"sqlite:///{folder / 'demo.db'}",
        outbox_dir=folder / "outbox",
    )


def _play(app: App, clock: SetClock, folder: Path) -> None:
    """Import the lists, then run the clock forward with the events of the story."""
    start = clock()
    story = DemoScript(start.date())
    migrations.migrate(app.engine)
    out.print(Rule("Three clinics send their lists"))
    for clinic in story.clinics():
        _add_clinic(app, clinic)
        _take(app, clinic, as_csv(clinic.rows), folder / f"{clinic.name}.csv")
    with progress_bar("Seven weeks pass", int(WEEKS.total_seconds())) as advance:
        reached = [start]

        def progress(now: datetime) -> None:
            advance((now - reached[-1]).total_seconds())
            reached.append(now)

        dispatcher = app.dispatcher("demo")
        play(app.engine, dispatcher, clock, _morning(story.later_list_on), progress)
        for clinic in story.clinics():
            if clinic.later_rows:
                _take(app, clinic, as_csv(clinic.later_rows), folder / f"{clinic.name} later.csv")
        play(app.engine, dispatcher, clock, _morning(story.stops_on), progress)
        _stop(app, story.who_stops)
        play(app.engine, dispatcher, clock, start + WEEKS, progress)


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(7), tzinfo=UTC)


def _add_clinic(app: App, clinic: DemoClinic) -> None:
    typed = {
        "name": clinic.name,
        "time_zone": clinic.time_zone,
        "phone": clinic.phone,
        "email": clinic.email,
        "address": clinic.address,
    }
    with writing(app.engine) as session:
        clinics.add(session, typed, app.clock(), live=True)


def _take(app: App, clinic: DemoClinic, text: str, path: Path) -> None:
    """Save the list as a file, and take its good rows in as ``reminders import`` does."""
    path.write_text(text, encoding="utf-8")
    with writing(app.engine) as session:
        its_clinic = people.clinic_named(session, clinic.name)
        assert its_clinic is not None
        known, now = questions.answers(session, its_clinic.id), app.clock()
        table, library = read_table(path), app.library
        checked = lists.check(table, path.name, its_clinic, library, now, answers=known)
        taken = lists.bring_in(session, library, its_clinic, checked, now)
    out.print(f"[bold]{path.name}[/bold]: {list_results.summary(checked, taken)}")
    _show_faults(checked)


def _show_faults(checked: CheckedList) -> None:
    show_remarks(gettext("To fix"), checked.faults)


def _stop(app: App, first_name: str) -> None:
    with writing(app.engine) as session:
        client = next(c for c in people.clients_of(session) if c.first_name == first_name)
        for channel in Channel:
            ledger.withdraw(session, client, channel, source="the client told us", now=app.clock())


def _print_outcome(app: App) -> None:
    """Print who got what and what was not sent, each clinic in its own table."""
    with reading(app.engine) as session:
        found = lines(session)
        known = people.clinics(session)
    for clinic in known:
        out.print()
        title = f"{clinic.name}, {clinic.time_zone}"
        out.print(line_table((line for line in found if line.clinic == clinic.name), title))
    _print_emails(found)
    _print_totals(found)


def _print_emails(found: list[ReminderLine]) -> None:
    out.print()
    out.print(Rule("Each email once, in full, as plain text"))
    shown: set[str] = set()
    for line in found:
        if line.channel is Channel.EMAIL and line.status in LEFT and line.milestone not in shown:
            shown.add(line.milestone)
            title = f"{line.milestone}: {line.subject}"
            out.print(
                Panel(escape(line.body or ""), title=escape(title), title_align="left", width=88)
            )


def _print_totals(found: list[ReminderLine]) -> None:
    sent = [line for line in found if line.status in LEFT]
    texts = [line for line in sent if line.channel is Channel.SMS]
    segments = sum(line.segments or 0 for line in texts)
    out.print(
        f"\n{len(texts)} texts ({segments} segments) and {len(sent) - len(texts)} emails were written to the outbox."
    )
    why = Counter(line.reason for line in found if line.status not in LEFT and line.reason)
    for reason, count in why.most_common():
        out.print(f"  {count:3} were not sent: {reason_text(Reason(reason))} ({reason}).")
