"""The command line for operators: each command reads its arguments and makes one call."""

from __future__ import annotations

import os
import sys

import typer

from reminders.app import tune_garbage_collection
from reminders.cli import (
    clients,
    clinics,
    demo,
    doctor,
    imports,
    inspection,
    manual,
    operations,
    paperwork,
    privacy,
    replies,
    run,
    staff,
    wording,
)
from reminders.cli.common import err

commands = typer.Typer(
    help="SMS and email aftercare reminders for skin-needling clinics.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
commands.command()(demo.demo)
commands.command("help")(manual.show_manual)
commands.command()(run.serve)
commands.command()(run.web)
commands.command()(run.worker)
commands.command()(run.tick)
commands.command()(run.reconcile)
commands.command()(run.migrate)
commands.command()(run.adopt)
commands.command()(operations.pause)
commands.command()(operations.backup)
commands.command("registration")(paperwork.register)
commands.command("consent-report")(paperwork.report_consents)
commands.command()(paperwork.forecast)
commands.command()(doctor.doctor)
commands.command("send-test")(doctor.send_test)
commands.command("import")(imports.import_list)
commands.command()(inspection.preview)
commands.command()(inspection.simulate)
commands.command()(inspection.status)
commands.command()(replies.replies)
commands.command()(privacy.forget)
commands.command()(privacy.export)
commands.command()(privacy.purge)
commands.command()(privacy.bounce)
clients.commands.command("consent")(privacy.agree)
commands.command()(wording.lint)
commands.command("wording")(wording.wording)
commands.command()(wording.sheet)
commands.add_typer(clinics.commands, name="clinic")
commands.add_typer(clients.commands, name="client")
commands.add_typer(clients.treatments, name="treatment")
commands.add_typer(staff.commands, name="staff")


def main() -> None:
    """Run the command that was typed; an error is reported in a sentence, without a traceback."""
    tune_garbage_collection()
    try:
        commands()
    except Exception as error:
        if os.environ.get("LOG_LEVEL", "").lower() == "debug":
            raise
        err.print(f"[red]✗[/red] Something in this program went wrong ({type(error).__name__}).")
        err.print("Nothing half-done was kept. LOG_LEVEL=debug shows where, for a report.")
        sys.exit(3)
