"""Staff pages to export or erase everything that is stored about a client."""

from __future__ import annotations

from starlette.responses import Response

from reminders.privacy import retention
from reminders.rules.roles import Role
from reminders.rules.terms import InputError
from reminders.shapes.people import ClientExport
from reminders.store.database import reading, writing
from reminders.store.queries import people
from reminders.store.tables import Client
from reminders.web.desk.page import DeskRequest, desk_route


def export(visit: DeskRequest) -> Response:
    """Download everything that is stored about a client, as JSON."""
    with writing(visit.app.engine) as session:
        client = visit.row(session, Client)
        held = retention.export(session, client, visit.now)
        visit.record(session, "exported a client", Client, client.id)
    name = f'attachment; filename="client-{visit.id}.json"'
    words = ClientExport(**held).model_dump_json(indent=2)
    return Response(words, media_type="application/json", headers={"Content-Disposition": name})


def ask(visit: DeskRequest) -> Response:
    """Show what erasing means, before it is done."""
    with reading(visit.app.engine) as session:
        return visit.page("erase.html", client=visit.row(session, Client))


def erase(visit: DeskRequest) -> Response:
    """Erase a client, once the first name is typed to confirm; this cannot be undone."""
    with writing(visit.app.engine) as session:
        client = visit.row(session, Client, lock=True)
        if people.name_key(visit.typed("name")) != people.name_key(client.first_name):
            visit.faults["name"] = f"Type {client.first_name} to erase this client."
            return visit.page("erase.html", client=client)
        try:
            retention.forget(session, client, visit.now, by=visit.signed_in.staff.email)
        except InputError as error:
            visit.faults["name"] = str(error)
            return visit.page("erase.html", client=client)
    visit.app.clear_outbox()
    return visit.redirect("/clients", "erased")


ROUTES = [
    desk_route("/clients/{id:int}/export", export, Role.STAFF, "POST"),
    desk_route("/clients/{id:int}/erase", ask, Role.OWNER),
    desk_route("/clients/{id:int}/erase", erase, Role.OWNER, "POST"),
]
