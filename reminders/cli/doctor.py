"""Commands that check an installation: ``doctor``, and a test message to the operator."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table as Grid

from reminders.app import App, build
from reminders.cli.common import AsJson, err, opened, out, print_json, settings_or_faults, stop
from reminders.monitoring.checks import Check, Verdict
from reminders.rules.contacts import read_email, read_phone
from reminders.rules.segments import size
from reminders.rules.terms import Channel, InputError, Message
from reminders.rules.translation import gettext, gettext_noop
from reminders.senders import SendError, send_alone
from reminders.shapes.operation import Check as CheckShape

MARKS = {
    Verdict.PASS: gettext_noop("[green]pass[/green]"),
    Verdict.WARN: gettext_noop("[yellow]warn[/yellow]"),
    Verdict.FAIL: gettext_noop("[red]FAIL[/red]"),
}


def doctor(
    as_json: AsJson = False,
    fix: Annotated[
        bool, typer.Option("--fix", help="Set the address to which Twilio posts clients' replies.")
    ] = False,
) -> None:
    """Check everything that must be right before messages can be sent, and say how to fix it."""
    checks = list(_checks(fix=fix))
    if as_json:
        print_json([CheckShape.of(check) for check in checks])
    else:
        grid = Grid(gettext("Check"), "", gettext("Found"), gettext("What to do"))
        for check in checks:
            mark = gettext(MARKS[check.verdict])
            grid.add_row(escape(check.title), mark, escape(check.found), escape(check.mend))
        out.print(grid)
    if any(check.verdict is Verdict.FAIL for check in checks):
        raise typer.Exit(1)


def _checks(*, fix: bool) -> Iterator[Check]:
    settings, faults = settings_or_faults()
    for fault in faults:
        name, _, mend = fault.partition(": ")
        yield Check(name, Verdict.FAIL, gettext("missing or wrong"), mend)
    if settings is None:
        return
    live = gettext_noop("DELIVERY=live: messages are sent")
    outbox = gettext_noop("DELIVERY=outbox: nothing is sent")
    yield Check("settings", Verdict.PASS, gettext(live if settings.live else outbox))
    app = build(settings)
    try:
        yield from app.check_up(fix=fix)
    finally:
        app.close()


def send_test(
    to: Annotated[str, typer.Argument(help="Your own mobile number or email address.")],
    yes: Annotated[
        bool, typer.Option("--yes", help="Do not ask before a real message is sent.")
    ] = False,
) -> None:
    """Send one test message to yourself."""
    with opened() as app:
        try:
            channel, contact = _contact(to)
        except InputError as error:
            stop(str(error))
        if app.settings.live and not yes and not typer.confirm(gettext("Send a real message now?")):
            raise typer.Exit(1)
        try:
            provider_id = asyncio.run(
                send_alone(app.senders()[channel], _message(app, channel, contact))
            )
        except SendError as error:
            stop(
                gettext("The message was not accepted: %(error)s.", error=str(error)),
                gettext("To find the cause, run: reminders doctor"),
            )
        err.print(gettext("The message was accepted as %(id)s.", id=provider_id))


def _contact(to: str) -> tuple[Channel, str]:
    if "@" in to:
        return Channel.EMAIL, read_email(to)
    return Channel.SMS, read_phone(to, None).number


def _message(app: App, channel: Channel, contact: str) -> Message:
    words = app.library.page("email/test.txt").strip()
    now = app.clock()
    return Message(
        channel=channel,
        to=contact,
        clinic_name="Aftercare reminders",
        reply_to="",
        text=words,
        reference=f"test.{now:%Y%m%d%H%M%S}",
        written_at=now,
        expires_at=now + timedelta(minutes=10),
        segments=size(words).segments,
        subject=words.splitlines()[0],
        html=f"<!doctype html><html lang=en><body><p>{words}</p></body></html>",
    )
