"""Staff pages to export or erase everything that is stored about a client."""

from __future__ import annotations

from starlette.responses import Response

from reminders.privacy import retention
from reminders.rules.roles import Role
from reminders.rules.terms import InputError
from reminders.rules.translation import gettext, gettext_noop
from reminders.shapes.people import ClientExport
from reminders.store.database import reading, writing
from reminders.store.queries import people
from reminders.store.tables import Client
from reminders.web.desk.page import DeskRequest, desk_route


def export(request: DeskRequest) -> Response:
    """Download everything that is stored about a client, as JSON."""
    with writing(request.app.engine) as session:
        client = request.row(session, Client)
        held = retention.export(session, client, request.now)
        request.record(session, gettext_noop("exported a client"), Client, client.id)
    name = f'attachment; filename="client-{request.id}.json"'
    words = ClientExport(**held).model_dump_json(indent=2)
    return Response(words, media_type="application/json", headers={"Content-Disposition": name})


def ask(request: DeskRequest) -> Response:
    """Show what erasing means, before it is done."""
    with reading(request.app.engine) as session:
        return request.page("erase.html", client=request.row(session, Client))


def erase(request: DeskRequest) -> Response:
    """Erase a client, once the first name is typed to confirm; this cannot be undone."""
    with writing(request.app.engine) as session:
        client = request.row(session, Client, lock=True)
        if people.name_key(request.typed("name")) != people.name_key(client.first_name):
            request.faults["name"] = gettext("Enter %(name)s to confirm.", name=client.first_name)
            return request.page("erase.html", client=client)
        try:
            retention.forget(session, client, request.now, by=request.signed_in.staff.email)
        except InputError as error:
            request.faults["name"] = str(error)
            return request.page("erase.html", client=client)
    request.app.clear_outbox()
    return request.redirect("/clients", "erased")


ROUTES = [
    desk_route("/clients/{id:int}/export", export, Role.STAFF, "POST"),
    desk_route("/clients/{id:int}/erase", ask, Role.OWNER),
    desk_route("/clients/{id:int}/erase", erase, Role.OWNER, "POST"),
]
