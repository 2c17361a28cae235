"""The staff pages that make two records of one client one, or note that they are two people."""

from __future__ import annotations

from sqlalchemy.orm import Session
from starlette.responses import Response

from reminders.enrolment import client_merge
from reminders.rules.roles import Role
from reminders.rules.terms import InputError
from reminders.rules.translation import gettext, gettext_noop
from reminders.store.database import writing
from reminders.store.queries import doubles
from reminders.store.tables import Client
from reminders.web.desk.clients.client_page import ways
from reminders.web.desk.clients.search import search
from reminders.web.desk.page import DeskRequest, desk_route

FIELDS = {
    "last_name": gettext_noop("last name"),
    "phone": gettext_noop("mobile number"),
    "email": gettext_noop("email address"),
    "time_zone": gettext_noop("time zone"),
    "preferred_hour": gettext_noop("preferred time"),
    "both_channels": gettext_noop("choice of channels"),
    "paused_until": gettext_noop("pause"),
    "discretion": gettext_noop("discretion of messages"),
}
"""What staff call what is taken over."""


def show(request: DeskRequest) -> Response:
    """Show the other client beside this one, once one is chosen; until then, a search."""
    with request.reading() as session:
        client = request.row(session, Client)
        if request.typed("with").isdecimal():
            return _preview(request, session, client, _other(request, session))
        wanted = request.typed("q").strip() or client.last_name
        found = search(session, request, wanted, ("", 0)) if wanted else []
        others = [one for one in found if one.id != client.id]
        return request.page("same-person.html", client=client, found=others, wanted=wanted)


def _refused(request: DeskRequest, client: Client, error: InputError) -> Response:
    request.faults["q"] = str(error)
    return request.page("same-person.html", client=client, found=[], wanted="")


def _other(request: DeskRequest, session: Session) -> Client:
    typed = request.typed("with")
    return request.row(session, Client, int(typed) if typed.isdecimal() else 0)


def _preview(request: DeskRequest, session: Session, client: Client, other: Client) -> Response:
    try:
        found = client_merge.preview(session, client, other)
    except InputError as error:
        return _refused(request, client, error)
    return request.page(
        "same-person-preview.html",
        preview=found,
        both=[(client, ways(session, client)), (other, ways(session, other))],
        filled=[gettext(FIELDS[name]) for name in found.filled if name in FIELDS],
        protocols=request.app.library.protocols,
    )


def merge(request: DeskRequest) -> Response:
    """Make the two one."""
    who = request.signed_in.staff.email
    with writing(request.app.engine) as session:
        client = request.row(session, Client)
        other = _other(request, session)
        try:
            client_merge.merge(
                session, request.app.library, request.signed_in.clinic, client, other, who, request.now
            )  # fmt: skip
        except InputError as error:
            return _refused(request, client, error)
    return request.redirect(f"/clients/{client.id}", "merged")


def undo(request: DeskRequest) -> Response:
    """Undo the last merge into a client."""
    who, app = request.signed_in.staff.email, request.app
    with writing(app.engine) as session:
        client = request.row(session, Client)
        try:
            client_merge.undo(
                session, app.library, request.signed_in.clinic, client, who, request.now
            )
        except InputError as error:
            return _refused(request, client, error)
    return request.redirect(f"/clients/{client.id}", "unmerged")


def keep_apart(request: DeskRequest) -> Response:
    """Note that the two are two people, so that nobody is asked again."""
    who = request.signed_in.staff.email
    with writing(request.app.engine) as session:
        client, other = request.row(session, Client), _other(request, session)
        pair = doubles.pair(client.id, other.id)
        doubles.note_two_people(session, request.clinic_id, pair, who, request.now)
        detail = gettext("and no. %(number)s", number=str(other.id))
        request.record(session, gettext_noop("kept separate"), Client, client.id, detail)
    return request.redirect("/", "two-people")


ROUTES = [
    desk_route("/clients/{id:int}/same", show, Role.STAFF),
    desk_route("/clients/{id:int}/same", merge, Role.STAFF, "POST"),
    desk_route("/clients/{id:int}/two-people", keep_apart, Role.STAFF, "POST"),
    desk_route("/clients/{id:int}/unmerge", undo, Role.STAFF, "POST"),
]
