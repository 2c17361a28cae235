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
from reminders.rules.translation import gettext, gettext_noop, ngettext
from reminders.shapes import people as shapes
from reminders.store.database import reading, writing
from reminders.store.queries import consents, people
from reminders.store.tables import Client, Suppression, Treatment
from reminders.wording.localised import DateForm, date_text

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
        grid = Grid(
            gettext("Client"),
            gettext("Name"),
            gettext("Clinic"),
            gettext("Treatments"),
            gettext("Do not message"),
        )
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
                else gettext(
                    "There are no clients yet. To import a list, see: reminders import --help"
                )
            )


def _stops_of(session: Session, client: Client) -> list[Suppression]:
    contacts = (client.phone, client.email)
    found = (consents.suppression(session, client.clinic_id, c) for c in contacts if c)
    return [stop for stop in found if stop]


def _barred(stop: Suppression) -> str:
    by_email = gettext_noop("by email, since %(day)s (%(source)s): %(why)s")
    by_text = gettext_noop("by text, since %(day)s (%(source)s): %(why)s")
    emailed = "@" in stop.contact
    return gettext(
        by_email if emailed else by_text,
        day=date_text(stop.suppressed_at, DateForm.SHORT_AND_YEAR),
        source=gettext(stop.source),
        why=reason_text(stop.reason),
    )


def _treatment_line(treatment: Treatment) -> str:
    cancelled = gettext_noop("%(id)s on %(day)s (cancelled)")
    missed = gettext_noop("%(id)s on %(day)s (no-show)")
    usual = gettext_noop("%(id)s on %(day)s")
    said = missed if treatment.missed_at else cancelled if treatment.cancelled_at else usual
    return gettext(said, id=str(treatment.id), day=str(treatment.treated_on))


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
        day = date_text(when.day, DateForm.LONG_DAY_AND_YEAR)
        out.print(gettext("The treatment is now on %(day)s.", day=day), _change_sentence(change))


@treatments.command()
def cancel(treatment: TreatmentId) -> None:
    """Cancel a treatment and its reminders that have not been sent."""
    with opened() as app, writing(app.engine) as session:
        change = cancel_treatment(session, app.library, _found(session, treatment), app.clock())
        out.print(
            ngettext(
                "The treatment is cancelled, with 1 reminder that had not been sent.",
                "The treatment is cancelled, with %(n)s reminders that had not been sent.",
                len(change.cancel),
            )
        )


def _found(session: Session, treatment_id: int) -> Treatment:
    found = people.treatment(session, treatment_id)
    if found is None:
        stop(
            gettext("There is no treatment %(id)s.", id=str(treatment_id)),
            gettext("To see them all: reminders client list"),
        )
    return found


def _change_sentence(change: Replan) -> str:
    gives = len(change.no_room) + len(change.give_way)
    usual = gettext_noop(
        "%(moved)s reminders moved with it, %(sent)s had already been sent for the old date, and"
        " %(late)s would now come too late to be useful."
    )
    giving_way = gettext_noop(
        "%(moved)s reminders moved with it, %(sent)s had already been sent for the old date, and"
        " %(late)s would now come too late to be useful, and %(gives)s texts give way to more"
        " important ones."
    )
    return gettext(
        giving_way if gives else usual,
        moved=len(change.move) + len(change.add),
        sent=len(change.already_sent),
        late=len(change.too_late) + len(change.late),
        gives=gives,
    )
