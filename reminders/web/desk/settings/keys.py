"""The staff page of API keys: which programs may act at the clinic, as what, and since when."""

from __future__ import annotations

from starlette.responses import Response

from reminders.rules.roles import Role
from reminders.rules.terms import InputError
from reminders.rules.translation import gettext
from reminders.staff import api_keys
from reminders.store.database import reading, writing
from reminders.store.queries import api_keys as queries
from reminders.store.queries import people
from reminders.store.tables import ApiKey
from reminders.web.desk.page import DeskRequest, desk_route
from reminders.web.desk.settings.role_rights import BY_API, choices


def show(request: DeskRequest) -> Response:
    """Show the clinic's keys, and the form to make one."""
    return _page(request)


def _page(request: DeskRequest, token: str = "") -> Response:
    with reading(request.app.engine) as session:
        return request.page(
            "keys.html",
            keys=queries.of_clinic(session, request.clinic_id),
            roles=choices(BY_API),
            token=token,
            address=f"{request.app.settings.public_url}/api/v1",
        )


def create(request: DeskRequest) -> Response:
    """Make a key; it is shown once, to be pasted into the program it is for."""
    wanted = request.typed("role") or Role.STAFF
    if wanted not in set(Role):
        request.faults["role"] = gettext("Choose a role from the list.")
        return _page(request)
    try:
        with writing(request.app.engine) as session:
            clinic = people.clinic(session, request.clinic_id)
            who = request.signed_in.staff.email
            _, token = api_keys.create(
                session, clinic, request.typed("name"), Role(wanted), who, request.now
            )
    except InputError as error:
        request.faults["name"] = str(error)
        return _page(request)
    return _page(request, token)


def revoke(request: DeskRequest) -> Response:
    """Revoke a key: it opens nothing from this moment on."""
    with writing(request.app.engine) as session:
        key = request.row(session, ApiKey, lock=True)
        api_keys.revoke(session, key, request.signed_in.staff.email, request.now)
    return request.redirect("/clinic/keys", "key-revoked")


ROUTES = [
    desk_route("/clinic/keys", show, Role.OWNER),
    desk_route("/clinic/keys", create, Role.OWNER, "POST"),
    desk_route("/clinic/keys/{id:int}/revoke", revoke, Role.OWNER, "POST"),
]
