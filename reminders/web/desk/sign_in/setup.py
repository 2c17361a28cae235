"""The first page of a new installation, which creates the first clinic and its owner."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from reminders.enrolment.clinics import ClinicError
from reminders.enrolment.countries import countries, zones
from reminders.rules.terms import InputError
from reminders.rules.translation import gettext
from reminders.staff import setup
from reminders.store.database import reading, writing
from reminders.web.desk.responses import html
from reminders.web.desk.sign_in.access import Access, text_of
from reminders.web.desk.sign_in.sign_in import FORGED, bare_page, public_route

FIELDS = ("name", "country", "time_zone", "phone", "email", "address")


def show(access: Access, request: Request, form: FormData) -> Response:
    """Show the form, as long as the link is good; looking does not use it up."""
    return _page(access, request, form, {})


def _page(access: Access, request: Request, form: FormData, faults: dict[str, str]) -> Response:
    with reading(access.app.engine) as session:
        if not setup.is_valid(session, request.path_params["token"], access.app.clock()):
            return html(
                access.app,
                "problem.html",
                404,
                problem=gettext("This link has been used or has expired."),
                mend=gettext(
                    "If there is no clinic yet, restart the service to get a new link. Otherwise, sign in."
                ),
            )
    chosen = {
        "countries": [("", gettext("Same as the time zone")), *countries().items()],
        "zones": zones(),
    }
    return bare_page(access, request, form, "setup.html", faults=faults, **chosen)


def begin(access: Access, request: Request, form: FormData) -> Response:
    """Create clinic and owner, and go on to choosing a password."""
    if not access.has_valid_token(request, form):
        return _page(access, request, form, {"name": gettext(FORGED)})
    now = access.app.clock()
    typed = {name: text_of(form, name) for name in FIELDS}
    try:
        with writing(access.app.engine) as session:
            if not setup.is_valid(session, request.path_params["token"], now):
                return show(access, request, form)
            token = setup.create_owner(session, typed, text_of(form, "owner"), now)
    except ClinicError as error:
        told = (fault.partition(": ") for fault in error.faults)
        return _page(access, request, form, {name: sentence for name, _, sentence in told})
    except InputError as error:
        return _page(access, request, form, {"owner": str(error)})
    return RedirectResponse(f"/invitation/{token}", 303)


ROUTES = [public_route("/first/{token}", show), public_route("/first/{token}", begin, "POST")]
