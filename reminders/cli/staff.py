"""Commands for staff accounts: invite, list, remove, reset the second factor."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table as Grid

from reminders.cli.common import AsJson, find_clinic, opened, out, print_json, stop
from reminders.rules.roles import Role
from reminders.rules.terms import InputError
from reminders.rules.translation import gettext, gettext_noop
from reminders.shapes.people import StaffMember
from reminders.staff import invitations
from reminders.store.database import reading, writing
from reminders.store.queries import people
from reminders.store.queries import staff as queries
from reminders.store.queries.audit import COMMAND_LINE, record
from reminders.store.tables import Staff

commands = typer.Typer(help="Manage who can sign in to the staff app.", no_args_is_help=True)

TheClinic = Annotated[str, typer.Option("--clinic", help="The clinic's name.")]
Email = Annotated[str, typer.Argument(help="The email address to sign in with.")]


@commands.command()
def invite(
    email: Email,
    clinic: TheClinic,
    role: Annotated[
        Role, typer.Option(help="A viewer reads, staff look after clients, an owner also decides.")
    ] = Role.STAFF,
) -> None:
    """Print an invitation link with which somebody chooses a password and signs in."""
    with opened() as app, writing(app.engine) as session:
        found = find_clinic(session, clinic)
        try:
            token = invitations.invite(session, found, email, role, app.clock())
        except InputError as error:
            stop(str(error))
        hours = int(invitations.LASTS.total_seconds()) // 3600
        once = gettext_noop(
            "Give this link to %(email)s and to nobody else. It works once, for %(n)s hours:"
        )
        out.print(gettext(once, email=email, n=hours))
        out.print(f"{app.links.public_url}/invitation/{token}", soft_wrap=True)


@commands.command("list")
def list_staff(as_json: AsJson = False) -> None:
    """List who can sign in, at which clinic and in which role."""
    with opened() as app, reading(app.engine) as session:
        found = [
            StaffMember.of(member, clinic=clinic.name, role=role)
            for clinic in people.clinics(session)
            for member, role in queries.of_clinic(session, clinic.id)
        ]
        if as_json:
            print_json(found)
            return
        grid = Grid(gettext("Clinic"), gettext("Name"), gettext("Email"), gettext("Role"))
        for row in found:
            grid.add_row(row.clinic, row.name, row.email, row.role)
        out.print(
            grid
            if found
            else gettext(
                "Nobody can sign in yet. To invite somebody, see: reminders staff invite --help"
            )
        )


@commands.command()
def remove(email: Email, clinic: TheClinic) -> None:
    """Remove somebody from a clinic; they are signed out at once."""
    with opened() as app, writing(app.engine) as session:
        found = find_clinic(session, clinic)
        member = queries.by_email(session, email.strip().lower())
        if member is None or member.id not in {
            m.id for m, _ in queries.of_clinic(session, found.id)
        }:
            stop(
                gettext("%(email)s does not belong to %(clinic)s.", email=email, clinic=found.name),
                gettext("To see who does: reminders staff list"),
            )
        queries.leave(session, member.id, found.id, app.clock())
        record(
            session,
            found.id,
            COMMAND_LINE,
            gettext_noop("removed a member of staff"),
            Staff,
            member.id,
            app.clock(),
        )
        gone = gettext_noop("%(email)s can no longer sign in at %(clinic)s.")
        out.print(gettext(gone, email=email, clinic=found.name))


@commands.command("new-phone")
def new_phone(email: Email) -> None:
    """Reset two-step sign-in for somebody who lost their phone and recovery codes."""
    with opened() as app, writing(app.engine) as session:
        member = queries.by_email(session, email.strip().lower())
        if member is None:
            stop(
                gettext("Nobody signs in as %(email)s.", email=email),
                gettext("To see who can: reminders staff list"),
            )
        member.totp_secret, member.totp_step, member.recovery_codes = None, 0, ""
        queries.end_all(session, member.id, app.clock())
        record(
            session,
            None,
            COMMAND_LINE,
            gettext_noop("reset two-step sign-in"),
            Staff,
            member.id,
            app.clock(),
        )
        reset = gettext_noop(
            "%(email)s is signed out, and sets up two-step sign-in again at the next sign-in."
        )
        out.print(gettext(reset, email=email))
