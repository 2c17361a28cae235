"""The ``replies`` command, which shows clients' texts that wait for an answer."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table as Grid
from sqlalchemy.orm import Session

from reminders.cli.common import AsJson, find_clinic, opened, out, print_json
from reminders.rules.translation import gettext, ngettext
from reminders.shapes import people as shapes
from reminders.store.database import reading
from reminders.store.queries import people
from reminders.store.queries import replies as queries
from reminders.store.tables import Reply
from reminders.wording.localised import DateForm, date_text


def replies(
    clinic: Annotated[str | None, typer.Option(help="Only this clinic.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show clients' replies that are waiting for an answer, alarms first."""
    with opened() as app, reading(app.engine) as session:
        clinic_id = find_clinic(session, clinic).id if clinic else None
        found = [_row(session, reply) for reply in queries.waiting(session, clinic_id)]
        if as_json:
            print_json(found)
        elif found:
            out.print(_grid(found))
        else:
            out.print(gettext("No reply is waiting for an answer."))


def _row(session: Session, reply: Reply) -> shapes.Reply:
    client = people.client(session, reply.client_id) if reply.client_id else None
    clinic = people.clinic(session, reply.clinic_id) if reply.clinic_id else None
    return shapes.Reply.of(
        reply,
        clinic=clinic.name if clinic else None,
        first_name=client.first_name if client else None,
    )


def _grid(found: list[shapes.Reply]) -> Grid:
    grid = Grid(
        gettext("ID"),
        gettext("Clinic"),
        gettext("Client"),
        gettext("Received (UTC)"),
        gettext("Alarm"),
        gettext("Message"),
    )
    for row in found:
        count = len(row.media)
        pictures = " " + ngettext("[1 picture]", "[%(n)s pictures]", count) if count else ""
        grid.add_row(
            str(row.id),
            escape(row.clinic or gettext("unknown")),
            escape(row.first_name or row.contact),
            f"{date_text(row.received_at, DateForm.SHORT)} {row.received_at:%H:%M}",
            row.alarm or "",
            escape(row.body + pictures),
        )
    return grid
