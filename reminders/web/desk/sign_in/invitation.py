"""The page behind an invitation link, which creates or renews a staff account."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from reminders.rules.roles import check_password
from reminders.rules.terms import InputError
from reminders.rules.translation import gettext
from reminders.staff import invitations
from reminders.staff.sign_in import begin as begin_session
from reminders.store.database import reading, writing
from reminders.store.queries import people, staff
from reminders.web.desk.responses import html
from reminders.web.desk.sign_in.access import Access, text_of
from reminders.web.desk.sign_in.sign_in import (
    FORGED,
    bare_page,
    browser,
    continue_sign_in,
    public_route,
)


def show(access: Access, request: Request, form: FormData) -> Response:
    """Show what a one-time link offers; looking does not use it up."""
    return _page(access, request, form, {})


def _page(access: Access, request: Request, form: FormData, faults: dict[str, str]) -> Response:
    with reading(access.app.engine) as session:
        found = invitations.find(session, request.path_params["token"], access.app.clock())
        if found is None:
            words = {
                "problem": gettext("This link has been used or has expired."),
                "mend": gettext("Ask an owner of your clinic for a new one."),
            }
            return html(access.app, "problem.html", 404, **words)
        known = staff.by_email(session, found.email)
        words = {
            "email": found.email,
            "clinic": people.clinic(session, found.clinic_id).name,
            "called": text_of(form, "name") or (known.name if known else ""),
        }
    return bare_page(access, request, form, "invitation.html", faults=faults, **words)


def accept(access: Access, request: Request, form: FormData) -> Response:
    """Create or renew the invited account with name and password, and sign in."""
    if not access.has_valid_token(request, form):
        return _page(access, request, form, {"password": gettext(FORGED)})
    now = access.app.clock()
    try:
        with writing(access.app.engine) as session:
            found = invitations.find(session, request.path_params["token"], now)
            if found is None:
                return show(access, request, form)
            email = found.email
            member = invitations.accept(
                session, found, text_of(form, "name"), text_of(form, "password"), now
            )
            sign_in, token = begin_session(session, member, found.clinic_id, browser(request), now)
            proven = bool(sign_in.proven_at)
    except InputError as error:
        field = _wrong_field(text_of(form, "password"), email)
        return _page(access, request, form, {field: str(error)})
    return continue_sign_in(access, request, form, token, email, proven=proven)


def _wrong_field(password: str, email: str) -> str:
    """Return which field an invitation was not accepted for: the password is looked at first."""
    try:
        check_password(password, email)
    except InputError:
        return "password"
    return "name"


ROUTES = [
    public_route("/invitation/{token}", show),
    public_route("/invitation/{token}", accept, "POST"),
]
