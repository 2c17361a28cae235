"""Commands for the keys by which other programs use the API: make, list, revoke."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table as Grid

from reminders.cli.common import AsJson, find_clinic, opened, out, print_json, stop
from reminders.rules.roles import Role
from reminders.rules.terms import InputError
from reminders.rules.translation import gettext
from reminders.shapes.people import ApiKey
from reminders.staff import api_keys
from reminders.store.database import reading, writing
from reminders.store.queries import api_keys as queries
from reminders.store.queries import people
from reminders.store.queries.audit import COMMAND_LINE

commands = typer.Typer(
    help="Manage the keys with which other programs use the API.", no_args_is_help=True
)


@commands.command()
def add(
    name: Annotated[str, typer.Argument(help="What will use it, for example “booking system”.")],
    clinic: Annotated[str, typer.Option("--clinic", help="The clinic's name.")],
    role: Annotated[
        Role,
        typer.Option(help="A viewer reads, staff also change, an owner also erases and decides."),
    ] = Role.STAFF,
) -> None:
    """Create a key and print it once; only its hash is stored."""
    with opened() as app, writing(app.engine) as session:
        found = find_clinic(session, clinic)
        try:
            key, token = api_keys.create(session, found, name, role, COMMAND_LINE, app.clock())
        except InputError as error:
            stop(error.problem, error.mend)
        said = gettext(
            "Key %(id)s for %(clinic)s, role %(role)s. Copy it now; it is not shown again:",
            id=str(key.id),
            clinic=escape(found.name),
            role=role,
        )
        out.print(said)
        out.print(token, soft_wrap=True)


@commands.command("list")
def list_keys(
    clinic: Annotated[str | None, typer.Option(help="Only this clinic.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the keys, their roles, and when each was last used."""
    with opened() as app, reading(app.engine) as session:
        clinic_id = find_clinic(session, clinic).id if clinic else None
        names = {c.id: c.name for c in people.clinics(session)}
        found = [
            ApiKey.of(key, clinic=names[key.clinic_id])
            for key in queries.of_clinic(session, clinic_id)
        ]
    if as_json:
        print_json(found)
        return
    grid = Grid(
        gettext("ID"),
        gettext("Clinic"),
        gettext("Name"),
        gettext("Starts with"),
        gettext("Role"),
        gettext("Last used"),
    )
    for key in found:
        used = f"{key.used_at:%Y-%m-%d %H:%M} UTC" if key.used_at else gettext("never")
        day = f"{key.revoked_at:%Y-%m-%d}" if key.revoked_at else ""
        last = gettext("revoked %(day)s", day=day) if day else used
        grid.add_row(
            str(key.id), escape(key.clinic), escape(key.name), f"{key.begins}…", key.role, last
        )
    none = gettext("There are no keys yet. To add one, see: reminders key add --help")
    out.print(grid if found else none)


@commands.command()
def revoke(
    key: Annotated[int, typer.Argument(help="The key's ID; see “reminders key list”.")],
) -> None:
    """Revoke a key; it stops working at once."""
    with opened() as app, writing(app.engine) as session:
        found = queries.by_id(session, key)
        if found is None:
            stop(
                gettext("There is no key %(id)s.", id=str(key)),
                gettext("To see them all: reminders key list"),
            )
        api_keys.revoke(session, found, COMMAND_LINE, app.clock())
        out.print(gettext("The key “%(name)s” no longer works.", name=escape(found.name)))
