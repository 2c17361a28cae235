"""Commands for operators: pause sending and back up the database."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated

import typer

from reminders.cli.common import find_clinic, opened, out, stop
from reminders.delivery import pauses
from reminders.rules.translation import gettext, gettext_noop
from reminders.store import backups
from reminders.store.backups import BackupError
from reminders.store.database import writing


def pause(
    clinic: Annotated[
        str | None, typer.Option(help="Only this clinic. Without it, all clinics.")
    ] = None,
    off: Annotated[bool, typer.Option("--off", help="Resume sending.")] = False,
) -> None:
    """Pause sending, for one clinic or for all. Opt-outs and replies are still received."""
    with opened() as app, writing(app.engine) as session:
        whose = find_clinic(session, clinic) if clinic else None
        if off:
            pauses.resume_messages(session, whose)
        else:
            pauses.pause(session, whose, _current_user(), app.clock())
        name = whose.name if whose else gettext("all clinics")
    resumed = gettext_noop("Sending has resumed for %(clinic)s.")
    paused = gettext_noop("Sending is paused for %(clinic)s.")
    out.print(gettext(resumed if off else paused, clinic=name))


def _current_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "the command line"


def backup(
    file: Annotated[
        Path, typer.Argument(help="A new file; an existing file is never overwritten.")
    ],
) -> None:
    """Copy the whole database into a file, even while it is in use."""
    with opened() as app:
        try:
            size = backups.back_up(app.direct_engine, file, app.clock())
        except BackupError as error:
            stop(str(error))
        out.print(
            gettext(
                "The backup is %(file)s (%(size)s MB). It holds clients' personal data, so keep it safe.",
                file=str(file),
                size=f"{size / 1e6:.1f}",
            )
        )
