"""Commands that print reports for carriers, regulators and an operator's own planning."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table as Grid

from reminders.cli.common import AsJson, find_clinic, opened, out, print_json, stop
from reminders.enrolment.clinic_senders import senders_of
from reminders.monitoring import carrier_registration
from reminders.private_files import owner_only
from reminders.rehearsal.forecast import ahead
from reminders.rules.forecast import ForecastCost, cost_at_least
from reminders.rules.translation import gettext, ngettext
from reminders.shapes.operation import Batch, Registration
from reminders.shapes.people import ConsentRecord
from reminders.spreadsheets import write_table
from reminders.store.database import reading
from reminders.store.queries import consents
from reminders.store.queries.clinic_facts import clinic_facts
from reminders.wording.localised import DateForm, date_text

TheClinic = Annotated[str, typer.Option("--clinic", help="The clinic's name.")]


def register(clinic: TheClinic, as_json: AsJson = False) -> None:
    """Print what carriers ask for before texts may be sent (10DLC or a toll-free number)."""
    with opened() as app, reading(app.engine) as session:
        found = find_clinic(session, clinic)
        s = app.settings
        pack = carrier_registration.pack(
            app.library,
            app.renderer,
            clinic_facts(session, found),
            f"{s.public_url}/join/{found.slug}",
            senders_of(session, found).in_country("US").sender,
            app.clock(),
        )
    if as_json:
        print_json(Registration.of(pack))
        return
    for name, value in pack.fields.items():
        out.print(f"[bold]{name}[/bold]")
        for line in [value] if isinstance(value, str) else value:
            out.print(f"  {escape(line)}", soft_wrap=True)
    for fault in pack.faults:
        out.print(f"[red]✗[/red] {escape(fault)}", soft_wrap=True)


def report_consents(
    clinic: TheClinic,
    file: Annotated[
        Path | None, typer.Argument(help="A new .csv file; not needed with --json.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write every consent and opt-out of a clinic's clients to a file: when, how, in which words."""
    with opened() as app, reading(app.engine) as session:
        rows = consents.report(session, find_clinic(session, clinic).id)
    if as_json:
        named = (dict(zip(consents.REPORTED, row, strict=True)) for row in rows)
        print_json([ConsentRecord(**row) for row in named])
        return
    if file is None:
        stop(
            gettext("No file is named."),
            gettext("Name a new file (reminders consent-report FILE), or use --json."),
        )
    try:
        with open(file, "xb", opener=owner_only) as paper:
            paper.write(write_table([consents.REPORTED, *map(_plain, rows)]))
    except OSError as error:
        stop(
            gettext(
                "%(file)s cannot be created (%(error)s).", file=str(file), error=error.strerror
            ),
            gettext("Name a new file in an existing folder."),
        )
    out.print(
        gettext(
            "%(n)s lines are written to %(file)s. It holds personal data, so keep it safe.",
            n=len(rows),
            file=str(file),
        )
    )


def _plain(row: tuple[Any, ...]) -> list[object]:
    return ["" if cell is None else cell for cell in row]


def _print_costs(costs: list[ForecastCost]) -> None:
    priced = [one for one in costs if one.cost is not None]
    if len(priced) > 1:
        grid = Grid(gettext("Sender"), gettext("Country"), gettext("Texts"), gettext("Cost"))
        for one in priced:
            cost = f"{one.currency} {one.cost:.2f}"
            grid.add_row(escape(one.sender), one.country, str(one.texts), cost)
        out.print(grid)
    for currency, total in cost_at_least(priced).items():
        told = f"{currency} {total:.2f}"
        out.print(
            gettext("The texts cost %(cost)s or more: each has at least one segment.", cost=told)
        )


def forecast(
    days: Annotated[int, typer.Option(min=1, max=31, help="How far to look ahead.")] = 3,
    as_json: AsJson = False,
) -> None:
    """Show how long the next days' messages take to send, and how many would come too late."""
    with opened() as app, reading(app.engine) as session:
        found = ahead(session, app.clock(), days, app.rates.by_channel, app.rates.own)
    batches = found.batches
    if as_json:
        print_json([Batch.of(batch) for batch in batches])
    elif not batches:
        out.print(gettext("Nothing is scheduled for these days."))
    else:
        grid = Grid(
            gettext("Starts (UTC)"),
            gettext("Channel"),
            gettext("Messages"),
            gettext("Time needed"),
            gettext("Too late"),
        )
        for batch in batches:
            minutes = (batch.ends - batch.begins).total_seconds() / 60
            missed = f"[red]{batch.late}[/red]" if batch.late else ""
            begins = f"{date_text(batch.begins, DateForm.DAY)} {batch.begins:%H:%M}"
            needed = gettext("%(n)s min", n=round(minutes))
            grid.add_row(begins, batch.channel, str(batch.count), needed, missed)
        out.print(grid)
        _print_costs(found.costs)
    late = sum(batch.late for batch in batches)
    if late:
        stop(
            ngettext(
                "1 message cannot be sent within its sending hours at these rates.",
                "%(n)s messages cannot be sent within their sending hours at these rates.",
                late,
            ),
            gettext(
                "Raise SMS_PER_MINUTE or SMTP_PER_MINUTE (as your provider allows), use a faster"
                " sender, or schedule the milestones at different hours."
            ),
        )
