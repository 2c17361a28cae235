"""The staff page of what the words of a clinic's lists mean: its services, and status words."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session
from starlette.responses import Response

from reminders.intake import services, statuses
from reminders.intake.outcomes import outcome
from reminders.intake.services import KnownService
from reminders.rules.questions import NO_REMINDERS
from reminders.rules.roles import Role
from reminders.rules.terms import InputError
from reminders.rules.translation import gettext, gettext_noop
from reminders.store.database import reading, writing
from reminders.store.queries import people
from reminders.web.desk.page import DeskRequest, desk_route

ASKED = gettext_noop("Not answered yet")
WITH = gettext_noop("With reminders")
WITHOUT = gettext_noop("Without reminders")


def show(request: DeskRequest, said: str = "") -> Response:
    """Show every service that a list held or that somebody set, and the words somebody explained."""
    with reading(request.app.engine) as session:
        found = services.known(session, request.clinic_id)
        words: dict[str, Any] = {"statuses": statuses.known(session, request.clinic_id)}
    words["groups"] = _by_kind(found)
    words["meanings"] = list(services.meanings(request.app.library).items())
    words["outcomes"] = list(statuses.MEANINGS.items())
    return request.page("services.html", **words | ({"said": said} if said else {}))


def _by_kind(found: list[KnownService]) -> list[tuple[str, list[KnownService]]]:
    """Part services into those that wait for an answer, those with reminders and the others."""
    groups: dict[str, list[KnownService]] = {
        ASKED: [],
        WITH: [],
        WITHOUT: [],
    }
    for one in found:
        answered = WITHOUT if one.protocol == NO_REMINDERS else WITH
        groups[ASKED if one.protocol is None else answered].append(one)
    return [(gettext(title), some) for title, some in groups.items() if some]


def save(request: DeskRequest) -> Response:
    """Remember what was changed, and take in the rows that waited to be told."""
    try:
        with writing(request.app.engine) as session:
            said = _save(request, session)
    except InputError as error:
        request.faults["services"] = str(error)
        return show(request)
    return show(request, said)


def _save(request: DeskRequest, session: Session) -> str:
    clinic, who = people.clinic(session, request.clinic_id), request.signed_in.staff.email
    wanted = {
        one.service: chosen
        for one in services.known(session, clinic.id)
        if (chosen := request.typed(f"service:{one.subject}")) and chosen != one.protocol
    }
    means = {
        one.subject: chosen
        for one in statuses.known(session, clinic.id)
        if (chosen := request.typed(f"status:{one.subject}")) and chosen != one.means
    }
    statuses.change(session, clinic, means, who, request.now)
    waited = services.waiting_for(session, clinic.id, wanted)
    taken = services.change(session, request.app.library, clinic, wanted, who, request.now)
    saved = gettext("Saved.")
    return f"{saved} {outcome(taken, waited)}" if waited else saved


ROUTES = [
    desk_route("/clinic/services", show, Role.OWNER),
    desk_route("/clinic/services", save, Role.OWNER, "POST"),
]
