"""The manual in a terminal."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.markup import escape

from reminders.cli.common import out, stop
from reminders.rules.translation import gettext
from reminders.wording.library import templates_folder
from reminders.wording.manual import INDEX, Hit, manual_in


def show_manual(
    topic: Annotated[
        list[str] | None, typer.Argument(help="A page's name, or words to search for.")
    ] = None,
) -> None:
    """Show the manual: its first page, the page of that name, or the sections with these words."""
    manual = manual_in(templates_folder())
    asked = " ".join(topic or [INDEX])
    page = manual.find(asked)
    hits = manual.search(asked)
    if page:
        _print(page.source)
    elif hits:
        _print_hits(hits)
    else:
        stop(
            gettext("The manual has nothing about “%(words)s”.", words=asked),
            gettext("Its pages are: %(pages)s.", pages=", ".join(manual.pages)),
        )


def _print(source: str) -> None:
    """Dress a page for a screen; a pipe gets it as it is written."""
    if not sys.stdout.isatty():
        sys.stdout.write(source)
        return
    from rich.markdown import Markdown  # noqa: PLC0415 (4 MB, for who reads)

    out.print(Markdown(source, hyperlinks=False))


def _print_hits(hits: list[Hit]) -> None:
    for hit in hits:
        out.print(f"[bold]reminders help {hit.page.topic}[/bold]  {escape(hit.section.heading)}")
        out.print(f"  {escape(hit.excerpt)}", soft_wrap=True)
