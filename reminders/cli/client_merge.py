"""Commands that make two records of one client one, and undo it."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from reminders.app import App
from reminders.cli.common import AsJson, find_client, opened, out, print_json, stop
from reminders.enrolment import client_merge
from reminders.enrolment.client_merge import MergePreview
from reminders.rules.terms import Channel, InputError
from reminders.shapes.people import ClientMerge
from reminders.store.database import reading, writing
from reminders.store.queries import people
from reminders.store.queries.audit import COMMAND_LINE
from reminders.store.tables import Client

Keep = Annotated[int, typer.Argument(help="The ID of the client to keep.")]
Gone = Annotated[int, typer.Argument(help="The ID of the duplicate, which is merged into it.")]

WAYS = {Channel.SMS: "Texts", Channel.EMAIL: "Emails"}


def merge(
    keep: Keep,
    gone: Gone,
    only_show: Annotated[
        bool, typer.Option("--preview", help="Only show what would be merged.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
    as_json: AsJson = False,
) -> None:
    """Merge two records of one client. It asks first at a terminal, and can be undone for a day."""
    with opened() as app:
        with reading(app.engine) as session:
            found = _preview(session, keep, gone)
        if not as_json:
            _print_preview(found)
        asks = not only_show and not yes and at_terminal()
        done = not only_show and (not asks or typer.confirm("Merge these two clients?", err=True))
        if done:
            _merge(app, keep, gone)
    if as_json:
        print_json(_shape(found, done=done))
    elif done:
        out.print(f"The two records are merged into client {found.keep.id}.")
        out.print(f"To undo this within 24 hours, run: reminders client unmerge {found.keep.id}")
    else:
        out.print("Nothing was changed.")


def at_terminal() -> bool:
    """Say whether a person sits there, to be asked."""
    return sys.stdin.isatty()


def _preview(session: Session, keep: int, gone: int) -> MergePreview:
    try:
        return client_merge.preview(session, find_client(session, keep), find_client(session, gone))
    except InputError as error:
        stop(error.problem, error.mend)


def _merge(app: App, keep: int, gone: int) -> None:
    with writing(app.engine) as session:
        client, other = find_client(session, keep), find_client(session, gone)
        clinic = people.clinic(session, client.clinic_id)
        try:
            client_merge.merge(
                session, app.library, clinic, client, other, COMMAND_LINE, app.clock()
            )
        except InputError as error:
            stop(error.problem, error.mend)


def _print_preview(found: MergePreview) -> None:
    out.print(f"Keep client {found.keep.id}: {_who(found.keep)}", markup=False)
    out.print(f"Merge client {found.gone.id} into it: {_who(found.gone)}", markup=False)
    for treatment in found.treatments:
        twin = " (both have one; its reminders are sent once)" if treatment in found.twins else ""
        out.print(f"  treatment {treatment.id} on {treatment.treated_on}{twin}")
    if found.replies:
        out.print(f"  texts from the client: {found.replies}")
    if found.filled:
        out.print(f"  details added to the client: {', '.join(found.filled)}")
    for channel, given in found.says.items():
        why = ", as on the other record" if channel in found.stopped else ""
        answer = "no consent yet" if given is None else "consented" if given else f"opted out{why}"
        out.print(f"  {WAYS[channel]}: {answer}")


def _who(client: Client) -> str:
    parts = (f"{client.first_name} {client.last_name}".strip(), client.phone, client.email)
    return ", ".join(part for part in parts if part)


def _shape(found: MergePreview, *, done: bool) -> ClientMerge:
    return ClientMerge(
        done=done,
        kept=found.keep.id,
        gone=found.gone.id,
        treatments=[t.id for t in found.treatments],
        twins=[t.id for t in found.twins],
        replies=found.replies,
        filled=found.filled,
        stopped=found.stopped,
    )


def unmerge(keep: Keep) -> None:
    """Undo the last merge into a client. What arrived since then stays with that client."""
    with opened() as app, writing(app.engine) as session:
        client = find_client(session, keep)
        clinic = people.clinic(session, client.clinic_id)
        try:
            other = client_merge.undo(
                session, app.library, clinic, client, COMMAND_LINE, app.clock()
            )
        except InputError as error:
            stop(error.problem, error.mend)
        out.print(f"They are two clients again: {client.id} and {other.id}.")
