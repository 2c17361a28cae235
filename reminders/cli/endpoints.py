"""The command for events out: tell another system what happens, stop that, and how it stands."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table as Grid
from sqlalchemy.orm import Session

from reminders.app import App
from reminders.cli.common import AsJson, err, find_clinic, opened, out, print_json, stop
from reminders.endpoints import endpoints as actions
from reminders.endpoints.endpoints import NewEndpoint
from reminders.rules.events import EventKind
from reminders.rules.terms import InputError
from reminders.rules.translation import gettext, gettext_noop, pgettext
from reminders.shapes.endpoints import Endpoint as EndpointShape
from reminders.store.database import reading, writing
from reminders.store.queries import endpoints as queries
from reminders.store.queries.audit import COMMAND_LINE
from reminders.store.tables import Clinic, Endpoint

Counts = dict[int, tuple[int, int]]


def endpoints(
    name: Annotated[str, typer.Argument(help="The clinic's name.")],
    add: Annotated[
        str | None, typer.Option(metavar="URL", help="Send events to this https address.")
    ] = None,
    tell: Annotated[
        list[EventKind] | None,
        typer.Option(
            help="With --add: an event to send. Repeat it for more; without it all are sent."
        ),
    ] = None,
    words: Annotated[
        bool, typer.Option("--words", help="With --add: also send what clients write.")
    ] = False,
    remove: Annotated[int | None, typer.Option(metavar="ID", help="Remove this webhook.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show a clinic's webhooks; add one (its secret is shown once) or remove one."""
    made: NewEndpoint | None = None
    with opened() as app:
        with writing(app.engine) as session:
            clinic = find_clinic(session, name)
            if add:
                made = _add(app, session, clinic, add, tell or list(EventKind), words=words)
            if remove is not None:
                _remove(session, clinic.id, remove, app.clock())
        with reading(app.engine) as session:
            found = queries.of_clinic(session, clinic.id)
            counts = queries.counts(session, clinic.id)
    if as_json:
        print_json([_shape(one, clinic.name, counts, made) for one in found])
        return
    out.print(_grid(found, counts) if found else gettext("This clinic has no webhooks yet."))
    if made is not None:
        said = gettext("Messages are signed with this secret. Copy it now; it is not shown again:")
        out.print(f"{said}\n{made.secret}")


def _add(
    app: App, session: Session, clinic: Clinic, address: str, kinds: list[EventKind], *, words: bool
) -> NewEndpoint:
    try:
        parts = app.sealing, clinic, address, kinds, COMMAND_LINE, app.clock()
        return actions.add(session, *parts, words=words)
    except InputError as error:
        stop(error.problem, error.mend)


def _remove(session: Session, clinic_id: int, endpoint_id: int, now: datetime) -> None:
    endpoint = queries.by_id(session, endpoint_id)
    if endpoint is None or endpoint.clinic_id != clinic_id:
        stop(
            gettext("This clinic has no webhook %(id)s.", id=str(endpoint_id)),
            gettext("To see them, leave out --remove."),
        )
    actions.remove(session, endpoint, COMMAND_LINE, now)
    removed = gettext_noop("Webhook %(id)s is removed and receives no more events.")
    err.print(gettext(removed, id=str(endpoint_id)))


def _shape(one: Endpoint, clinic: str, counts: Counts, made: NewEndpoint | None) -> EndpointShape:
    waiting, given_up = counts.get(one.id, (0, 0))
    new = made is not None and made.endpoint.id == one.id
    return EndpointShape.of(
        one,
        clinic=clinic,
        kinds=one.kinds.split(),
        secret=made.secret if made is not None and new else None,
        waiting=waiting,
        given_up=given_up,
    )


def _grid(found: list[Endpoint], counts: Counts) -> Grid:
    grid = Grid(gettext("ID"), gettext("Address"), gettext("Events"), gettext("Status"))
    for one in found:
        waiting, given_up = counts.get(one.id, (0, 0))
        more = [gettext("%(n)s waiting", n=waiting)] if waiting else []
        more += [gettext("%(n)s given up", n=given_up)] if given_up else []
        kinds = one.kinds.replace(" ", ", ")
        what = gettext("%(events)s, with words", events=kinds) if one.tells_words else kinds
        grid.add_row(str(one.id), escape(one.host), what, ", ".join([_stands(one), *more]))
    return grid


def _stands(one: Endpoint) -> str:
    if one.paused_for:
        return gettext("paused: %(why)s", why=one.paused_for)
    if one.failing_since:
        return pgettext("webhook", "failing")
    return pgettext("webhook", "active")
