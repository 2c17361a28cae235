"""Commands for operators: pause sending and back up the database."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated

import typer

from reminders.cli.common import find_clinic, opened, out, stop
from reminders.delivery import pauses
from reminders.store import backups
from reminders.store.backups import BackupError
from reminders.store.database import writing


def pause(
    clinic: Annotated[str | None, typer.Option(help="One clinic; left out: all of them.")] = None,
    off: Annotated[bool, typer.Option("--off", help="Let sending go on.")] = False,
) -> None:
    """Pause sending, for one clinic or for all; stops and replies are still taken in."""
    with opened() as app, writing(app.engine) as session:
        whose = find_clinic(session, clinic) if clinic else None
        if off:
            pauses.resume_messages(session, whose)
        else:
            pauses.pause(session, whose, _current_user(), app.clock())
        name = whose.name if whose else "Every clinic"
    out.print(f"{name} sends again." if off else f"{name} is paused: nothing more is handed off.")


def _current_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "the command line"


def backup(
    file: Annotated[Path, typer.Argument(help="A new file; an old one is never overwritten.")],
) -> None:
    """Copy the whole database into a file, also while it is in use."""
    with opened() as app:
        try:
            size = backups.back_up(app.direct_engine, file, app.clock())
        except BackupError as error:
            stop(str(error))
        out.print(f"{file}: {size / 1e6:.1f} MB. It holds what clients told you: keep it safe.")
