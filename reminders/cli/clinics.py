"""Commands for clinics: add, list, edit, limit, and what their services are."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table as Grid

from reminders.cli.clinic_options import (
    LIVE_HELP,
    AfterHoursPhone,
    Attendance,
    Both,
    EmailHours,
    EveryText,
    Hours,
    Named,
    OpeningHours,
    SecondContact,
    SecondPhone,
    TextName,
    TextsPerDay,
    TextsPerWeek,
    WorriedMinutes,
)
from reminders.cli.common import AsJson, err, find_clinic, opened, out, print_json, stop
from reminders.enrolment import clinics as actions
from reminders.enrolment.clinics import ClinicError
from reminders.intake import services as known_services
from reminders.intake.outcomes import outcome
from reminders.intake.services import KnownService
from reminders.rules.contacts import show_phone
from reminders.rules.reason_texts import channel_text
from reminders.rules.terms import Channel, InputError
from reminders.rules.translation import gettext, gettext_noop, pgettext
from reminders.shapes.people import Clinic as ClinicShape
from reminders.shapes.questions import Service
from reminders.store.database import reading, writing
from reminders.store.queries import booking_sources, people
from reminders.store.queries.audit import COMMAND_LINE
from reminders.store.tables import Clinic

commands = typer.Typer(help="Add, list and edit clinics.", no_args_is_help=True)


@commands.command()
def add(
    name: Annotated[
        str, typer.Argument(help="The name clients know; every message starts with it.")
    ],
    time_zone: Annotated[str, typer.Option(help="For example Europe/London.")],
    phone: Annotated[str, typer.Option(help="The number clients call, shown in messages.")],
    email: Annotated[str, typer.Option(help="Where clients' replies to emails go.")],
    address: Annotated[str, typer.Option(help="The postal address, shown in every email.")],
    sending_hours: Hours = None,
    email_hours: EmailHours = None,
    live: Annotated[bool, typer.Option("--live", help=LIVE_HELP)] = False,
) -> None:
    """Add a clinic, in practice mode unless --live."""
    typed = {"name": name, "time_zone": time_zone, "phone": phone, "email": email}
    typed["address"] = address
    hours = {"sending_hours": sending_hours, "email_hours": email_hours}
    typed |= {name: value for name, value in hours.items() if value}
    with opened() as app, writing(app.engine) as session:
        try:
            clinic = actions.add(session, typed, app.clock(), live=live)
        except ClinicError as error:
            stop(*error.faults)
        out.print(_sentence(clinic))


@commands.command("list")
def list_clinics(as_json: AsJson = False) -> None:
    """List the clinics."""
    with opened() as app, reading(app.engine) as session:
        found = people.clinics(session)
        if as_json:
            print_json([ClinicShape.of(clinic) for clinic in found])
            return
        grid = Grid(
            gettext("Clinic"),
            gettext("Time zone"),
            gettext("Phone"),
            gettext("Sending hours"),
            gettext("Mode"),
        )
        for clinic in found:
            grid.add_row(
                clinic.name,
                clinic.time_zone,
                show_phone(clinic.phone),
                clinic.sending_hours,
                pgettext("mode", "live") if clinic.live else pgettext("mode", "practice"),
            )
        out.print(
            grid
            if found
            else gettext("There is no clinic yet. To add one, see: reminders clinic add --help")
        )


@commands.command()
def edit(
    name: Annotated[str, typer.Argument(help="The clinic's name.")],
    new_name: Annotated[str | None, typer.Option(help="The new name.")] = None,
    time_zone: Annotated[str | None, typer.Option()] = None,
    phone: Annotated[str | None, typer.Option()] = None,
    email: Annotated[str | None, typer.Option()] = None,
    address: Annotated[str | None, typer.Option()] = None,
    sending_hours: Hours = None,
    email_hours: EmailHours = None,
    texts_per_day: TextsPerDay = None,
    texts_per_week: TextsPerWeek = None,
    live: Annotated[bool | None, typer.Option("--live/--practice", help=LIVE_HELP)] = None,
    attendance_required: Attendance = None,
    text_name: TextName = None,
    client_names: Named = None,
    stop_on_every_text: EveryText = None,
    both_channels: Both = None,
    opening_hours: OpeningHours = None,
    after_hours_phone: AfterHoursPhone = None,
    worried_minutes: WorriedMinutes = None,
    second_contact: SecondContact = None,
    second_phone: SecondPhone = None,
) -> None:
    """Change a clinic. A new time zone, new hours or caps reschedule what has not been sent."""
    given = locals() | {"name": new_name}
    typed = {field: _yes(said) if isinstance(said, bool) else said for field, said in given.items()}
    with opened() as app, writing(app.engine) as session:
        clinic = find_clinic(session, name)
        try:
            actions.edit(session, app.library, clinic, typed, app.clock(), live=live)
        except ClinicError as error:
            stop(*error.faults)
        out.print(_sentence(clinic))


def _yes(said: bool) -> str:  # noqa: FBT001
    return "yes" if said else "no"


Most = Annotated[
    int | None, typer.Option(min=1, help="Without it, only the provider's limit applies.")
]


@commands.command()
def limit(
    name: Annotated[str, typer.Argument(help="The clinic's name.")],
    channel: Annotated[Channel, typer.Argument(help="sms or email.")],
    per_minute: Most = None,
    per_day: Most = None,
) -> None:
    """Limit how many messages a clinic sends per minute and per day, as its provider allows."""
    with opened() as app, writing(app.engine) as session:
        clinic = find_clinic(session, name)
        actions.limit(session, clinic, channel, per_minute, per_day)
    facts = {"clinic": clinic.name, "messages": channel_text(channel)}
    limits = {"per_minute": per_minute or 0, "per_day": per_day or 0}
    out.print(gettext(LIMITED[bool(per_minute), bool(per_day)], **facts, **limits))


LIMITED = {
    (True, True): gettext_noop(
        "%(clinic)s now sends %(messages)s at a rate of at most %(per_minute)s a minute and %(per_day)s a day."
    ),
    (True, False): gettext_noop(
        "%(clinic)s now sends %(messages)s at a rate of at most %(per_minute)s a minute."
    ),
    (False, True): gettext_noop(
        "%(clinic)s now sends %(messages)s at a rate of at most %(per_day)s a day."
    ),
    (False, False): gettext_noop("%(clinic)s now has no limit of its own for %(messages)s."),
}
"""What is said of a clinic's limits, by whether there is one a minute and one a day."""


