"""Commands for clients and their treatments: list, move, cancel."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.table import Table as Grid
from sqlalchemy.orm import Session

from reminders.cli.common import AsJson, find_clinic, opened, out, print_json, stop
from reminders.enrolment.treatments import cancel as cancel_treatment
from reminders.enrolment.treatments import reschedule
from reminders.rules import list_cells
from reminders.rules.planning import Replan
from reminders.rules.reason_texts import reason_text
from reminders.rules.terms import InputError
from reminders.shapes import people as shapes
from reminders.store.database import reading, writing
from reminders.store.queries import consents, people
from reminders.store.tables import Client, Suppression, Treatment

commands = typer.Typer(
    help="List clients, record consent, and merge duplicates.", no_args_is_help=True
)
treatments = typer.Typer(help="Move or cancel a treatment.", no_args_is_help=True)

TreatmentId = Annotated[
    int, typer.Argument(help="The treatment's ID; see “reminders client list”.")
]


@commands.command("list")
def list_clients(
    clinic: Annotated[str | None, typer.Option(help="Only this clinic.")] = None,
    as_json: AsJson = False,
) -> None:
    """List clients and their treatments, with the IDs that other commands need."""
    with opened() as app, reading(app.engine) as session:
        clinic_id = find_clinic(session, clinic).id if clinic else None
        clients = people.clients_of(session, clinic_id)
        names = {c.id: c.name for c in people.clinics(session)}
        grid = Grid("Client", "Name", "Clinic", "Treatments", "Do not message")
        found = []
        for client in clients:
            treated = list(people.treatments_of(session, [client.id or 0]))
            stops = _stops_of(session, client)
            grid.add_row(
                str(client.id),
                f"{client.first_name} {client.last_name}".strip(),
                names[client.clinic_id],
                ", ".join(_treatment_line(treatment) for treatment in treated),
                "; ".join(_barred(stop) for stop in stops),
            )
            clinic_name = names[client.clinic_id]
            found.append(
                shapes.Client.of(client, clinic=clinic_name, treatments=treated, stops=stops)
            )
        if as_json:
            print_json(found)
        else:
            out.print(
                grid
                if clients
                else "There are no clients yet. To import a list, see: reminders import --help"
            )


def _stops_of(session: Session, client: Client) -> list[Suppression]:
    contacts = (client.phone, client.email)
    found = (consents.suppression(session, client.clinic_id, c) for c in contacts if c)
    return [stop for stop in found if stop]


def _barred(stop: Suppression) -> str:
    by = "email" if "@" in stop.contact else "text"
    return (
        f"by {by}, since {stop.suppressed_at:%d %b %Y} ({stop.source}): {reason_text(stop.reason)}"
    )


def _treatment_line(treatment: Treatment) -> str:
    gone = " (cancelled)" if treatment.cancelled_at else ""
    gone = " (no-show)" if treatment.missed_at else gone
    return f"{treatment.id} on {treatment.treated_on}{gone}"


@treatments.command()
def move(
    treatment: TreatmentId,
    to: Annotated[
        str, typer.Argument(help="The new date and time, for example “2026-03-14 15:30”.")
    ],
) -> None:
    """Move a treatment; its reminders that have not been sent move with it."""
    with opened() as app, writing(app.engine) as session:
        found = _found(session, treatment)
        clinic = people.clinic(session, found.clinic_id)
        now, zone = app.clock(), ZoneInfo(clinic.time_zone)
        first = list_cells.day_first([to], clinic.country)
        try:
            when = list_cells.read_moment(
                to, zone, day_comes_first=first, today=now.astimezone(zone).date()
            )
        except InputError as error:
            stop(str(error))
        change = reschedule(session, app.library, found, when.day, when.at, None, now)
        out.print(f"The treatment is now on {when.day:%A %d %B %Y}. {_change_sentence(change)}")


@treatments.command()
def cancel(treatment: TreatmentId) -> None:
    """Cancel a treatment and its reminders that have not been sent."""
    with opened() as app, writing(app.engine) as session:
        change = cancel_treatment(session, app.library, _found(session, treatment), app.clock())
        out.print(
            f"The treatment is cancelled, with {len(change.cancel)} reminders that had not been sent."
        )


def _found(session: Session, treatment_id: int) -> Treatment:
    found = people.treatment(session, treatment_id)
    if found is None:
        stop(f"There is no treatment {treatment_id}.", "To see them all: reminders client list")
    return found


def _change_sentence(change: Replan) -> str:
    gives = len(change.no_room) + len(change.give_way)
    return (
        f"{len(change.move) + len(change.add)} reminders moved with it, {len(change.already_sent)} had already been sent for the old date, "
        f"and {len(change.too_late) + len(change.late)} would now come too late to be useful"
        + (f", and {gives} texts give way to more important ones." if gives else ".")
    )
