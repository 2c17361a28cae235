"""Staff pages for accounts at a clinic: who belongs, in which role, and signed in where."""

from __future__ import annotations

from sqlalchemy.orm import Session
from starlette.responses import Response

from reminders.rules.roles import Role
from reminders.rules.terms import InputError
from reminders.rules.translation import gettext, gettext_noop
from reminders.staff import invitations
from reminders.store.database import reading, writing
from reminders.store.queries import people
from reminders.store.queries import staff as queries
from reminders.store.queries.desk import NotAtClinic, row_of_clinic
from reminders.store.tables import SignIn, Staff
from reminders.web.desk.page import DeskRequest, desk_route
from reminders.web.desk.settings.role_rights import AT_DESK, choices

LAST_OWNER = gettext_noop("A clinic needs at least one owner. Make somebody else an owner first.")


def show(request: DeskRequest) -> Response:
    """Show the clinic's staff, and the browsers they are signed in with."""
    return _page(request)


def _page(request: DeskRequest, link: str = "") -> Response:
    with reading(request.app.engine) as session:
        return request.page(
            "staff.html",
            crew=queries.of_clinic(session, request.clinic_id),
            browsers=queries.browsers_at(session, request.clinic_id, request.now - queries.IDLE),
            here=request.signed_in.sign_in.id,
            roles=choices(AT_DESK),
            link=link,
        )


def invite(request: DeskRequest) -> Response:
    """Create a one-time invitation link; it is shown once, to be passed on safely."""
    try:
        role = Role(request.typed("role") or Role.STAFF)
        with writing(request.app.engine) as session:
            clinic = people.clinic(session, request.clinic_id)
            who = request.signed_in.staff.email
            token = invitations.invite(
                session, clinic, request.typed("email"), role, request.now, who
            )
    except InputError as error:
        request.faults["email"] = str(error)
        return _page(request)
    except ValueError:
        request.faults["role"] = gettext("Choose a role from the list.")
        return _page(request)
    return _page(request, f"{request.app.settings.public_url}/invitation/{token}")


def change_role(request: DeskRequest) -> Response:
    """Change somebody's role; a clinic always keeps one owner."""
    wanted = request.typed("role")
    with writing(request.app.engine) as session:
        member, role = _member(request, session)
        if wanted not in set(Role) or _last_owner(request, session, role):
            request.faults["role"] = gettext(LAST_OWNER)
        else:
            queries.join(session, member.id, request.clinic_id, Role(wanted))
            detail = f"{member.email}: {role} → {wanted}"
            request.record(session, gettext_noop("changed a role"), Staff, member.id, detail)
    return _page(request) if request.faults else request.redirect("/clinic/staff", "saved")


def remove(request: DeskRequest) -> Response:
    """Remove somebody from the clinic; their browsers are signed out at once."""
    with writing(request.app.engine) as session:
        member, role = _member(request, session)
        if _last_owner(request, session, role):
            request.faults["role"] = gettext(LAST_OWNER)
        else:
            queries.leave(session, member.id, request.clinic_id, request.now)
            request.record(
                session, gettext_noop("removed from staff"), Staff, member.id, member.email
            )
    return _page(request) if request.faults else request.redirect("/clinic/staff", "saved")


def _member(request: DeskRequest, session: Session) -> tuple[Staff, Role]:
    for member, role in queries.of_clinic(session, request.clinic_id):
        if member.id == request.id:
            return member, role
    raise NotAtClinic


def _last_owner(request: DeskRequest, session: Session, role: Role) -> bool:
    colleagues = queries.of_clinic(session, request.clinic_id)
    return role is Role.OWNER and sum(one is Role.OWNER for _, one in colleagues) == 1


def end(request: DeskRequest) -> Response:
    """Sign a browser out, wherever it is."""
    with writing(request.app.engine) as session:
        sign_in = row_of_clinic(session, request.clinic_id, SignIn, request.id, lock=True)
        sign_in.ended_at = sign_in.ended_at or request.now
        request.record(session, gettext_noop("signed a browser out"), SignIn, sign_in.id)
    return request.redirect("/clinic/staff", "ended")


ROUTES = [
    desk_route("/clinic/staff", show, Role.OWNER),
    desk_route("/clinic/staff", invite, Role.OWNER, "POST"),
    desk_route("/clinic/staff/{id:int}/role", change_role, Role.OWNER, "POST"),
    desk_route("/clinic/staff/{id:int}/remove", remove, Role.OWNER, "POST"),
    desk_route("/clinic/browsers/{id:int}/end", end, Role.OWNER, "POST"),
]
