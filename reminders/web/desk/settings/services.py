"""The staff page of a clinic's services: which treatment each is, or that it has no reminders."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from reminders.intake import services
from reminders.intake.outcomes import outcome
from reminders.intake.services import KnownService
from reminders.rules.roles import Role
from reminders.rules.terms import InputError
from reminders.store.database import reading, writing
from reminders.store.queries import people
from reminders.web.desk.page import DeskRequest, desk_route


def show(request: DeskRequest, said: str = "") -> Response:
    """Show every service that a list held or that somebody set."""
    with reading(request.app.engine) as session:
        found = services.known(session, request.clinic_id)
    meanings = list(services.meanings(request.app.library).items())
    words: dict[str, Any] = {"said": said} if said else {}
    return request.page("services.html", found=found, meanings=meanings, field=_field, **words)


def _field(one: KnownService) -> str:
    return f"service:{one.subject}"


def save(request: DeskRequest) -> Response:
    """Remember what was changed, and take in the rows that waited to be told."""
    who = request.signed_in.staff.email
    try:
        with writing(request.app.engine) as session:
            clinic = people.clinic(session, request.clinic_id)
            wanted = {
                one.service: chosen
                for one in services.known(session, clinic.id)
                if (chosen := request.typed(_field(one))) and chosen != one.protocol
            }
            waited = services.waiting_for(session, clinic.id, wanted)
            taken = services.change(session, request.app.library, clinic, wanted, who, request.now)
    except InputError as error:
        request.faults["services"] = str(error)
        return show(request)
    return show(request, f"Saved. {outcome(taken, waited)}" if waited else "Saved.")


ROUTES = [
    desk_route("/clinic/services", show, Role.OWNER),
    desk_route("/clinic/services", save, Role.OWNER, "POST"),
]
