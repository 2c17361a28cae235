"""Commands that check and print the wording of messages: lint, wording, sheet."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from reminders.app import system_clock
from reminders.cli.common import AsJson, err, out, print_json, stop
from reminders.rules.translation import gettext, gettext_noop
from reminders.shapes.operation import Lint
from reminders.wording.library import Library, packaged
from reminders.wording.lint import lint_library
from reminders.wording.print_sheets import aftercare_sheet, review_pack

Protocol = Annotated[str, typer.Option(help="For example skin-needling or skin-needling-rf.")]
Language = Annotated[str, typer.Option(help="For example en, en-GB, es, fr, de, pl or pt-BR.")]
Where = Annotated[
    Path | None, typer.Option("--out", help="The file to write. Without it, the screen.")
]

EXIT_FOUND = 1


def lint(as_json: AsJson = False) -> None:
    """Check all default wording against the rules; it exits with 1 if a rule is broken."""
    found = list(lint_library(packaged(), system_clock().date()))
    if as_json:
        print_json(Lint(faults=found))
    else:
        for fault in found:
            place = "/".join(x for x in (fault.protocol, fault.language, fault.milestone) if x)
            out.print(f"{place}: {fault.problem} [{fault.rule}]", markup=False)
        count = ", ".join(f"{n} {rule}" for rule, n in Counter(f.rule for f in found).items())
        err.print(f"Found: {count}." if found else "The wording follows every rule.")
    if found:
        raise typer.Exit(EXIT_FOUND)


def wording(
    protocol: Protocol = "skin-needling", language: Language = "en", path: Where = None
) -> None:
    """Print every message for a clinician to check and sign."""
    library = _known(protocol, language)
    _write(review_pack(library, protocol, language, system_clock().date()), path)


def sheet(
    protocol: Protocol = "skin-needling", language: Language = "en", path: Where = None
) -> None:
    """Print the aftercare sheet that a client takes home."""
    library = _known(protocol, language)
    _write(aftercare_sheet(library, protocol, language), path)


def _known(protocol: str, language: str) -> Library:
    library = packaged()
    if protocol not in library.protocols:
        stop(
            gettext("There is no protocol “%(protocol)s”.", protocol=protocol),
            gettext("The protocols are: %(protocols)s.", protocols=", ".join(library.protocols)),
        )
    if language not in library.languages(protocol):
        written = ", ".join(library.languages(protocol))
        facts = {"protocol": protocol, "language": language}
        stop(
            gettext("“%(protocol)s” has no wording in “%(language)s”.", **facts),
            gettext("Its languages are: %(languages)s.", languages=written),
        )
    return library


def _write(page: str, path: Path | None) -> None:
    if path is None:
        typer.echo(page)
        return
    path.write_text(page, "utf-8")
    written = gettext_noop("The page is written to %(file)s. Open it in a browser and print it.")
    err.print(gettext(written, file=str(path)))
