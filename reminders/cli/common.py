"""What all commands share: reading settings, opening the app, printing results and errors."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn, TextIO

import typer
from dotenv import dotenv_values
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from reminders.app import App, build
from reminders.logs import log_to, report_faults
from reminders.rules.translation import gettext, gettext_noop
from reminders.settings import Settings, SettingsError, read_settings
from reminders.shapes.common import Shape
from reminders.store import migrations
from reminders.store.connections import AWAY, wait_for
from reminders.store.queries import people
from reminders.store.tables import Client, Clinic

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]

EXIT_FAULT = 2

out = Console(highlight=False, soft_wrap=False, width=None if sys.stdout.isatty() else 140)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def stop(*words: str) -> NoReturn:
    """End the command with what is wrong and what to do."""
    for word in words:
        err.print(f"[red]✗[/red] {_plain(word)}")
    raise typer.Exit(EXIT_FAULT)


def _plain(words: str) -> str:
    return words.replace("[", r"\[")


def settings_or_faults() -> tuple[Settings | None, list[str]]:
    """Read the settings from the environment and ``.env``, of which the environment wins."""
    typed = {name: value for name, value in dotenv_values(Path(".env")).items() if value}
    try:
        return read_settings(typed | dict(os.environ)), []
    except SettingsError as error:
        return None, error.faults


def settings() -> Settings:
    """Read the settings, or stop with every fault in them."""
    found, faults = settings_or_faults()
    return found or stop(*faults)


@contextmanager
def opened(
    *,
    migrated: bool = True,
    logs: TextIO | None = None,
    waits: bool = False,
    sends_only: bool = False,
) -> Iterator[App]:
    """Open the app for a command, and print whether messages leave the machine; for an older
    database, name the command that upgrades it. One that ``waits`` goes on once the database
    answers.

    Logs go beside the output proper, except where they are it.
    """
    app = build(settings(), sends_only=sends_only)
    log_to(logs or sys.stderr, app.settings.log_level)
    dsn = app.settings.sentry_dsn.get_secret_value()
    if dsn and not report_faults(dsn):
        install = 'pip install "sentry-sdk>=2"'
        missing = gettext_noop(
            "SENTRY_DSN is set, but its package is missing. Install it: %(command)s"
        )
        err.print(gettext(missing, command=install))
    say_delivery(app)
    try:
        if waits:
            wait_for(app.engine)
        if migrated:
            require_tables(app.engine)
        yield app
    except SQLAlchemyError as error:
        if not isinstance(error, AWAY):
            raise
        stop(
            gettext("The database is not responding: %(error)s", error=first_line(error)),
            gettext("Check DATABASE_URL and that the database is running, then try again."),
        )
    finally:
        app.close()


def first_line(error: Exception) -> str:
    """Return the driver's message, without the statement that follows."""
    return str(getattr(error, "orig", error)).splitlines()[0]


def require_tables(engine: Engine) -> None:
    """Make a new database's tables, and refuse one that is older than this program."""
    current = migrations.current(engine)
    if current is None:
        migrations.migrate(engine)
    elif migrations.is_behind(current):
        stop(
            gettext("The database is older than this program."),
            gettext("To upgrade it, run: reminders migrate"),
        )


def say_delivery(app: App) -> None:
    """Say, beside the output proper, whether messages leave the machine."""
    if app.settings.live:
        err.print(
            gettext("[bold]Live:[/bold] texts are sent through Twilio, and emails through SMTP.")
        )
    else:
        said = gettext(
            "DELIVERY=outbox: nothing is sent. Messages are written to %(folder)s",
            folder=f"{app.settings.outbox_dir}/",
        )
        err.print(f"[dim]{said}[/dim]")


def find_clinic(session: Session, name: str) -> Clinic:
    """Return the clinic that was named, or stop with the names there are."""
    clinic = people.clinic_named(session, name)
    if clinic is None:
        known = [c.name for c in people.clinics(session)]
        stop(
            gettext("There is no clinic called “%(name)s”.", name=name),
            gettext("The clinics are: %(names)s.", names=", ".join(known))
            if known
            else gettext("Add one first: reminders clinic add"),
        )
    return clinic


def find_client(session: Session, client_id: int) -> Client:
    """Return the client of that number, or stop."""
    client = people.client(session, client_id)
    if client is None:
        stop(
            gettext("There is no client %(id)s.", id=str(client_id)),
            gettext("To see them all: reminders client list"),
        )
    return client


def print_json(found: Shape | Sequence[Shape]) -> None:
    """Print JSON on standard output, in a shape that is promised."""
    many = [found] if isinstance(found, Shape) else found
    rows = [shape.model_dump(mode="json", by_alias=True) for shape in many]
    told = rows[0] if isinstance(found, Shape) else rows
    sys.stdout.write(json.dumps(told, indent=2, ensure_ascii=False) + "\n")


def print_json_with(found: Shape, rows: Iterable[Shape]) -> None:
    """Print JSON of a shape that ends in an empty list, with these rows in it, a row at a time."""
    before, _, after = found.model_dump_json(by_alias=True, indent=2).rpartition("[]")
    sys.stdout.write(f"{before}[")
    separator = end = ""
    for row in rows:
        told = row.model_dump_json(by_alias=True, indent=2).replace("\n", "\n    ")
        sys.stdout.write(f"{separator}\n    {told}")
        separator, end = ",", "\n  "
    sys.stdout.write(f"{end}]{after}\n")


@contextmanager
def progress_bar(what: str, total: int) -> Iterator[Any]:
    """Show a progress bar on standard error, where that is a terminal; call the value with how much
    more has been done.
    """
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        bar = progress.add_task(what, total=total)
        yield lambda done: progress.advance(bar, done)
