"""The command line for operators: each command reads its arguments and makes one call."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Annotated

import typer

from reminders import __version__
from reminders.cli import (
    client_merge,
    clients,
    clinic_countries,
    clinics,
    demo,
    doctor,
    endpoints,
    feeds,
    imports,
    inspection,
    keys,
    manual,
    operations,
    paperwork,
    privacy,
    questions,
    replies,
    run,
    senders,
    simulation,
    staff,
    wording,
)
from reminders.cli.common import err
from reminders.cli.language import SERVICES, shell_translation
from reminders.rules.translation import gettext, translated_to
from reminders.startup import give_memory_back, tune_garbage_collection
from reminders.wording.library import packaged

commands = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

GROUPS: dict[str, dict[str, Callable[..., object] | typer.Typer]] = {
    "Run": {
        "demo": demo.demo,
        "serve": run.serve,
        "web": run.web,
        "worker": run.worker,
        "tick": run.tick,
        "pause": operations.pause,
        "migrate": run.migrate,
        "reseal": run.reseal,
        "backup": operations.backup,
        "reconcile": run.reconcile,
        "adopt": run.adopt,
    },
    "Check and inspect": {
        "help": manual.show_manual,
        "status": inspection.status,
        "doctor": doctor.doctor,
        "preview": inspection.preview,
        "simulate": simulation.simulate,
        "forecast": paperwork.forecast,
    },
    "Clinics and clients": {
        "clinic": clinics.commands,
        "import": imports.import_list,
        "questions": questions.show_questions,
        "answer": questions.take_answer,
        "client": clients.commands,
        "treatment": clients.treatments,
        "staff": staff.commands,
        "key": keys.commands,
        "export": privacy.export,
        "forget": privacy.forget,
        "purge": privacy.purge,
    },
    "Messages": {
        "replies": replies.replies,
        "send-test": doctor.send_test,
        "bounce": privacy.bounce,
        "lint": wording.lint,
    },
    "Print and report": {
        "wording": wording.wording,
        "sheet": wording.sheet,
        "registration": paperwork.register,
        "consent-report": paperwork.report_consents,
    },
}
"""Every command, by what somebody wants to do."""

for group, members in GROUPS.items():
    for name, command in members.items():
        if isinstance(command, typer.Typer):
            commands.add_typer(command, name=name, rich_help_panel=group)
        else:
            commands.command(name, rich_help_panel=group)(command)
clinics.commands.command("feeds")(feeds.feeds)
clinics.commands.command("endpoints")(endpoints.endpoints)
clinics.commands.command("sender")(senders.sender)
clinics.commands.command("countries")(clinic_countries.countries)
clinics.commands.command("price")(clinic_countries.price)
clients.commands.command("consent")(privacy.agree)
clients.commands.command("merge")(client_merge.merge)
clients.commands.command("unmerge")(client_merge.unmerge)


def _print_version(asked: bool) -> None:  # noqa: FBT001 (typer calls it)
    if asked:
        typer.echo(f"reminders {__version__}")
        raise typer.Exit


@commands.callback()
def about(
    context: typer.Context,
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """SMS and email aftercare reminders for skin-needling clinics."""
    if context.invoked_subcommand not in SERVICES:
        context.with_resource(translated_to(shell_translation(os.environ, packaged())))


def main() -> None:
    """Run the command that was typed; an error is reported in a sentence, without a traceback."""
    tune_garbage_collection()
    give_memory_back()
    try:
        commands()
    except Exception as error:
        if os.environ.get("LOG_LEVEL", "").lower() == "debug":
            raise
        with translated_to(shell_translation(os.environ, packaged())):
            _report(error)
        sys.exit(3)


def _report(error: Exception) -> None:
    said = gettext("Something went wrong in this program (%(error)s).", error=type(error).__name__)
    err.print(f"[red]✗[/red] {said}")
    err.print(
        gettext(
            "No unfinished change was saved. To see the details, set LOG_LEVEL=debug and try again."
        )
    )
