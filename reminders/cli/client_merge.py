"""Commands that make two records of one client one, and undo it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from reminders.app import App
from reminders.cli.common import AsJson, find_client, opened, out, print_json, stop
from reminders.enrolment import client_merge
from reminders.enrolment.client_merge import MergePreview
from reminders.rules.terms import Channel, InputError
from reminders.rules.translation import gettext, gettext_noop
from reminders.shapes.people import ClientMerge
from reminders.store.database import reading, writing
from reminders.store.queries import people
from reminders.store.queries.audit import COMMAND_LINE
from reminders.store.tables import Client

Keep = Annotated[int, typer.Argument(help="The ID of the client to keep.")]
Gone = Annotated[int, typer.Argument(help="The ID of the duplicate, which is merged into it.")]

SAYS = {
    (Channel.SMS, None): gettext_noop("Texts: no consent yet"),
    (Channel.SMS, True): gettext_noop("Texts: consented"),
    (Channel.SMS, False): gettext_noop("Texts: opted out"),
    (Channel.EMAIL, None): gettext_noop("Emails: no consent yet"),
    (Channel.EMAIL, True): gettext_noop("Emails: consented"),
    (Channel.EMAIL, False): gettext_noop("Emails: opted out"),
}
"""What is said of each channel, by whether the client consented to it."""
STOPPED = {
    Channel.SMS: gettext_noop("Texts: opted out, as on the other record"),
    Channel.EMAIL: gettext_noop("Emails: opted out, as on the other record"),
}


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
        done = not only_show and (
            not asks or typer.confirm(gettext("Merge these two clients?"), err=True)
        )
        if done:
            _merge(app, keep, gone)
    if as_json:
        print_json(_shape(found, done=done))
    elif done:
        kept = str(found.keep.id)
        out.print(gettext("The two records are merged into client %(id)s.", id=kept))
        undo = f"reminders client unmerge {kept}"
        out.print(gettext("To undo this within 24 hours, run: %(command)s", command=undo))
    else:
        out.print(gettext("Nothing was changed."))


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
    keep, gone = found.keep, found.gone
    kept = gettext("Keep client %(id)s: %(who)s", id=str(keep.id), who=_who(keep))
    merged = gettext("Merge client %(id)s into it: %(who)s", id=str(gone.id), who=_who(gone))
    out.print(kept, merged, sep="\n", markup=False)
    for line in _preview_lines(found):
        out.print(f"  {line}")


def _preview_lines(found: MergePreview) -> Iterator[str]:
    one = gettext_noop("treatment %(id)s on %(day)s")
    twin = gettext_noop("treatment %(id)s on %(day)s (both have one; its reminders are sent once)")
    for treatment in found.treatments:
        said = twin if treatment in found.twins else one
        yield gettext(said, id=str(treatment.id), day=str(treatment.treated_on))
    if found.replies:
        yield gettext("texts from the client: %(n)s", n=found.replies)
    if found.filled:
        yield gettext("details added to the client: %(details)s", details=", ".join(found.filled))
    for channel, given in found.says.items():
        other = given is False and channel in found.stopped
        yield gettext(STOPPED[channel] if other else SAYS[channel, given])


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
        ids = {"one": str(client.id), "other": str(other.id)}
        out.print(gettext("They are two clients again: %(one)s and %(other)s.", **ids))