@commands.command()
def services(
    name: Annotated[str, typer.Argument(help="The clinic's name.")],
    sets: Annotated[
        list[str] | None,
        typer.Option("--set", help="For example “SkinPen Face=skin-needling” or “Botox=none”."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show or set which of a clinic's services have reminders. Later imports remember it."""
    wanted = dict(_service_and_protocol(one) for one in sets or ())
    with opened() as app, (writing if wanted else reading)(app.engine) as session:
        clinic = find_clinic(session, name)
        if wanted:
            try:
                waited = known_services.waiting_for(session, clinic.id, wanted)
                taken = known_services.change(
                    session, app.library, clinic, wanted, COMMAND_LINE, app.clock()
                )
            except InputError as error:
                stop(error.problem, error.mend)
            err.print(escape(outcome(taken, waited)))
        found = known_services.known(session, clinic.id)
    if as_json:
        print_json([Service.of(one) for one in found])
    else:
        out.print(
            _services_grid(found)
            if found
            else gettext("No services are known yet. They appear here after the first import.")
        )


def _service_and_protocol(text: str) -> tuple[str, str]:
    service, mark, protocol = (part.strip() for part in text.rpartition("="))
    if not mark or not service:
        stop(
            gettext("“%(typed)s” sets no service.", typed=text),
            gettext("Write it like “%(example)s”.", example="SkinPen Face=skin-needling"),
        )
    return service, protocol


def _services_grid(found: list[KnownService]) -> Grid:
    grid = Grid(gettext("Service"), gettext("Reminders"), gettext("Decided by"))
    for one in found:
        asked = gettext("waiting for question %(id)s", id=str(one.question)) if one.question else ""
        grid.add_row(
            escape(one.service or gettext("(rows without a service)")),
            one.protocol or gettext("not answered yet"),
            asked or gettext(one.said_by or gettext_noop("its name")),
        )
    return grid


@commands.command()
def sources(name: Annotated[str, typer.Argument(help="The clinic's name.")]) -> None:
    """Show which booking systems send bookings to a clinic, and the last one from each."""
    with opened() as app, reading(app.engine) as session:
        found = booking_sources.of_clinic(session, find_clinic(session, name).id)
        last = booking_sources.last_by_source(session, [one.id for one in found])
    grid = Grid(gettext("ID"), gettext("Name"), gettext("Type"), gettext("Last received"), gettext("Result"))  # fmt: skip
    for one in found:
        came = last.get(one.id)
        heard = f"{came.received_at:%Y-%m-%d %H:%M} UTC" if came else gettext("never")
        became = f"{came.outcome}: {came.reason}" if came else ""
        grid.add_row(str(one.id), escape(one.name), one.kind, heard, escape(became))
    out.print(
        grid
        if found
        else gettext("There are no booking systems yet. Add one in the staff app under Settings.")
    )


def _sentence(clinic: Clinic) -> str:
    live = gettext_noop(
        "%(clinic)s (%(zone)s, %(hours)s) is live, and its default wording is accepted."
    )
    practice = gettext_noop(
        "%(clinic)s (%(zone)s, %(hours)s) is in practice mode. To start sending, run: %(command)s"
    )
    return gettext(
        live if clinic.live else practice,
        clinic=clinic.name,
        zone=clinic.time_zone,
        hours=clinic.sending_hours,
        command=f"reminders clinic edit '{clinic.name}' --live",
    )
