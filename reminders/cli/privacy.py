"""Commands about a client's personal records: consent, export, erasure and retention."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.markup import escape

from reminders.cli.common import AsJson, find_client, opened, out, print_json, stop
from reminders.consent import bounces, ledger
from reminders.consent.ledger import Proof
from reminders.privacy import retention
from reminders.rules.bounces import Meaning
from reminders.rules.terms import Act, Channel, InputError, Purpose
from reminders.rules.translation import gettext, gettext_noop
from reminders.shapes.operation import Purge
from reminders.shapes.people import ClientExport
from reminders.store.database import reading, short_transaction, writing
from reminders.store.queries.audit import COMMAND_LINE

ClientId = Annotated[int, typer.Argument(help="The client's ID; see “reminders client list”.")]
Yes = Annotated[
    bool, typer.Option("--yes", help="Do it. Without this, it only shows what would happen.")
]


def agree(
    client: ClientId,
    channel: Annotated[Channel, typer.Argument(help="sms or email.")],
    source: Annotated[
        str, typer.Option(help="Where the proof is kept, for example “paper form, drawer 3”.")
    ],
    purpose: Annotated[Purpose, typer.Option(help="What the client agreed to.")] = Purpose.CARE,
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day of the consent (UTC).")
    ] = None,
    wording: Annotated[
        str | None, typer.Option(help="The exact words the client agreed to.")
    ] = None,
) -> None:
    """Record a client's consent with its proof. Only the client can undo an opt-out."""
    with opened() as app, writing(app.engine) as session:
        proof = Proof(Act.DESK, source, wording, recorded_by=COMMAND_LINE)
        given_at = on.replace(tzinfo=UTC) if on else None
        try:
            ledger.record(
                session, find_client(session, client), channel, proof, app.clock(),
                given_at=given_at, purpose=purpose,
            )  # fmt: skip
        except InputError as error:
            stop(error.problem, error.mend)
        said = gettext(
            "Recorded: client %(id)s consented to %(purpose)s messages by %(channel)s (%(source)s).",
            id=str(client),
            purpose=purpose,
            channel=channel,
            source=source,
        )
        out.print(said)


def export(client: ClientId, as_json: AsJson = False) -> None:
    """Show all data stored about a client."""
    with opened() as app, reading(app.engine) as session:
        held = retention.export(session, find_client(session, client), app.clock())
    if as_json:
        print_json(ClientExport(**held))
        return
    for name, rows in held.items():
        if isinstance(rows, list):
            out.print(f"\n[bold]{name}[/bold] ({len(rows)})")
            for row in rows:
                out.print(escape(_sentence(row)))


def _sentence(row: dict[str, Any]) -> str:
    return "  " + ", ".join(f"{name}: {value}" for name, value in row.items() if value is not None)


def forget(client: ClientId, yes: Yes = False) -> None:
    """Erase a client permanently. Opt-outs stay in force, and proof of consent stays as hashes."""
    with opened() as app:
        with (writing if yes else short_transaction)(app.engine) as session:
            try:
                found = find_client(session, client)
                done = retention.forget(session, found, app.clock(), by=COMMAND_LINE)
            except InputError as error:
                stop(error.problem, error.mend)
        if yes:
            done["files in the outbox"] = app.clear_outbox()
        _print_forgotten(client, done, yes=yes)


def _print_forgotten(client: int, done: Counter[str], *, yes: bool) -> None:
    facts = {"id": str(client), "what": _counted(done) or gettext("nothing else")}
    if not yes:
        would = gettext_noop("This would permanently erase client %(id)s, with %(what)s.")
        out.print(gettext(would, **facts))
        out.print(gettext("Nothing has been changed. To erase the client, add --yes."))
        return
    out.print(gettext("Client %(id)s is erased, with %(what)s.", **facts))
    if done[retention.AT_TWILIO]:
        out.print(
            gettext(
                "Twilio is asked to delete the words of these texts. Its log keeps when they were sent."
            )
        )


def _counted(done: Counter[str]) -> str:
    """Tell what was counted."""
    return ", ".join(
        f"{gettext(KINDS.get(name, name))}: {count}" for name, count in done.items() if count
    )


def purge(yes: Yes = False, as_json: AsJson = False) -> None:
    """Delete what is older than the KEEP_ settings allow."""
    with opened() as app:
        with (writing if yes else short_transaction)(app.engine) as session:
            done = retention.purge(
                session, retention.RetentionPeriods.of(app.settings), app.clock()
            )
        if yes:
            app.clear_outbox()
    if as_json:
        print_json(Purge(done=yes, purged=done))
    else:
        _print_purged(done, yes=yes)


def _print_purged(done: Counter[str], *, yes: bool) -> None:
    if not done:
        out.print(gettext("There is nothing to purge."))
        return
    what = ", ".join(
        f"{count} {gettext(KINDS.get(name, name))}" for name, count in sorted(done.items())
    )
    purged = gettext_noop("Purged: %(what)s.")
    would = gettext_noop("This would purge %(what)s. To do so, add --yes.")
    out.print(gettext(purged if yes else would, what=what))


def bounce(
    file: Annotated[
        typer.FileBinaryRead,
        typer.Argument(help="The email as it arrived. Without it, it is read from a pipe."),
    ] = "-",  # type: ignore[assignment]  # (as typer reads it)
) -> None:
    """Process an email that came back: a bounce, a complaint or an unsubscribe request."""
    with opened() as app:
        meaning = bounces.receive(app.engine, app.links, file.read(), app.clock())
        out.print(gettext(TAKEN[meaning]))


KINDS = {
    "texts at Twilio": gettext_noop("texts at Twilio"),
    "messages": gettext_noop("messages"),
    "replies": gettext_noop("replies"),
    "notes": gettext_noop("notes"),
    "consents": gettext_noop("consents"),
    "waiting rows": gettext_noop("waiting rows"),
    "booking posts": gettext_noop("booking posts"),
    "messages' words": gettext_noop("messages' words"),
    "notes' words": gettext_noop("notes' words"),
    "lists": gettext_noop("lists"),
    "booking posts' words": gettext_noop("booking posts' words"),
    "deliveries": gettext_noop("deliveries"),
    "clients": gettext_noop("clients"),
    "stops": gettext_noop("stops"),
    "forms": gettext_noop("forms"),
    "event deliveries": gettext_noop("event deliveries"),
    "events": gettext_noop("events"),
    "files in the outbox": gettext_noop("files in the outbox"),
}
"""What is called how that was erased or purged; programs read the English."""

TAKEN = {
    Meaning.NO_ADDRESS: gettext_noop("This address does not exist. No more emails are sent to it."),
    Meaning.FULL: gettext_noop(
        "The mailbox is full. If it is full on three days, no more emails are sent to it."
    ),
    Meaning.UNDELIVERED: gettext_noop(
        "The email was not delivered, but the address is not the reason."
    ),
    Meaning.COMPLAINT: gettext_noop(
        "The recipient complained. Emails to this client have stopped."
    ),
    Meaning.UNSUBSCRIBE: gettext_noop(
        "The recipient unsubscribed. Emails to this client have stopped."
    ),
    Meaning.NOTHING: gettext_noop(
        "There is nothing to do. This is not a bounce of one of our messages."
    ),
}
