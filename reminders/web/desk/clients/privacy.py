"""Staff pages to export or erase everything that is stored about a client."""

from __future__ import annotations

import json

from starlette.responses import Response

from reminders.privacy import retention
from reminders.rules.roles import Role
from reminders.rules.terms import InputError
from reminders.store.database import reading, writing
from reminders.store.queries import people
from reminders.store.tables import Client
from reminders.web.desk.page import DeskRequest, desk_route


def export(visit: DeskRequest) -> Response:
    """Hand out everything that is held of her, for her or for a program."""
    with writing(visit.app.engine) as session:
        client = visit.own(session, Client)
        held = retention.export(session, client, visit.now)
        visit.record(session, "exported a client", Client, client.id)
    name = f'attachment; filename="client-{visit.id}.json"'
    words = json.dumps(held, default=str, indent=2, ensure_ascii=False)
    return Response(words, media_type="application/json", headers={"Content-Disposition": name})


def ask(visit: DeskRequest) -> Response:
    """Say what erasing means, before it is done."""
    with reading(visit.app.engine) as session:
        return visit.page("erase.html", client=visit.own(session, Client))


def erase(visit: DeskRequest) -> Response:
    """Erase her, once her first name is typed: nothing of it can be brought back."""
    with writing(visit.app.engine) as session:
        client = visit.own(session, Client, lock=True)
        if people.name_key(visit.typed("name")) != people.name_key(client.first_name):
            visit.faults["name"] = f"Type {client.first_name} to erase her."
            return visit.page("erase.html", client=client)
        try:
            retention.forget(session, client, visit.now, by=visit.inside.staff.email)
        except InputError as error:
            visit.faults["name"] = str(error)
            return visit.page("erase.html", client=client)
    return visit.go("/clients", "erased")


ROUTES = [
    desk_route("/clients/{id:int}/export", export, Role.STAFF, "POST"),
    desk_route("/clients/{id:int}/erase", ask, Role.OWNER),
    desk_route("/clients/{id:int}/erase", erase, Role.OWNER, "POST"),
]
